"""Who waits in queues that tell callers their places, as FreeSWITCH's events say, and when each is told it again.

What is said takes the place of the music for as long as it lasts, wherever in the queue the call is. What happens to
callers is told to whoever watches queues. Source: FreeSWITCH 1.10.12, `uuid_displace`.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.plans import planning, queues
from portsip_api.pbx.calls.plans.asking import Sounds
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.events import queue_changes
from portsip_api.pbx.events.queue_changes import ANSWERED, LEFT, WAITING, QueueChange
from portsip_api.pbx.media import voice
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket
from portsip_api.switch.freeswitch.live import owner
from portsip_api.switch.freeswitch.steps.asking import files
from portsip_api.switch.freeswitch.steps.queues import order_again

SUBCLASS: Final = "pbx::queue"
STATE: Final = "Queue-State"
_ORDER_SECONDS: Final = 1.0  # at the least between two times
_TOLD: Final = re.compile(r"(\d{1,5}):(\d{1,5}):(\d{1,18})", re.ASCII)  # after how long, how often, of which tenant


@dataclass
class _Place:
    """A call that waits: in which queue, since when, how often it is told (seconds), and when next."""

    queue: str
    since: float
    interval: int
    due: float | None
    tenant_id: int
    caller: str
    round: str
    said: str = ""

    @property
    def number(self) -> str:
        """That of the queue."""
        return self.queue.split("~")[1]

    @property
    def domain(self) -> str:
        """The SIP domain of the tenant."""
        return self.queue.rpartition("~")[2]


class QueuePlaces:
    """Calls that wait, by their legs; `now` returns seconds that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Nobody waits."""
        self._now = now
        self._places: dict[str, _Place] = {}
        self._order_changed = False
        self._ordered = 0.0

    def begin(self, legs: Iterable[Event]) -> None:
        """Forget those who wait no more, and know those who do, of the legs that are there."""
        there = {str(leg.get("Unique-ID", "")): leg for leg in legs if _waits(leg)}
        self._places = {id_: place for id_, place in self._places.items() if id_ in there}
        for id_, leg in sorted(there.items(), key=lambda item: str(item[1].get("variable_pbx_queued", ""))):
            if id_ not in self._places:
                self._enter(id_, leg)

    def take(self, client: EventSocket, event: Event) -> None:
        """Take an event in, and tell of it; who is connected hears no more of places. Raises SwitchUnavailable."""
        name, leg = event.get("Event-Subclass") or event.get("Event-Name"), str(event.get("Unique-ID", ""))
        if name == SUBCLASS and event.get(STATE) == "waiting":
            self._leave(leg, LEFT)
            self._tell(leg, self._enter(leg, event), WAITING)
        elif name in {SUBCLASS, "CHANNEL_HANGUP_COMPLETE"}:
            self._leave(leg, LEFT)
        elif name == "CHANNEL_ANSWER":
            self._order_changed = True
            caller = str(event.get("variable_originating_leg_uuid", ""))
            place = self._leave(caller, ANSWERED, str(event.get("variable_dialed_user", "")))
            if place is not None and place.said:
                client.api("uuid_displace", caller, "stop", place.said)

    def tell(self, client: EventSocket) -> None:
        """Tell those whose time it is which places they have, and order members anew who ring by their rest.

        Raises SwitchUnavailable.
        """
        now = self._now()
        if self._order_changed and now - self._ordered > _ORDER_SECONDS:
            self._order_changed, self._ordered = False, now
            self._order(client)
        for leg, place in self._places.items():
            if place.due is None or place.due > now:
                continue
            ahead = sum(
                1 for other in self._places.values() if other.queue == place.queue and other.since < place.since
            )
            parts = ("queue-place", *voice.number(ahead + 1))
            place.said = f"'{files(Sounds(place.tenant_id, voice.ENGLISH, parts))}'"
            place.due = now + place.interval if place.interval else None
            client.api("uuid_displace", leg, "start", place.said)

    def _order(self, client: EventSocket) -> None:
        for leg, place in self._places.items():
            tenant_id = tenants.id_of_domain(place.domain) if place.round else None
            if tenant_id is None:
                continue
            try:
                call = planning.call_of(tenant_id, caller=place.caller)
                plan = queues.plan(call, place.number, NO_SUCH_NUMBER, takes_turn=False)
            except NotFound:  # the queue is gone; who waits there goes on as was said
                continue
            order_again(client, leg, place.round, plan, place.domain)

    def _leave(self, leg: str, status: str, member: str = "") -> _Place | None:
        place = self._places.pop(leg, None)
        if place is not None:
            self._tell(leg, place, status, member)
        return place

    def _tell(self, leg: str, place: _Place, status: str, member: str = "") -> None:
        waiting = sum(other.queue == place.queue for other in self._places.values())
        tenant_id = tenants.id_of_domain(place.domain)
        if tenant_id is not None:
            queue_changes.tell(tenant_id, QueueChange(place.number, leg, place.caller, status, member, waiting))

    def _enter(self, leg: str, event: Event) -> _Place:
        told = _TOLD.fullmatch(str(event.get("variable_pbx_announce", "")))
        first, interval, tenant_id = map(int, told.groups()) if told else (0, 0, 0)
        now, queue = self._now(), str(event.get("variable_pbx_queue", ""))
        caller = owner(event).partition("@")[0] or str(event.get("variable_pbx_from", ""))
        round_ = str(event.get("variable_pbx_round") or "")
        place = _Place(queue, now, interval, now + first if told else None, tenant_id, caller, round_)
        self._places[leg] = place
        return place


def _waits(leg: Event) -> bool:
    return bool(leg.get("variable_pbx_queue")) and not leg.get("variable_bridge_uuid")
