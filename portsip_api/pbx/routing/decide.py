"""Where a call goes and why: a pure function of rules, hours, an instant, live states and an outcome.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions", "Office hours and forwarding"), and for hunt
groups and call sequences the facts that `rings` names.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from portsip_api.pbx.hours.office_hours import Hours, holiday_at, stretch
from portsip_api.pbx.routing.destinations import CallQueue, Destination, HuntGroup, Next, RingGroup, State, Surroundings
from portsip_api.pbx.routing.groups import hunt, ring_all, wait
from portsip_api.pbx.routing.steps import (
    CALL_QUEUE,
    CONFERENCE,
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
from portsip_api.pbx.routing.walk import (
    KINDS,
    SAID,
    Walk,
    connect,
    disabled_at,
    following_at,
    go_on,
    leave_message,
    obstacle,
    problem_of_number,
)


def decide(
    called: Next,
    at: datetime,
    world: Surroundings,
    *,
    state: State | None = None,
    outcome: Outcome | None = None,
) -> list[Step]:
    """Return the steps of a call to an extension, a group or a call queue, as they follow while nobody answers.

    The call comes at `at`. `state` stands in for the extension's live one, `outcome` says what its phones do. An
    extension that the call is forwarded to is in its own live state; each extension, hunt group and queue is met once,
    and there are at most `MOST_HOPS` forwards.
    """
    walk = Walk(at, world, [], {called.number})
    following: Next | None
    if isinstance(called, Destination):
        following = _meet(walk, called, state or called.state, outcome)
    else:
        rule = _CALLED[type(called)]
        following = go_on(walk, called, called.number, rule, f"{called.number} is called")
    while following is not None:
        if isinstance(following, HuntGroup):
            following = hunt(walk, following)
        elif isinstance(following, CallQueue):
            following = wait(walk, following)
        elif isinstance(following, RingGroup):
            following = ring_all(walk, following)
        else:
            following = _meet(walk, following, following.state, None)
    return walk.steps


_CALLED: Final[Mapping[type, str]] = {HuntGroup: "hunt_group", CallQueue: "call_queue", RingGroup: "ring_group"}


def stop(  # noqa: PLR0913 — as `decide`, and where the call was
    called: Next,
    at: datetime,
    world: Surroundings,
    visited: Collection[str] = (),
    *,
    state: State | None = None,
    outcome: Outcome | None = None,
) -> tuple[list[Step], Next | None]:
    """Return the steps at one extension, group or queue alone, and what the call goes on to, if it does.

    `visited` are the numbers that the call was at before. The rest is as with `decide`, which goes from stop to stop.
    """
    walk = Walk(at, world, [], {called.number, *visited})
    if isinstance(called, HuntGroup):
        return walk.steps, hunt(walk, called)
    if isinstance(called, CallQueue):
        return walk.steps, wait(walk, called)
    if isinstance(called, RingGroup):
        return walk.steps, ring_all(walk, called)
    return walk.steps, _meet(walk, called, state or called.state, outcome)


def _meet(walk: Walk, destination: Destination, state: State, outcome: Outcome | None) -> Next | None:
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
    return _apply(walk, destination, state.value.lower(), name, f"{destination.number} is {SAID[state]}, and {when}")


def _ring_anyway(walk: Walk, destination: Destination, why: str) -> Next | None:
    """Offer the call to the phones as a second one; if nobody takes it, it goes on as where nobody answers."""
    seconds = destination.rules["available"]["no_answer_timeval"]
    reason = f"{why}: its phones are offered it as a second call for {seconds} seconds."
    walk.steps.append(Step(RING, destination.number, "forward_rules.available.busy_action", reason, seconds=seconds))
    return _apply(walk, destination, "available", "no_answer_action", f"Nobody takes it at {destination.number}")


def _ring_others(walk: Walk, destination: Destination) -> str:
    """Add what rings for a destination besides or after its phones, and return that nobody answers, as a clause."""
    previous, silent = f"the phones of {destination.number}", ""
    for ring in destination.rings:
        if ring.number == destination.number or not ring.rings_at(walk.at, walk.world.zone):
            continue
        if not ring.number:
            silent += f"; what was at {ring.former or 'the number of a ring'} no longer exists and does not ring"
            continue
        if problem := problem_of_number(walk, destination, ring.number):
            silent += f"; {ring.number} does not ring, since {problem}"
            continue
        how = f"{ring.number} rings together with {previous}" if ring.together else f"{ring.number} rings next"
        when = "" if ring.periods is None else ", as its schedule is in force"
        reason = f"The call sequence of {destination.number}: {how}, for {ring.seconds} seconds{when}."
        step = Step(RING, ring.number, "call_sequence.rings", reason, seconds=ring.seconds, together=ring.together)
        walk.steps.append(step)
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


def _apply(walk: Walk, destination: Destination, section: str, name: str, why: str) -> Next | None:
    rules = destination.rules[section]
    action, target = rules.get(name) or VOICE_MAIL, rules.get(f"{name}_value") or ""
    rule = f"forward_rules.{section}.{name}"
    if gone := destination.gone.get(f"{section}.{name}_value"):
        _give_up(walk, destination, rule, f"{why}; {_NAMED[action]} {gone} no longer exists")
    elif (following := following_at(walk, action, target)) is not None or action == EXTENSION:
        if following is not None and not (problem := obstacle(walk, following, target)):
            return go_on(walk, following, target, rule, why)
        gone = f"the extension {target} no longer exists"
        _give_up(walk, destination, rule, f"{why}; {gone if following is None else problem}")
    elif action in KINDS:
        if not connect(walk, action, target, rule, why):
            problem = disabled_at(walk, target) or f"{KINDS[action]} {target} no longer exists"
            _give_up(walk, destination, rule, f"{why}; {problem}")
    elif action == NUMBER:
        if problem := problem_of_number(walk, destination, target):
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
    CALL_QUEUE: "the call queue that was",
    CONFERENCE: "the conference that was",
    NUMBER: "what was at",
}


def _give_up(walk: Walk, destination: Destination, rule: str, why: str) -> None:
    """Send the call to the destination's voicemail, or end it when that is off."""
    if destination.voicemail:
        reason = f"{why}: the call goes to the voicemail of {destination.number}."
        leave_message(walk, destination, rule, reason)
    else:
        reason = f"{why}: the call is ended, since the voicemail of {destination.number} is off."
        walk.steps.append(Step(DISCONNECT, None, rule, reason))
