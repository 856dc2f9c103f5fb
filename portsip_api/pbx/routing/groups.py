"""What happens at a hunt group and at a call queue, and where a call goes that nobody answers there. Pure.

Source: contract, section 4 (`extensions/route`); `portsip-more.md`, section 3, `call_queues`; for hunt groups the facts
that `ring_steps` names.
"""

from portsip_api.pbx.routing.destinations import CallQueue, HuntGroup, Next, RingGroup
from portsip_api.pbx.routing.steps import DISCONNECT, NUMBER, REPEAT, RING, VOICE_MAIL, Step
from portsip_api.pbx.routing.walk import (
    KINDS,
    SAID,
    Walk,
    connect,
    go_on,
    leave_message,
    obstacle,
    problem_of_destination,
    seconds_of,
)


def hunt(walk: Walk, group: HuntGroup) -> Next | None:
    """Add what happens at a hunt group, and return what the call goes on to."""
    last, applies = None, "applies" if group.user_forward else "does not apply"
    for ring in group.rings:
        user = walk.world.destination(ring.number)
        how = "" if last is None else f" together with {last.number}" if ring.together else " next"
        seconds = seconds_of(walk, group, ring)
        own = ", its own time" if group.own_times else ""
        state = f" ({ring.number} is {SAID[user.state]} now)" if user and user.state in SAID else ""
        reason = f"The hunt group {group.name}: {ring.number} rings{how} for {seconds} seconds{own}{state}, and its own"
        reason = f"{reason} forwarding {applies}."
        step = Step(RING, ring.number, "hunt_group.rings", reason, seconds=seconds, together=ring.together)
        walk.steps.append(step)
        last = user or last
    why = f"Nobody answers at the hunt group {group.name}"
    if group.to_voicemail and last is not None and last.voicemail:
        reason = f"{why}: the call goes to the voicemail of {last.number}, which rang last."
        leave_message(walk, last, "hunt_group.voicemail_fallback", reason)
        return None
    return _fall_back(walk, group.fallback, group.former, "hunt_group.fallback_destination", why)


def wait(walk: Walk, queue: CallQueue) -> Next | None:
    """Add what happens at a call queue once a limit is reached, and return what the call goes on to."""
    why = _limits(queue)
    return _afterwards(walk, queue, "call_queue.no_answer_action", why) if why else None  # else until somebody answers


def ring_all(walk: Walk, group: RingGroup) -> Next | None:
    """Add what happens at a ring group where nobody answers, and return what the call goes on to.

    A plan ends at a group after which calls are ended, as most are.
    """
    if group.action == DISCONNECT:
        return None
    why = f"Nobody answers at the ring group {group.name} within {group.seconds} seconds"
    return _afterwards(walk, group, "ring_group.no_answer_action", why)


def _afterwards(walk: Walk, at: CallQueue | RingGroup, rule: str, why: str) -> Next | None:
    if at.action == REPEAT:
        walk.steps.append(Step(REPEAT, at.number, rule, f"{why}: it begins anew."))
        return None
    if at.action == VOICE_MAIL:
        _to_voicemail(walk, at, rule, why)
        return None
    if at.action == DISCONNECT:
        walk.steps.append(Step(DISCONNECT, None, rule, f"{why}: the call is ended."))
        return None
    return _fall_back(walk, at.target, at.former, rule, why)


def _limits(queue: CallQueue) -> str:
    """Return what lets a call leave a queue unanswered, as a clause; empty for nothing."""
    full = f"{queue.max_callers} callers wait already" if queue.max_callers else ""
    if queue.max_wait:
        late = f"Nobody answers at the call queue {queue.name} within {queue.max_wait} seconds"
        return f"{late}, or {full}" if full else late
    return f"Where {full} at the call queue {queue.name}" if full else ""


def _to_voicemail(walk: Walk, queue: CallQueue | RingGroup, rule: str, why: str) -> None:
    user = walk.world.destination(queue.target)
    if user is not None and user.voicemail:
        reason = f"{why}: the call goes to the voicemail of {user.number}."
        leave_message(walk, user, rule, reason)
        return
    gone = f"{queue.former or queue.target or 'its extension'} no longer exists"
    problem = gone if user is None else f"the voicemail of {user.number} is off"
    walk.steps.append(Step(DISCONNECT, None, rule, f"{why}; {problem}: the call is ended."))


def _fall_back(walk: Walk, target: str, former: str, rule: str, why: str) -> Next | None:
    world = walk.world
    following: Next | None = world.destination(target) or world.hunt_groups.get(target)
    following = following or world.call_queues.get(target) or world.ring_groups.get(target)
    problem = f"what was at {former} no longer exists" if former else "it has no other destination"
    if following is not None:
        problem = obstacle(walk, following, target)
        if not problem:
            return go_on(walk, following, target, rule, why)
    elif any(connect(walk, action, target, rule, why) for action in KINDS):
        return None
    elif target:
        problem = problem_of_destination(walk, target)
        if not problem:
            walk.steps.append(Step(NUMBER, target, rule, f"{why}: the call goes to {target}."))
            return None
    walk.steps.append(Step(DISCONNECT, None, rule, f"{why}; {problem}: the call is ended."))
    return None
