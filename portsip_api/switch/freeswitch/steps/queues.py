"""How FreeSWITCH lets callers wait in a queue: a lock that one of them has at a time, in the order in which they came.

Who has it rings the members, again and again, and gives it back when one of them answers, or hangs up. What follows
when a limit is reached is another branch, which a command chooses after the time, wherever the call is then.
What is told of their places, the listener says (`queue_places`), which hears from us who waits.
"""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx.calls.plans.queues import Queue
from portsip_api.pbx.media.prompts import MUSIC
from portsip_api.switch.freeswitch import access, music, recorded
from portsip_api.switch.freeswitch.engine import leg_called, table
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.steps.ringing import leg_of
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written, inline

_AFTER_INTRO: Final = 15  # seconds after which a place is told where an intro is heard meanwhile
_STATE: Final = "Event-Name=CUSTOM,Event-Subclass=pbx::queue,Queue-State="
_TO_ORDER: Final = "500"  # milliseconds in which the listener says who has rested longest since somebody answered
_PAUSE: Final = 5  # seconds between two rounds
_MOST_ROUNDS: Final = 400  # in which nobody answered; the call goes on then as if a limit were reached


def wait(writing: Writing, plan: Queue) -> Written:
    """Let the call wait for its turn, ring the members, and keep what follows where nobody answers."""
    late = writing.enter(plan.otherwise)
    key = f"queue~{plan.number}~{writing.caller.domain}"
    if not any(plan.waves) or (plan.most_callers and _waiting(key) >= plan.most_callers):
        return late
    sound = music.named(plan.tenant_id, MUSIC, plan.music)
    round_, after = writing.node(), writing.node()
    writing.keep_steps(f"{round_}_", _round(plan, writing.caller.domain, sound))
    release = Step("mutex", f"{key} off")
    writing.keep_steps(f"{after}_", [release, Step("event", f"{_STATE}left"), *late.steps])
    rounds = min(plan.most_seconds // _PAUSE + 2, _MOST_ROUNDS) if plan.most_seconds else _MOST_ROUNDS
    enter = [
        Step("set", "pbx_result=queue"),
        Step("set", f"pbx_queue={key}"),
        Step("answer", ""),
        Step("sleep", "300"),
        *_intro(writing, plan),
        *_announced(plan),
        Step("set", f"pbx_round={round_ if plan.by_rest else ''}"),
        Step("event", f"{_STATE}waiting"),
        Step("set", f"pbx_node={round_}"),
        Step("set", f"mutex_feedback={sound}"),
        Step("set", f"transfer_ringback={sound}"),
        Step("set", "bridge_pre_execute_aleg_app=mutex"),
        Step("set", f"bridge_pre_execute_aleg_data={key} off"),
    ]
    if plan.most_seconds:
        chosen = f"sched_api(+{plan.most_seconds} none uuid_setvar {writing.origin.id} pbx_node {after})"
        enter += [Step("set", f"mutex_timeout={plan.most_seconds + 1}"), Step("set", f"pbx_limit=${{{chosen}}}")]
    patient = [Step("sleep", _TO_ORDER)] if plan.by_rest else []
    return Written([*enter, Step("mutex", key), *patient], rounds + late.depth)


def _intro(writing: Writing, plan: Queue) -> Iterator[Step]:
    if plan.intro is None:
        return
    file = recorded.playable(plan.intro)
    if plan.whole:
        yield Step("playback", str(file))
        return
    yield Step("displace_session", str(file))
    yield Step("export", f"nolocal:api_on_answer=uuid_displace {writing.origin.id} stop {file}")


def _announced(plan: Queue) -> Iterator[Step]:
    if plan.announced is None:
        yield Step("unset", "pbx_announce")
        return
    first = 0 if plan.intro is None or plan.whole else plan.announced or _AFTER_INTRO
    yield Step("set", f"pbx_announce={first}:{plan.announced}:{plan.tenant_id}")
    yield Step("set", "pbx_queued=${strepoch()}")


def order_again(client: EventSocket, leg: str, round_: str, plan: Queue, domain: str) -> None:
    """Let a call that waits ring the members as a plan says, from its next round on. Raises SwitchUnavailable."""
    sound = music.named(plan.tenant_id, MUSIC, plan.music)
    client.api("uuid_setvar", leg, f"p_{round_}_", f"m:^:{inline(_round(plan, domain, sound))}")


def _round(plan: Queue, domain: str, sound: str) -> list[Step]:
    steps = []
    for wave in plan.waves:
        legs = ",".join(leg_of(leg, domain, is_alone=False) for leg in wave)
        steps += [Step("set", f"call_timeout={max(leg.seconds for leg in wave)}"), Step("bridge", legs)]
    return [*steps, Step("set", f"playback_timeout_sec={_PAUSE}"), Step("playback", sound)]


def _waiting(key: str) -> int:
    """Return how many calls wait in a queue, who rings members included. Raises SwitchUnavailable."""
    with EventSocket(access.door()) as client:
        legs = [leg_called(client, str(row.get("uuid", ""))) for row in table(client, "channels")]
    return sum(leg.get("variable_pbx_queue") == key and not leg.get("variable_bridge_uuid") for leg in legs)
