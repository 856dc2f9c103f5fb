"""Where a call goes and why: a pure function of rules, hours, an instant, live states and an outcome.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions", "Office hours and forwarding").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from portsip_api.pbx.office_hours import Hours, holiday_at, is_open

MOST_HOPS: Final = 8
VOICE_MAIL: Final = "CONNECT_TO_VOICE_MAIL"
EXTENSION: Final = "CONNECT_TO_ANOTHER_EXTENSION"
RING_GROUP: Final = "CONNECT_TO_RING_GROUP"
NUMBER: Final = "CONNECT_TO_NUMBER"
RECEPTIONIST: Final = "CONNECT_TO_VIRTUAL_RECEPTIONIST"
DISCONNECT: Final = "DISCONNECT"
RING: Final = "RING"


class State(StrEnum):
    """The live state of an extension, as rules know it."""

    AVAILABLE = "AVAILABLE"
    ON_CALL = "ON_CALL"
    DND = "DND"
    AWAY = "AWAY"
    OFFLINE = "OFFLINE"


class Outcome(StrEnum):
    """What becomes of ringing the phones."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"


@dataclass(frozen=True)
class Party:
    """An extension as a call meets it. `greeting` is the file name of its active voicemail greeting."""

    number: str
    state: State
    hours: Hours
    rules: Mapping[str, Mapping[str, Any]]
    voicemail: bool
    greeting: str
    may_call_outside: bool = True


@dataclass(frozen=True)
class RingGroup:
    """A ring group as a call meets it; `seconds` is how long it rings."""

    number: str
    name: str
    seconds: int


@dataclass(frozen=True)
class Surroundings:
    """What the rules of a tenant's extensions can point at. `party` finds an extension by its number."""

    party: Callable[[str], Party | None]
    ring_groups: Mapping[str, RingGroup] = field(default_factory=dict)
    receptionists: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    prefixes: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    """One thing that happens to the call, the rule that caused it and a sentence for a person."""

    action: str
    target: str | None
    rule: str
    reason: str
    seconds: int | None = None
    greeting: str | None = None


@dataclass
class _Walk:
    """A plan in the making."""

    at: datetime
    world: Surroundings
    steps: list[Step]
    visited: set[str]


def decide(
    party: Party, at: datetime, world: Surroundings, *, state: State | None = None, outcome: Outcome | None = None
) -> list[Step]:
    """Return the steps of a call to `party` at `at`, as they follow while nobody answers.

    `state` stands in for the party's live one, `outcome` says what its phones do. An extension that the call is
    forwarded to is in its own live state; each is met once, and there are at most `MOST_HOPS` forwards.
    """
    walk = _Walk(at, world, [], {party.number})
    following = _meet(walk, party, state or party.state, outcome)
    while following is not None:
        following = _meet(walk, following, following.state, None)
    return walk.steps


def is_dialable(number: str, prefixes: Sequence[str]) -> bool:
    """Tell whether a number outside the PBX begins with one of the prefixes that a tenant allows."""
    return any(number.startswith(prefix) for prefix in prefixes)


def _meet(walk: _Walk, party: Party, state: State, outcome: Outcome | None) -> Party | None:
    """Add what happens at one extension, and return the one that the call goes on to."""
    if state is State.AVAILABLE and outcome is not Outcome.BUSY:
        seconds = party.rules["available"]["no_answer_timeval"]
        why = f"{party.number} is available: its phones ring for {seconds} seconds"
        walk.steps.append(
            Step(RING, party.number, "forward_rules.available.no_answer_timeval", f"{why}.", seconds=seconds)
        )
        return _apply(walk, party, "available", "no_answer_action", f"Nobody answers at {party.number} in that time")
    if state in {State.AVAILABLE, State.ON_CALL}:
        why = f"{party.number} is {'busy' if state is State.AVAILABLE else 'on a call, which counts as busy'}"
        return _apply(walk, party, "available", "busy_action", why)
    name, when = _by_hours(party.hours, walk.at)
    return _apply(walk, party, state.value.lower(), name, f"{party.number} is {_SAID[state]}, and {when}")


_SAID: Final = {State.OFFLINE: "offline", State.DND: "not to be disturbed", State.AWAY: "away"}


def _by_hours(hours: Hours, at: datetime) -> tuple[str, str]:
    """Return the name of the action that applies at `at`, and why."""
    local = at.astimezone(hours.zone)
    when = f"{local:%A %H:%M} {hours.zone.key}"
    if is_open(hours, at):
        return "office_hours_action", f"{when} is within office hours"
    holiday = holiday_at(hours, at)
    if holiday is not None:
        return "outside_office_hours_action", f"{when} is outside office hours (closed for {holiday.name})"
    closed = hours.week[local.weekday()] is None
    detail = f" (closed on {local:%A}s)" if closed else ""
    return "outside_office_hours_action", f"{when} is outside office hours{detail}"


def _apply(walk: _Walk, party: Party, section: str, name: str, why: str) -> Party | None:
    rules = party.rules[section]
    action, target = rules.get(name) or VOICE_MAIL, rules.get(f"{name}_value") or ""
    rule = f"forward_rules.{section}.{name}"
    if action == EXTENSION:
        return _forward(walk, party, target, rule, why)
    if action == RING_GROUP and (group := walk.world.ring_groups.get(target)) is not None:
        reason = f"{why}: the call goes to the ring group {group.name}."
        walk.steps.append(Step(RING_GROUP, target, rule, reason, seconds=group.seconds))
    elif action == RECEPTIONIST and target in walk.world.receptionists:
        walk.steps.append(Step(RECEPTIONIST, target, rule, f"{why}: the call goes to the virtual receptionist."))
    elif action == NUMBER and not (problem := _problem_of_number(walk.world, party, target)):
        walk.steps.append(Step(NUMBER, target, rule, f"{why}: the call goes to {target}."))
    elif action == NUMBER:
        _give_up(walk, party, rule, f"{why}; {problem}")
    elif action in {RING_GROUP, RECEPTIONIST}:
        _give_up(walk, party, rule, f"{why}; {_KINDS[action]} {target} no longer exists")
    elif action == DISCONNECT:
        walk.steps.append(Step(DISCONNECT, None, rule, f"{why}: the call is ended."))
    else:
        _give_up(walk, party, rule, why)
    return None


_KINDS: Final = {RING_GROUP: "the ring group", RECEPTIONIST: "the virtual receptionist"}


def _forward(walk: _Walk, party: Party, target: str, rule: str, why: str) -> Party | None:
    following = walk.world.party(target)
    if following is None:
        _give_up(walk, party, rule, f"{why}; the extension {target} no longer exists")
    elif target in walk.visited:
        _give_up(walk, party, rule, f"{why}; the call was at {target} before")
    elif len(walk.visited) > MOST_HOPS:
        _give_up(walk, party, rule, f"{why}; the call has been forwarded {MOST_HOPS} times")
    else:
        walk.visited.add(target)
        walk.steps.append(Step(EXTENSION, target, rule, f"{why}: the call goes to the extension {target}."))
        return following
    return None


def _give_up(walk: _Walk, party: Party, rule: str, why: str) -> None:
    """Send the call to the party's voicemail, or end it when that is off."""
    if party.voicemail:
        reason = f"{why}: the call goes to the voicemail of {party.number}."
        walk.steps.append(Step(VOICE_MAIL, party.number, rule, reason, greeting=party.greeting))
    else:
        reason = f"{why}: the call is ended, since the voicemail of {party.number} is off."
        walk.steps.append(Step(DISCONNECT, None, rule, reason))


def _problem_of_number(world: Surroundings, party: Party, number: str) -> str:
    if number in world.internal:
        return ""
    if not party.may_call_outside:
        return f"no group of {party.number} allows external calls"
    return "" if is_dialable(number, world.prefixes) else "the tenant does not allow that number to be dialled"
