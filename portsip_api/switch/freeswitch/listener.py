"""The one listener to FreeSWITCH: what its events say of phones and calls is written into the store.

Events are lost while the connection is down, and where there are too many. So after each connection, and now and then,
all is asked for, and what is not as it was is written. And what FreeSWITCH keeps of accounts it is to ask for again: it
may not have been told of changes.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls import lines, sip_accounts
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.kept import forgetting
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.upkeep import measures
from portsip_api.store import database, volatile
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import access, message_waiting, recorded, room_events
from portsip_api.switch.freeswitch.depositing import Depositor
from portsip_api.switch.freeswitch.engine import forget, leg_called, phones, table
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket
from portsip_api.switch.freeswitch.live import ANSWERED, ATTEMPTED, NAMES, SUBCLASSES, Live
from portsip_api.switch.freeswitch.queue_places import QueuePlaces

FIRST_WAIT: Final = 0.5  # seconds before a connection is tried again; each time twice as long
LONGEST_WAIT: Final = 8.0
RECONCILE_SECONDS: Final = 60.0
SOON_SECONDS: Final = 11.0  # after which what is too young for a judgement at a first look no longer is
MEASURE_SECONDS: Final = 5.0
_RECORDED: Final = "RECORD_STOP"
_WRONG: Final = "FORBIDDEN"
_TURN: Final = 0.5  # seconds after which it is looked whether it is to stop
# Each commit waits for the disk: events that come while there are more are written together.
_NEXT: Final = 0.001  # seconds for which another event is waited for
_MOST_AT_ONCE: Final = 100

_log = logging.getLogger("pbx.switch")


class Listener:
    """Listens from `run` until it is told to stop."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._live = Live()
        self._places = QueuePlaces()
        self._depositor = Depositor()
        self._problem = ""
        self._changed: set[str] = set()  # addresses whose lines are to be written
        self._lag = 0.0  # seconds by which an event was late, the most since that was written

    def run(self, stopping: threading.Event) -> None:
        """Listen, and connect again for as long as it takes, until `stopping` is set."""
        depositing = threading.Thread(target=self._depositor.run, args=(stopping,), daemon=True)
        depositing.start()
        try:
            self._listen(stopping)
        finally:
            depositing.join()

    def _listen(self, stopping: threading.Event) -> None:
        wait = FIRST_WAIT
        while not stopping.is_set():
            try:
                if self._problem:
                    measures.note_no_engine()
                with EventSocket(access.door()) as client:
                    client.subscribe((*NAMES, _RECORDED, message_waiting.QUERY), SUBCLASSES)
                    forgetting.note_all()
                    self._reconcile(client)
                    wait = FIRST_WAIT
                    self._follow(client, stopping)
            except SwitchUnavailable as error:
                self._tell_down(str(error))
            except Exception:  # noqa: BLE001 — whatever it is, the next connection finds out what was missed
                _log.exception("What the SIP engine tells could not be written.")
            finally:
                database.db.leave()
                volatile.db.leave()
            stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _follow(self, client: EventSocket, stopping: threading.Event) -> None:
        measured = time.monotonic()
        # Once more soon: calls that had just begun when the engine went are not lost, for all that was known.
        reconciled = measured - RECONCILE_SECONDS + SOON_SECONDS
        while not stopping.is_set():
            self._take_all(client)
            self._places.tell(client)
            if client.lost or time.monotonic() - reconciled > RECONCILE_SECONDS:
                client.lost = False
                self._reconcile(client)
                reconciled = time.monotonic()
            if time.monotonic() - measured > MEASURE_SECONDS:
                self._measure()
                measured = time.monotonic()

    def _take_all(self, client: EventSocket) -> None:
        """Take the events that are there, waiting for the first one, and write what has changed by all of them."""
        for seconds in (_TURN, *(_NEXT,) * _MOST_AT_ONCE):
            event = client.event(seconds)
            if event is None:
                break
            self._take(client, event)
        self._write()

    def _write(self) -> None:
        if self._changed:
            lines.set_lines({address: self._live.line(address) for address in self._changed})
            self._changed.clear()

    def _measure(self) -> None:
        registrations, on_call = self._live.counts()
        measures.note_engine(registrations, on_call, round(self._lag * 1000))
        self._lag = 0.0

    def _take(self, client: EventSocket, event: Event) -> None:
        self._lag = max(self._lag, _lag(event))
        if event.get("Event-Subclass") == ATTEMPTED:
            if event.get("auth-result") == _WRONG:
                told = (str(event.get(name, "")) for name in ("username", "realm", "network-ip"))
                forget(client, sip_accounts.refused(*told))
            return
        if event.get("Event-Name") == _RECORDED:
            self._depositor.put(Path(str(event.get("Record-File-Path", ""))))
            return
        if event.get("Event-Subclass") == room_events.SUBCLASS:
            if (recording := room_events.hear(client, event)) is not None:
                self._depositor.put(recording)
            return
        if event.get("Event-Name") == message_waiting.QUERY:
            message_waiting.answer(client, event)
            return
        if event.get("Event-Name") == ANSWERED and event.get("variable_pbx_call"):
            open_calls.answer(str(event["variable_pbx_call"]), str(event.get("variable_dialed_user") or ""))
        self._places.take(client, event)
        address = self._live.take(event)
        if address:
            self._changed.add(address)

    def _reconcile(self, client: EventSocket) -> None:
        known = [(one.registration.identity, one.registration.call_id, one.agent) for one in phones(client)]
        legs = [leg_called(client, str(row.get("uuid", ""))) for row in table(client, "channels")]
        self._live.begin(known, [leg for leg in legs if leg.get("Answer-State") == "answered"])
        self._places.begin(legs)
        self._changed.clear()
        changed = lines.set_all(self._live.lines())
        there = {str(leg.get(name)) for leg in legs for name in ("Unique-ID", "variable_pbx_call")}
        lost = open_calls.close_lost(there)
        for path in recorded.without_call(there):
            self._depositor.put(path)
        self._measure()
        if self._problem:
            self._problem = ""
            _log.info("The SIP engine is there again.")
        if lost:
            _log.warning("%d calls were lost by the SIP engine.", lost)
        if changed:
            _log.info("The lines of %d extensions were not as the SIP engine knows them.", changed)

    def _tell_down(self, why: str) -> None:
        if self._problem != why:
            self._problem = why
            _log.warning("What phones do is not known: %s", why)


def _lag(event: Event) -> float:
    """Return the seconds since FreeSWITCH has made an event, by the clock of the machine that both are on."""
    made = str(event.get("Event-Date-Timestamp", ""))  # microseconds
    return max(0.0, clock.wall() - int(made) / 1e6) if made.isdecimal() else 0.0
