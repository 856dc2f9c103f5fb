"""A plan in the making: where a call has been, and the steps that lead it to something else. Pure, as `decide` is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.numbers.outside import Caller, Moment, refusal
from portsip_api.pbx.routing.destinations import CallQueue, Destination, HuntGroup, Next, RingGroup, State, Surroundings
from portsip_api.pbx.routing.presses import presses
from portsip_api.pbx.routing.ring_steps import Ring
from portsip_api.pbx.routing.steps import (
    CALL_QUEUE,
    CONFERENCE,
    EXTENSION,
    NUMBER,
    RECEPTIONIST,
    RING_GROUP,
    VOICE_MAIL,
    Step,
)


@dataclass
class Walk:
    """A plan in the making."""

    at: datetime
    world: Surroundings
    steps: list[Step]
    visited: set[str]


# How the states in which nobody is rung are said.
SAID: Final = {
    State.OFFLINE: "offline",
    State.DND: "not to be disturbed",
    State.AWAY: "away",
    State.ON_CALL: "on a call",
}
# What an action of a rule leads to, when it is there.
KINDS: Final = {
    RING_GROUP: "the ring group",
    RECEPTIONIST: "the virtual receptionist",
    CALL_QUEUE: "the call queue",
    CONFERENCE: "the conference",
}


def following_at(walk: Walk, action: str, target: str) -> Next | None:
    """Return the extension, group or call queue to which an action leads, if it is one of these and there."""
    world = walk.world
    if action == EXTENSION:
        return world.destination(target)
    if action in {RING_GROUP, NUMBER} and target in world.hunt_groups:
        return world.hunt_groups[target]
    if action == RING_GROUP:
        return world.ring_groups.get(target)
    return world.call_queues.get(target) if action in {CALL_QUEUE, NUMBER} else None


def connect(walk: Walk, action: str, target: str, rule: str, why: str) -> bool:
    """Add the step to a receptionist or a conference, and tell whether there is one at `target`."""
    if action == RECEPTIONIST and (name := walk.world.receptionists.get(target)) is not None:
        special = walk.world.special
        instead = f", in whose place {special} answers while special mode is on" if special not in {"", name} else ""
        reason = f"{why}: the call goes to the virtual receptionist {name}{instead}."
        walk.steps.append(Step(RECEPTIONIST, target, rule, reason))
    elif action == CONFERENCE and (room := walk.world.conferences.get(target)) is not None and room.enabled:
        walk.steps.append(Step(CONFERENCE, target, rule, f"{why}: the call goes to the conference {room.name}."))
    else:
        return False
    return True


def obstacle(walk: Walk, following: Next, target: str) -> str:
    """Return what keeps the call from going on to an extension, a hunt group or a queue; empty when nothing does."""
    if isinstance(following, HuntGroup) and not following.enabled:
        return f"the hunt group {following.name} is disabled"
    if following.number in walk.visited:
        return f"the call was at {target} before"
    if isinstance(following, RingGroup):  # at which calls may end, however far they have come
        return ""
    return f"the call has been forwarded {MOST_HOPS} times" if len(walk.visited) > MOST_HOPS else ""


def go_on(walk: Walk, following: Next, target: str, rule: str, why: str) -> Next:
    """Add the step to what the call goes on to, and return that."""
    walk.visited.add(following.number)
    if isinstance(following, HuntGroup):
        reason = f"{why}: the call goes to the hunt group {following.name}."
        seconds: int | None = sum(max(wave) for wave in waves(walk, following))
        walk.steps.append(Step(RING_GROUP, target, rule, reason, seconds=seconds))
    elif isinstance(following, RingGroup):
        reason = f"{why}: the call goes to the ring group {following.name}."
        walk.steps.append(Step(RING_GROUP, target, rule, reason, seconds=following.seconds))
    elif isinstance(following, CallQueue):
        reason = (
            f"{why}: the call goes to the call queue {following.name}, where callers wait in order. {_rings(following)}"
        )
        walk.steps.append(Step(CALL_QUEUE, target, rule, reason, seconds=following.max_wait or None))
    else:
        walk.steps.append(Step(EXTENSION, target, rule, f"{why}: the call goes to the extension {target}."))
    return following


def _rings(queue: CallQueue) -> str:
    if not queue.members:
        return "It has no members."
    how = "together" if queue.strategy == "RING_SIMULTANEOUSLY" else f"by {queue.strategy}"
    return f"Its {queue.members} members ring {how}, for {queue.ring_time} seconds at a time."


def seconds_of(walk: Walk, group: HuntGroup, ring: Ring) -> int:
    """Return for how long somebody rings in a hunt group."""
    user = walk.world.destination(ring.number)
    return int(user.rules["available"]["no_answer_timeval"]) if group.own_times and user else ring.seconds


def waves(walk: Walk, group: HuntGroup) -> list[list[int]]:
    """Return the seconds of the rings, those together that ring at the same time."""
    found: list[list[int]] = []
    for ring in group.rings:
        if ring.together and found:
            found[-1].append(seconds_of(walk, group, ring))
        else:
            found.append([seconds_of(walk, group, ring)])
    return found


def leave_message(walk: Walk, destination: Destination, rule: str, reason: str) -> None:
    """Add the step into somebody's voicemail, with what the keys lead to that callers may press there."""
    pressed = presses(destination, lambda number: problem_of_number(walk, destination, number))
    step = Step(VOICE_MAIL, destination.number, rule, reason, greeting=destination.greeting, presses=pressed)
    walk.steps.append(step)


def problem_of_number(walk: Walk, destination: Destination, number: str) -> str:
    """Return why an extension cannot let a call go to a number; empty when it can."""
    caller = Caller(destination.may_call_outside, destination.permissions)
    return problem_of_destination(walk, number, caller, destination.number)


def problem_of_destination(walk: Walk, number: str, caller: Caller | None = None, who: str = "") -> str:
    """Return why a call cannot go to a number, of this tenant or outside; empty when it can."""
    world = walk.world
    if problem := disabled_at(walk, number):
        return problem
    if number in world.internal:
        return ""
    why_not = refusal(number, world.outside, caller, Moment(walk.at, world.zone))
    return "" if why_not is None else why_not.clause(who)


def disabled_at(walk: Walk, number: str) -> str:
    """Return what at a number is disabled, as a clause; empty when nothing there is."""
    group, room = walk.world.hunt_groups.get(number), walk.world.conferences.get(number)
    if group is not None and not group.enabled:
        return f"the hunt group {group.name} is disabled"
    return f"the conference {room.name} is disabled" if room is not None and not room.enabled else ""
