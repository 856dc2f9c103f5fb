"""How FreeSWITCH rings phones and takes messages."""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Plan, Result, Ring, TakeMessage
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written

LONGEST_MESSAGE: Final = 180  # seconds
# What FreeSWITCH calls the results; any other is as if nobody answered.
_RESULTS: Final = {
    "USER_BUSY": Result.BUSY,
    "CALL_REJECTED": Result.BUSY,
    "NO_USER_RESPONSE": Result.DND,
    "USER_NOT_REGISTERED": Result.OFFLINE,
    "SUBSCRIBER_ABSENT": Result.OFFLINE,
    "NORMAL_TEMPORARY_FAILURE": Result.OFFLINE,
    "RECOVERY_ON_TIMER_EXPIRE": Result.OFFLINE,
}


def ring(writing: Writing, plan: Ring) -> Written:
    """Ring phones, and keep what follows each result."""
    following: dict[str, Plan] = {result.value: found for result, found in plan.on.items()} | {"": plan.otherwise}
    node, depth = writing.branch(following, _RESULTS)
    legs = (
        f"[leg_timeout={leg.seconds},outbound_redirect_fatal=true,origination_callee_id_number={leg.number}]"
        f"user/{leg.number}@{writing.caller.domain}"
        for leg in plan.legs
    )
    steps = [
        Step("set", f"pbx_node={node}"),
        Step("set", f"call_timeout={plan.seconds}"),
        Step("bridge", ",".join(legs)),
    ]
    return Written(steps, depth)


def take_message(writing: Writing, message: TakeMessage) -> Iterator[Step]:
    """Greet, and record what the caller says."""
    file = recorded.message_file(message.tenant_id, message.extension_id, writing.caller.number, writing.id)
    yield Step("answer", "")
    yield Step("sleep", "300")
    yield Step("set", "pbx_result=voicemail")
    greeting = recorded.playable(message.greeting) if message.greeting else recorded.default_greeting()
    yield Step("playback", str(greeting))
    yield Step("playback", "tone_stream://%(200,0,1000)")
    yield Step("set", "playback_terminators=#")
    yield Step("record", f"{file} {LONGEST_MESSAGE}")
    yield Step("hangup", "NORMAL_CLEARING")
