"""Whoever watches over WebSocket is told what phones do, as it happens."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from websockets.sync.client import ClientConnection

from tests.contract.dialects.monitor import SECONDS, opened, say
from tests.crm import ADMIN_PASSWORD
from tests.live.conftest import ANN, BOB, Pbx


def watch(socket: ClientConnection, *topics: str, **which: list[str]) -> None:
    """Log in, and subscribe."""
    assert json.loads(say(socket, command="auth", username="admin", password=ADMIN_PASSWORD))["status"] == 0
    assert json.loads(say(socket, command="subscribe", topics=[*topics], **which))["status"] == 0


def events(socket: ClientConnection, **meant: Any) -> Iterator[dict[str, Any]]:
    """Those that have all of that in them, as they come; others are passed over."""
    while True:
        event = json.loads(socket.recv(timeout=SECONDS))
        if meant.items() <= event.items():
            yield event


def test_who_watches_a_queue_is_told_of_its_callers(pbx: Pbx, line):
    (bob, bobs), (ann, anns) = line(BOB), line(ANN)
    number = pbx.unused()
    pbx.post("call_queues/create", tenant_id=1, queue_number=number, name=f"Queue {number}", members=[bob])

    def told() -> tuple[Any, ...]:
        caller, queue = (json.loads(socket.recv(timeout=SECONDS)) for _ in range(2))
        assert {caller["queue"], queue["queue"]} == {f"sip:{number}@pbx.local"}
        return caller["status"], caller["caller"], caller["agent"], queue["waiting_callers"]

    with opened(pbx.server) as socket:
        watch(socket, "queue_events", queues=[number])
        first = anns.call(number)
        assert told() == ("WAITING", ann, "", 1)
        second = anns.call(number)
        assert told() == ("WAITING", ann, "", 2)
        bobs.incoming().answer()
        assert told() == ("ANSWERED", ann, bob, 1)
        for call in (first, second):
            call.wait("200")
        second.hang_up()
        assert told() == ("LEFT", ann, "", 0)
        first.hang_up()


def test_who_watches_extensions_and_calls_is_told_while_they_talk_and_what_became_of_it(pbx: Pbx, line):
    (bob, bobs), (ann, anns) = line(BOB), line(ANN)
    with opened(pbx.server) as socket:
        watch(socket, "extension_events", "cdr_events", extensions=[ann, bob])
        call = anns.call(bob)
        bobs.incoming().answer()
        call.wait("200")
        talking = {event["extension"] for event in islice(events(socket, event_type="extension_call", on_call=True), 2)}
        assert talking == {f"sip:{ann}@pbx.local", f"sip:{bob}@pbx.local"}
        assert call.stream.hears(BOB)
        call.hang_up()
        ended = next(events(socket, topic="cdr_events", caller=ann))
        assert (ended["caller"], ended["callee"], ended["direction"], ended["call_status"], ended["ended_reason"]) == (
            ann, bob, "ext", "ANSWERED", "CALLER_HANGUP",
        )  # fmt: skip
