"""A greeting that a running server fetches by itself, also when it is killed in the middle."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.servers import Server, running, start_server, wait_until
from tests.contract.test_servers import log_in
from tests.ops.test_greeting_fetch import sound
from tests.web import Answer, Handler, Web, ok, serving

ENVIRONMENT = {"PBX_FETCH_ALLOW": "127.0.0.1", "PBX_TOKEN_TTL": "3600", "PBX_WORKERS": "2"}
SECRET = "hunter22"
NUMBER = "1000"
PATIENCE = 60  # seconds


class Client:
    """An administrator who keeps greetings."""

    def __init__(self, server: Server) -> None:
        self._base = f"{server.url}/api/extensions"
        self._headers = {"access_token": log_in(server)}

    def do(self, path: str, **fields: Any) -> Any:
        """POST what must succeed."""
        reply = requests.post(f"{self._base}/{path}", json=fields, headers=self._headers, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def create(self, url: str) -> None:
        """Ask for the greeting a.wav."""
        self.do("greeting_file/create", extension_number=NUMBER, filename="a.wav", url=url)

    def state(self) -> tuple[str, str]:
        """Return its status and the reason."""
        query = {"extension_number": NUMBER}
        reply = requests.get(f"{self._base}/greeting_file/list", params=query, headers=self._headers, timeout=30)
        [row] = [file for file in reply.json()["files"] if file["filename"] == "a.wav"]
        return row["status"], row["reason"]


@pytest.fixture
def web() -> Iterator[Web]:
    """Where the file is."""
    with serving() as web:
        yield web


def hesitant(asked: threading.Event, released: threading.Event) -> Answer:
    """The answer that comes when the test lets it come."""

    def answer(handler: Handler) -> None:
        asked.set()
        released.wait(PATIENCE)
        ok(sound())(handler)

    return answer


def check_becomes(client: Client, status: str) -> str:
    """Wait for the status, and return the reason."""
    wait_until(lambda: client.state()[0] == status, f"the greeting is {status}")
    return client.state()[1]


def test_a_file_is_fetched_while_requests_are_answered(fresh_store: Callable[[], Path], web: Web) -> None:
    asked, released = threading.Event(), threading.Event()
    web.answers[f"/a.wav?token={SECRET}"] = hesitant(asked, released)
    with running("gunicorn", fresh_store(), **ENVIRONMENT) as server:
        client = Client(server)
        client.do("create", extension_number=NUMBER, password="x", web_access_password="x")
        client.create(web.url(f"/a.wav?token={SECRET}"))
        assert asked.wait(PATIENCE)
        assert client.state() == ("FETCHING", "")
        released.set()
        assert check_becomes(client, "READY") == ""

        client.do("greeting_file/destroy", extension_number=NUMBER, filename="a.wav")
        client.create(f"http://127.0.0.2:{web.port}/a.wav?token={SECRET}")
        assert check_becomes(client, "FAILED") == "The address is not allowed."
    assert web.connections == 1
    assert SECRET not in server.log()


def test_a_fetch_is_completed_after_the_server_was_killed(fresh_store: Callable[[], Path], web: Web) -> None:
    data = fresh_store()
    asked, released = threading.Event(), threading.Event()
    web.answers["/a.wav"] = hesitant(asked, released)
    killed = start_server("gunicorn", data, **ENVIRONMENT)
    try:
        client = Client(killed)
        client.do("create", extension_number=NUMBER, password="x", web_access_password="x")
        client.create(web.url("/a.wav"))
        assert asked.wait(PATIENCE)
        os.killpg(killed.pid, signal.SIGKILL)
    finally:
        killed.stop()
    released.set()
    pass_lease(data)
    with running("gunicorn", data, **ENVIRONMENT) as server:
        assert check_becomes(Client(server), "READY") == ""
    assert web.connections == 2


def pass_lease(data: Path) -> None:
    """Let the time be over in which the killed server might still have reported."""
    with closing(sqlite3.connect(data / "pbx.sqlite3", timeout=30)) as connection, connection:
        assert connection.execute("UPDATE greeting SET next_attempt = 0 WHERE status = 'FETCHING'").rowcount == 1
