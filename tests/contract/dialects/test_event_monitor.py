"""A monitor of events over WebSocket: it logs in, subscribes, reads one reply and then the first event."""

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.contract.dialects.clients import Client
from tests.contract.dialects.monitor import SECONDS, opened, say, serving
from tests.contract.servers import KINDS, Server, running, wait_until
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD


@pytest.fixture(scope="module", params=KINDS)
def office(servers: None, fresh_store, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that tells of events, with two extensions."""
    with running(request.param, fresh_store(), PBX_EVENTS="127.0.0.1:0", PBX_TOKEN_TTL="60") as server:
        admin = logged_in(server)
        for number in ("102", "103"):
            admin.post("extensions/create", extension_number=number, password=SIP_PASSWORD, web_access_password="w")
        yield server
    assert "Traceback" not in server.log()


def logged_in(server: Server) -> Client:
    client = Client(server)
    client.log_in(username="admin", password=ADMIN_PASSWORD)
    return client


def set_line(server: Server, line: str) -> None:
    """Let the switch know something of 102."""
    with closing(sqlite3.connect(server.data_dir / "pbx.sqlite3", timeout=SECONDS)) as store, store:
        store.execute("UPDATE extension SET line = ? WHERE number = '102'", (line,))


def test_a_monitor(office: Server) -> None:
    with opened(office) as socket:
        reply = say(socket, command="auth", username="admin", password=ADMIN_PASSWORD, domain="pbx.local")
        assert json.loads(reply) == {"command": "auth", "id": "1", "status": 0}
        reply = say(socket, command="subscribe", topics=["extension_events"], extensions=["102"])
        assert json.loads(reply)["status"] == 0
        first = socket.recv(timeout=SECONDS)
        assert '"event_type":"extension_status"' in first
        assert '"online":false' in first
        set_line(office, "ONLINE")
        assert '"online":true' in socket.recv(timeout=SECONDS)
        client = logged_in(office)
        client.post("extensions/status/update", extension_number="102", status="DND")  # by whatever worker
        assert json.loads(socket.recv(timeout=SECONDS))["presence_note"] == "DND"
        assert json.loads(socket.recv(timeout=SECONDS))["event_type"] == "extension_presence"
        client.post("extensions/status/update", extension_number="102", status="AVAILABLE")
        set_line(office, "OFFLINE")


def test_a_phone_watches_a_colleague_at_the_root(office: Server) -> None:
    with opened(office, "/") as socket:
        login = {"extension_number": "103", "password": SIP_PASSWORD, "domain": "pbx.local"}
        assert json.loads(say(socket, command="auth", **login))["status"] == 0
        assert (
            json.loads(say(socket, command="subscribe", topics=["extension_events"], extensions=["102"]))["id"] == "2"
        )
        assert json.loads(socket.recv(timeout=SECONDS))["extension"] == "sip:102@pbx.local"


def test_who_guesses_is_hung_up_on(office: Server) -> None:
    with opened(office) as socket:
        for _ in range(3):
            reply = json.loads(say(socket, command="auth", username="103@pbx.local", password="not it"))
            assert (reply["status"], WEB_PASSWORD in reply["error"]) == (-1, False)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=SECONDS)
        assert socket.close_code == 1008


def test_a_dead_token_closes_the_socket(office: Server) -> None:
    client = logged_in(office)
    with opened(office) as socket:
        assert json.loads(say(socket, command="auth", access_token=client.token))["status"] == 0
        client.sign_out()
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=SECONDS)
        assert socket.close_code == 1008


def test_nothing_else_is_there(office: Server) -> None:
    with pytest.raises(InvalidStatus, match="404"):
        opened(office, "/api")
    with opened(office) as socket:
        socket.send(b"\x00")
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=SECONDS)


def test_another_process_goes_on_when_the_one_that_served_is_killed(office: Server) -> None:
    with opened(office) as socket:
        served = serving(office)
        os.kill(int(served[-1][0]), signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=SECONDS)
    wait_until(lambda: len(serving(office)) > len(served), "another process serves the events")
    test_a_monitor(office)
