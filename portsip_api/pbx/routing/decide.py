"""Where a call goes and why: a pure function of rules, hours, an instant, live states and an outcome.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions", "Office hours and forwarding"), and for hunt
groups and call sequences the facts that `rings` names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.hours.office_hours import Hours, holiday_at, stretch
from portsip_api.pbx.numbers.outside import Caller, Moment, refusal
from portsip_api.pbx.routing.destinations import Destination, HuntGroup, Next, State, Surroundings
from portsip_api.pbx.routing.presses import presses
from portsip_api.pbx.routing.ring_steps import Ring
from portsip_api.pbx.routing.steps import (
    DISCONNECT,
    EXTENSION,
    NUMBER,
    RECEPTIONIST,
    RING,
    RING_ANYWAY,
    RING_GROUP,
    VOICE_MAIL,
    Outcome,
    Step,
)


@dataclass
class _Walk:
    """A plan in the making."""

    at: datetime
    world: Surroundings
    steps: list[Step]
    visited: set[str]


def decide(
    called: Next,
    at: datetime,
    world: Surroundings,
    *,
    state: State | None = None,
    outcome: Outcome | None = None,
) -> list[Step]:
    """Return the steps of a call to an extension or a hunt group at `at`, as they follow while nobody answers.

    `state` stands in for the extension's live one, `outcome` says what its phones do. An extension that the call is
    forwarded to is in its own live state; each extension and hunt group is met once, and there are at most `MOST_HOPS`
    forwards.
    """
    walk = _Walk(at, world, [], {called.number})
    following: Next | None
    if isinstance(called, HuntGroup):
        following = _go_on(walk, called, called.number, "hunt_group", f"{called.number} is called")
    else:
        following = _meet(walk, called, state or called.state, outcome)
    while following is not None:
        if isinstance(following, HuntGroup):
            following = _hunt(walk, following)
        else:
            following = _meet(walk, following, following.state, None)
    return walk.steps


def _meet(walk: _Walk, destination: Destination, state: State, outcome: Outcome | None) -> Next | None:
    """Add what happens at one extension, and return what the call goes on to."""
    if state is State.AVAILABLE and outcome is not Outcome.BUSY:
        seconds = destination.rules["available"]["no_answer_timeval"]
        why = f"{destination.number} is available: its phones ring for {seconds} seconds"
        walk.steps.append(
            Step(RING, destination.number, "forward_rules.available.no_answer_timeval", f"{why}.", seconds=seconds)
        )
        return _apply(walk, destination, "available", "no_answer_action", _ring_others(walk, destination))
    if state in {State.AVAILABLE, State.ON_CALL}:
        why = f"{destination.number} is {'busy' if state is State.AVAILABLE else 'on a call, which counts as busy'}"
        if destination.rules["available"]["busy_action"] == RING_ANYWAY:
            return _ring_anyway(walk, destination, why)
        return _apply(walk, destination, "available", "busy_action", why)
    name, when = _by_hours(destination.hours, walk.at)
    return _apply(walk, destination, state.value.lower(), name, f"{destination.number} is {_SAID[state]}, and {when}")


def _ring_anyway(walk: _Walk, destination: Destination, why: str) -> Next | None:
    """Offer the call to the phones as a second one; if nobody takes it, it goes on as where nobody answers."""
    seconds = destination.rules["available"]["no_answer_timeval"]
    reason = f"{why}: its phones are offered it as a second call for {seconds} seconds."
    walk.steps.append(Step(RING, destination.number, "forward_rules.available.busy_action", reason, seconds=seconds))
    return _apply(walk, destination, "available", "no_answer_action", f"Nobody takes it at {destination.number}")


_SAID: Final = {
    State.OFFLINE: "offline",
    State.DND: "not to be disturbed",
    State.AWAY: "away",
    State.ON_CALL: "on a call",
}


def _ring_others(walk: _Walk, destination: Destination) -> str:
    """Add what rings for a destination besides or after its phones, and return that nobody answers, as a clause."""
    previous, silent = f"the phones of {destination.number}", ""
    for ring in destination.rings:
        if ring.number == destination.number or not ring.rings_at(walk.at, walk.world.zone):
            continue
        if not ring.number:
            silent += f"; what was at {ring.former or 'the number of a ring'} no longer exists and does not ring"
            continue
        if problem := _problem_of_number(walk, destination, ring.number):
            silent += f"; {ring.number} does not ring, since {problem}"
            continue
        how = f"{ring.number} rings together with {previous}" if ring.together else f"{ring.number} rings next"
        when = "" if ring.periods is None else ", as its schedule is in force"
        reason = f"The call sequence of {destination.number}: {how}, for {ring.seconds} seconds{when}."
        walk.steps.append(Step(RING, ring.number, "call_sequence.rings", reason, seconds=ring.seconds))
        previous = ring.number
    where = "in that time" if previous.startswith("the phones") else "or at the numbers that ring for it"
    return f"Nobody answers at {destination.number} {where}{silent}"


def _by_hours(hours: Hours, at: datetime) -> tuple[str, str]:
    """Return the name of the action that applies at `at`, and why."""
    local = at.astimezone(hours.zone)
    when = f"{local:%A %H:%M} {hours.zone.key}"
    if stretch(hours, at).is_open:
        return "office_hours_action", f"{when} is within office hours"
    holiday = holiday_at(hours, at)
    if holiday is not None:
        return "outside_office_hours_action", f"{when} is outside office hours (closed for {holiday.name})"
    closed = hours.week[local.weekday()] is None
    detail = f" (closed on {local:%A}s)" if closed else ""
    return "outside_office_hours_action", f"{when} is outside office hours{detail}"


def _apply(walk: _Walk, destination: Destination, section: str, name: str, why: str) -> Next | None:
    rules = destination.rules[section]
    action, target = rules.get(name) or VOICE_MAIL, rules.get(f"{name}_value") or ""
    rule = f"forward_rules.{section}.{name}"
    if gone := destination.gone.get(f"{section}.{name}_value"):
        _give_up(walk, destination, rule, f"{why}; {_NAMED[action]} {gone} no longer exists")
    elif action == EXTENSION or (action in {RING_GROUP, NUMBER} and target in walk.world.hunt_groups):
        following = walk.world.destination(target) if action == EXTENSION else walk.world.hunt_groups[target]
        if following is not None and not (problem := _obstacle(walk, following, target)):
            return _go_on(walk, following, target, rule, why)
        gone = f"the extension {target} no longer exists"
        _give_up(walk, destination, rule, f"{why}; {gone if following is None else problem}")
    elif action in _KINDS:
        if not _connect(walk, action, target, rule, why):
            _give_up(walk, destination, rule, f"{why}; {_KINDS[action]} {target} no longer exists")
    elif action == NUMBER:
        if problem := _problem_of_number(walk, destination, target):
            _give_up(walk, destination, rule, f"{why}; {problem}")
        else:
            walk.steps.append(Step(NUMBER, target, rule, f"{why}: the call goes to {target}."))
    elif action == DISCONNECT:
        walk.steps.append(Step(DISCONNECT, None, rule, f"{why}: the call is ended."))
    else:
        _give_up(walk, destination, rule, why)
    return None


_NAMED: Final = {
    EXTENSION: "the extension that was",
    RING_GROUP: "the group that was",
    RECEPTIONIST: "the virtual receptionist that was",
    NUMBER: "what was at",
}
_KINDS: Final = {RING_GROUP: "the ring group", RECEPTIONIST: "the virtual receptionist"}


def _connect(walk: _Walk, action: str, target: str, rule: str, why: str) -> bool:
    """Add the step to a ring group or a receptionist, and tell whether there is one at `target`."""
    if action == RING_GROUP and (group := walk.world.ring_groups.get(target)) is not None:
        reason = f"{why}: the call goes to the ring group {group.name}."
        walk.steps.append(Step(RING_GROUP, target, rule, reason, seconds=group.seconds))
    elif action == RECEPTIONIST and (name := walk.world.receptionists.get(target)) is not None:
        special = walk.world.special
        instead = f", in whose place {special} answers while special mode is on" if special not in {"", name} else ""
        reason = f"{why}: the call goes to the virtual receptionist {name}{instead}."
        walk.steps.append(Step(RECEPTIONIST, target, rule, reason))
    else:
        return False
    return True


def _obstacle(walk: _Walk, following: Next, target: str) -> str:
    """Return what keeps the call from going on to an extension or a hunt group; empty when nothing does."""
    if isinstance(following, HuntGroup) and not following.enabled:
        return f"the hunt group {following.name} is disabled"
    if following.number in walk.visited:
        return f"the call was at {target} before"
    return f"the call has been forwarded {MOST_HOPS} times" if len(walk.visited) > MOST_HOPS else ""


def _go_on(walk: _Walk, following: Next, target: str, rule: str, why: str) -> Next:
    walk.visited.add(following.number)
    if isinstance(following, HuntGroup):
        reason = f"{why}: the call goes to the hunt group {following.name}."
        seconds = sum(max(wave) for wave in _waves(walk, following))
        walk.steps.append(Step(RING_GROUP, target, rule, reason, seconds=seconds))
    else:
        walk.steps.append(Step(EXTENSION, target, rule, f"{why}: the call goes to the extension {target}."))
    return following


def _seconds(walk: _Walk, group: HuntGroup, ring: Ring) -> int:
    user = walk.world.destination(ring.number)
    return int(user.rules["available"]["no_answer_timeval"]) if group.own_times and user else ring.seconds


def _waves(walk: _Walk, group: HuntGroup) -> list[list[int]]:
    """Return the seconds of the rings, those together that ring at the same time."""
    waves: list[list[int]] = []
    for ring in group.rings:
        if ring.together and waves:
            waves[-1].append(_seconds(walk, group, ring))
        else:
            waves.append([_seconds(walk, group, ring)])
    return waves


def _hunt(walk: _Walk, group: HuntGroup) -> Next | None:
    """Add what happens at a hunt group, and return what the call goes on to."""
    last, applies = None, "applies" if group.user_forward else "does not apply"
    for ring in group.rings:
        user = walk.world.destination(ring.number)
        how = "" if last is None else f" together with {last.number}" if ring.together else " next"
        seconds = _seconds(walk, group, ring)
        own = ", its own time" if group.own_times else ""
        state = f" ({ring.number} is {_SAID[user.state]} now)" if user and user.state in _SAID else ""
        reason = f"The hunt group {group.name}: {ring.number} rings{how} for {seconds} seconds{own}{state}, and its own"
        reason = f"{reason} forwarding {applies}."
        walk.steps.append(Step(RING, ring.number, "hunt_group.rings", reason, seconds=seconds))
        last = user or last
    why = f"Nobody answers at the hunt group {group.name}"
    if group.to_voicemail and last is not None and last.voicemail:
        reason = f"{why}: the call goes to the voicemail of {last.number}, which rang last."
        _leave_message(walk, last, "hunt_group.voicemail_fallback", reason)
        return None
    return _fall_back(walk, group, why)


def _fall_back(walk: _Walk, group: HuntGroup, why: str) -> Next | None:
    world, target, rule = walk.world, group.fallback, "hunt_group.fallback_destination"
    following = world.destination(target) or world.hunt_groups.get(target)
    problem = f"what was at {group.former} no longer exists" if group.former else "it has no other destination"
    if following is not None:
        problem = _obstacle(walk, following, target)
        if not problem:
            return _go_on(walk, following, target, rule, why)
    elif any(_connect(walk, action, target, rule, why) for action in _KINDS):
        return None
    elif target:
        problem = _problem_of_destination(walk, target)
        if not problem:
            walk.steps.append(Step(NUMBER, target, rule, f"{why}: the call goes to {target}."))
            return None
    walk.steps.append(Step(DISCONNECT, None, rule, f"{why}; {problem}: the call is ended."))
    return None


def _give_up(walk: _Walk, destination: Destination, rule: str, why: str) -> None:
    """Send the call to the destination's voicemail, or end it when that is off."""
    if destination.voicemail:
        reason = f"{why}: the call goes to the voicemail of {destination.number}."
        _leave_message(walk, destination, rule, reason)
    else:
        reason = f"{why}: the call is ended, since the voicemail of {destination.number} is off."
        walk.steps.append(Step(DISCONNECT, None, rule, reason))


def _leave_message(walk: _Walk, destination: Destination, rule: str, reason: str) -> None:
    pressed = presses(destination, lambda number: _problem_of_number(walk, destination, number))
    step = Step(VOICE_MAIL, destination.number, rule, reason, greeting=destination.greeting, presses=pressed)
    walk.steps.append(step)


def _problem_of_number(walk: _Walk, destination: Destination, number: str) -> str:
    caller = Caller(destination.may_call_outside, destination.permissions)
    return _problem_of_destination(walk, number, caller, destination.number)


def _problem_of_destination(walk: _Walk, number: str, caller: Caller | None = None, who: str = "") -> str:
    world = walk.world
    group = world.hunt_groups.get(number)
    if group is not None and not group.enabled:
        return f"the hunt group {group.name} is disabled"
    if number in world.internal:
        return ""
    why_not = refusal(number, world.outside, caller, Moment(walk.at, world.zone))
    return "" if why_not is None else why_not.clause(who)
