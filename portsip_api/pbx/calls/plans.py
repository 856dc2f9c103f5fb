"""What an engine is to do with a call, decided once: a tree that says what follows each outcome, in no engine's words.

`routing.decide` is the only judge of each stop; here its stops are put together for all that ringing can come to, so
that an engine asks once and needs nobody while the call rings. A step that nothing can be done for yet is a refusal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls import registrations_sql
from portsip_api.pbx.errors import FileNotThere, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.features import ring_groups
from portsip_api.pbx.features.ring_groups import RingGroupKey
from portsip_api.pbx.media import greetings
from portsip_api.pbx.numbers import numbers_sql, references
from portsip_api.pbx.routing import gather
from portsip_api.pbx.routing.decide import stop
from portsip_api.pbx.routing.destinations import CallQueue, Destination, Next, RingGroup, State, Surroundings
from portsip_api.pbx.routing.steps import EXTENSION, NUMBER, REPEAT, RING, VOICE_MAIL, Outcome, Step
from portsip_api.store.clock import clock

MOST_APART: Final = 3  # stops on a way at which results are told apart; the others go on as if nobody answered


class Result(StrEnum):
    """What ringing can come to, beside that nobody answers."""

    BUSY = "busy"  # or the call is declined
    DND = "dnd"  # the phone itself is not to be disturbed
    OFFLINE = "offline"


@dataclass(frozen=True)
class Leg:
    """The phones of an extension, which ring for some seconds."""

    number: str
    seconds: int


@dataclass(frozen=True)
class Ring:
    """Legs ring together; `on` says what follows some results, and `otherwise` what follows every other."""

    legs: tuple[Leg, ...]
    on: Mapping[Result, "Plan"]
    otherwise: "Plan"

    @property
    def seconds(self) -> int:
        """How long it rings, at the most."""
        return max(leg.seconds for leg in self.legs)


@dataclass(frozen=True)
class TakeMessage:
    """The caller hears a greeting, the system's where there is no file, and leaves a message in a mailbox."""

    tenant_id: int
    extension_id: int
    greeting: Path | None


@dataclass(frozen=True)
class Refuse:
    """The call ends with a status of SIP; `why` is for the log."""

    status: int
    why: str


Plan = Ring | TakeMessage | Refuse
_NOBODY: Final = Refuse(480, "nobody answers at the ring group")
NO_SUCH_NUMBER: Final = Refuse(404, "there is no such number")


def plan(tenant_id: int, number: str, turn: int = 0, at: datetime | None = None) -> Plan:
    """Return what becomes of a call to `number`, as it was dialled in the tenant, `at` an instant, by default now.

    `turn` is a number that differs from call to call: groups that take turns begin with another member each time.
    """
    found = references.named(tenant_id, number)
    called, kind = found.number, found.kind
    if kind == "ALIAS":
        called, kind = registrations_sql.number_of(tenant_id, called) or "", "EXTENSION"
    at = at or datetime.fromtimestamp(clock.wall(), UTC)
    if kind in {"EXTENSION", "HUNT_GROUP"}:
        try:
            first, world = gather.surroundings(tenant_id, ExtensionKey(called))
        except NotFound:  # a hunt group that is disabled
            return NO_SUCH_NUMBER
        return _Builder(tenant_id, at, turn, world).meet(first, ())
    if kind == "RING_GROUP":
        first, world = gather.surroundings(tenant_id, ExtensionKey(called))
        return _Builder(tenant_id, at, turn, world).meet(first, ())
    return NO_SUCH_NUMBER if not kind else Refuse(501, f"nothing answers numbers of the kind {kind} yet")


@dataclass
class _Builder:
    """A plan in the making; what was built for a stop is built once."""

    tenant_id: int
    at: datetime
    turn: int
    world: Surroundings
    greetings: dict[str, TakeMessage] = field(default_factory=dict)

    def meet(self, called: Next, visited: tuple[str, ...]) -> Plan:
        """Return what happens from an extension or a hunt group on."""
        if isinstance(called, CallQueue):
            return Refuse(501, f"nobody is connected with who waits at {called.number} yet")
        if isinstance(called, RingGroup):
            return self.ring_group(called.number, self._after(called, visited))
        if not isinstance(called, Destination):
            return self._stop(called, visited)
        # Whether phones are there the engine knows itself, at the moment when it rings them.
        state = State.AVAILABLE if called.state is State.OFFLINE else called.state
        return self._stop(called, visited, state)

    def _after(self, group: RingGroup, visited: tuple[str, ...]) -> Plan:
        """Return what happens where nobody answers at a ring group."""
        steps, following = stop(group, self.at, self.world, visited)
        if following is not None:
            return self.meet(following, (*visited, group.number))
        if not steps or steps[-1].action == REPEAT:  # an engine that would begin anew would never end
            return _NOBODY
        return self._end(steps[-1], is_busy=False)

    def ring_group(self, number: str, nobody: Plan) -> Plan:
        """Return what happens at a ring group, and then where nobody answers."""
        group = ring_groups.show(self.tenant_id, RingGroupKey(number))
        legs = [Leg(member, group.ring_time) for member in group.members]
        if not legs:
            return nobody
        if group.ring_strategy in {"RING_SIMULTANEOUSLY", "PAGING", "INTERCOM"}:  # whose phones answer by hand so far
            return Ring(tuple(legs), {}, nobody)
        first = self.turn % len(legs) if group.ring_strategy == "CYCLIC_HUNT" else 0
        return _chained([(leg,) for leg in legs[first:] + legs[:first]], nobody)

    def _stop(
        self, called: Next, visited: tuple[str, ...], state: State | None = None, *, is_busy: bool = False
    ) -> Plan:
        outcome = Outcome.BUSY if is_busy else None
        steps, following = stop(called, self.at, self.world, visited, state=state, outcome=outcome)
        place = next((place for place, step in enumerate(steps) if step.action != RING), len(steps))
        if following is not None:
            last = self.meet(following, (*visited, called.number))
        else:
            last = self._end(steps[place], is_busy=is_busy)
        waves = list(self._waves(steps[:place]))
        if not waves:
            return last
        ringing = _chained(waves, last)
        if not isinstance(ringing, Ring) or not isinstance(called, Destination) or state is not State.AVAILABLE:
            return ringing
        if is_busy or steps[0].rule.endswith("busy_action") or len(visited) >= MOST_APART:
            return ringing
        others = {
            Result.BUSY: self._stop(called, visited, state, is_busy=True),
            Result.DND: self._stop(called, visited, State.DND),
            Result.OFFLINE: self._stop(called, visited, State.OFFLINE),
        }
        on = {result: found for result, found in others.items() if found != ringing.otherwise}
        return Ring(ringing.legs, on, ringing.otherwise)

    def _end(self, step: Step, *, is_busy: bool) -> Plan:
        """Return what the last step of a stop is, where the call goes on to nothing that decides further."""
        if step.action == VOICE_MAIL and step.target is not None:
            return self._message(step.target, step.greeting or "")
        if step.action in {EXTENSION, NUMBER} and step.target is not None:
            return Refuse(503, f"nothing rings at {step.target} yet")
        status = 486 if is_busy else 480
        return Refuse(status, step.reason) if step.target is None else Refuse(503, f"{step.target} does not answer yet")

    def _message(self, number: str, greeting: str) -> Plan:
        if number not in self.greetings:
            key = ExtensionKey(number)
            try:
                audio = greetings.sound(self.tenant_id, key, greeting).audio
            except FileNotThere:
                audio = b""
            extension_id = find_id(self.tenant_id, key)
            self.greetings[number] = TakeMessage(
                self.tenant_id, extension_id, audio if isinstance(audio, Path) else None
            )
        return self.greetings[number]

    def _waves(self, steps: Sequence[Step]) -> Iterator[tuple[Leg, ...]]:
        """Yield what rings together; numbers at which no phones of the tenant ring are left out."""
        known = numbers_sql.kinds(self.tenant_id, [step.target or "" for step in steps[1:]]) if len(steps) > 1 else {}
        wave: list[Leg] = []
        for place, step in enumerate(steps):
            if place and not step.together and wave:
                yield tuple(wave)
                wave = []
            if not place or known.get(step.target or "") == "EXTENSION":
                wave.append(Leg(step.target or "", step.seconds or 0))
        if wave:
            yield tuple(wave)


def _chained(waves: Sequence[tuple[Leg, ...]], last: Plan) -> Plan:
    """Return waves one after the other, whatever each comes to, and then `last`."""
    following = last
    for legs in reversed(waves):
        following = Ring(legs, {}, following)
    return following
