"""What becomes of a call to an extension, a hunt group, a ring group or a queue, for all that ringing can come to.

`routing.decide` is the only judge of each stop; here its stops are put together, so that an engine asks once and needs
nobody while the call rings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from portsip_api.pbx.calls.going_on import turns
from portsip_api.pbx.calls.plans import leaving, outside, queues
from portsip_api.pbx.calls.plans.kinds import (
    NO_SUCH_NUMBER,
    Call,
    Leg,
    OutsideLeg,
    Plan,
    Refuse,
    Result,
    Ring,
    TakeMessage,
)
from portsip_api.pbx.calls.plans.paging import Page, page
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.features import ring_groups
from portsip_api.pbx.features.ring_groups import RingGroupKey
from portsip_api.pbx.numbers import numbers_sql
from portsip_api.pbx.routing import gather
from portsip_api.pbx.routing.decide import stop
from portsip_api.pbx.routing.destinations import CallQueue, Destination, Next, RingGroup, State, Surroundings
from portsip_api.pbx.routing.steps import REPEAT, RING, VOICE_MAIL, Outcome, Step

MOST_APART: Final = 3  # stops on a way at which results are told apart; the others go on as if nobody answered
_NOBODY: Final = Refuse(480, "nobody answers at the ring group")


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call to the number of an extension, a group or a queue."""
    try:
        first, world = gather.surroundings(call.tenant_id, ExtensionKey(number))
    except NotFound:  # a hunt group that is disabled
        return NO_SUCH_NUMBER
    return _Builder(call, world, first).meet(first, call.visited)


@dataclass
class _Builder:
    """A plan in the making; what was built for a stop is built once."""

    call: Call
    world: Surroundings
    first: Next
    messages: dict[str, TakeMessage] = field(default_factory=dict)

    def meet(self, called: Next, visited: tuple[str, ...]) -> Plan:
        """Return what happens from an extension or a hunt group on."""
        if isinstance(called, CallQueue):
            return queues.plan(self.call, called.number, self._after(called, visited), takes_turn=called is self.first)
        if isinstance(called, RingGroup):
            return self.ring_group(called, self._after(called, visited))
        if not isinstance(called, Destination):
            return self._stop(called, visited)
        # Whether phones are there the engine knows itself, at the moment when it rings them.
        state = State.AVAILABLE if called.state is State.OFFLINE else called.state
        return self._stop(called, visited, state)

    def _after(self, group: RingGroup | CallQueue, visited: tuple[str, ...]) -> Plan:
        """Return what happens where nobody answers at a group or a queue."""
        steps, following = stop(group, self.call.at, self.world, visited)
        if following is not None:
            return self.meet(following, (*visited, group.number))
        if not steps or steps[-1].action == REPEAT:  # an engine that would begin anew would never end
            return _NOBODY
        return self._end(steps[-1], (*visited, group.number), is_busy=False)

    def ring_group(self, called: RingGroup, nobody: Plan) -> Plan:
        """Return what happens at a ring group, and then where nobody answers."""
        tenant_id, number, turn = self.call.tenant_id, called.number, self.call.turn
        group = ring_groups.show(tenant_id, RingGroupKey(number))
        if not group.members:
            return nobody
        if group.ring_strategy in {"PAGING", "INTERCOM"}:
            how = Page((), group.ring_time, talks_back=group.ring_strategy == "INTERCOM")
            return page(self.call, group.members, how)
        takes_turn = called is self.first
        ordered = turns.in_order(tenant_id, number, group.ring_strategy, group.members, turn, takes_turn=takes_turn)
        legs = [Leg(member, group.ring_time) for member in ordered]
        if group.ring_strategy == "RING_SIMULTANEOUSLY":
            return Ring(tuple(legs), {}, nobody)
        return _chained([(leg,) for leg in legs], nobody)

    def _stop(
        self, called: Next, visited: tuple[str, ...], state: State | None = None, *, is_busy: bool = False
    ) -> Plan:
        outcome = Outcome.BUSY if is_busy else None
        steps, following = stop(called, self.call.at, self.world, visited, state=state, outcome=outcome)
        place = next((place for place, step in enumerate(steps) if step.action != RING), len(steps))
        if following is not None:
            last = self.meet(following, (*visited, called.number))
        else:
            last = self._end(steps[place], (*visited, called.number), is_busy=is_busy)
        waves = list(self._waves(steps[:place], called.number))
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

    def _end(self, step: Step, visited: tuple[str, ...], *, is_busy: bool) -> Plan:
        """Return what the last step of a stop is, where no stop follows; the last of `visited` is where it is."""
        if step.target is None:
            return Refuse(486 if is_busy else 480, step.reason)
        if step.action == VOICE_MAIL and (user := self.world.destination(step.target)) is not None:
            return self._message(user, step)
        return self.call.onto(step.target, *visited, causer=visited[-1])

    def _message(self, user: Destination, step: Step) -> TakeMessage:
        if user.number not in self.messages:
            self.messages[user.number] = leaving.take(self.call, user, step)
        return self.messages[user.number]

    def _waves(self, steps: Sequence[Step], owner: str) -> Iterator[tuple[Leg | OutsideLeg, ...]]:
        """Yield what rings together for `owner`; numbers at which nothing rings are left out."""
        known = (
            numbers_sql.kinds(self.call.tenant_id, [step.target or "" for step in steps[1:]]) if len(steps) > 1 else {}
        )
        wave: list[Leg | OutsideLeg] = []
        for place, step in enumerate(steps):
            if place and not step.together and wave:
                yield tuple(wave)
                wave = []
            target, seconds = step.target or "", step.seconds or 0
            if not place or known.get(target) == "EXTENSION":
                wave.append(Leg(target, seconds))
            elif target not in known:
                wave.extend(outside.legs(self.call, owner, target, seconds))
        if wave:
            yield tuple(wave)


def _chained(waves: Sequence[tuple[Leg | OutsideLeg, ...]], last: Plan) -> Plan:
    """Return waves one after the other, whatever each comes to, and then `last`."""
    following = last
    for legs in reversed(waves):
        following = Ring(legs, {}, following)
    return following
