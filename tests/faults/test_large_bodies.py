"""Eight clients send 64 MiB each, with a token and without: nobody can fill the memory, a thread or the disk."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.servers import KINDS, Server, wait_until
from tests.faults import load
from tests.faults.form import LONG
from tests.faults.service import Service, check_clients, serving, written_to

CLIENTS, BODY = (8, 64 << 20) if LONG else (4, 16 << 20)
ROWS = 5_000 if LONG else 500
MOST = 300  # MiB of a worker
SOON = 1.0  # seconds
PIECE = 60_000
BOUNDARY = b"----fault"
IMPORT = "/api/extensions/import"


def part(name: bytes, more: bytes = b"") -> bytes:
    return b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n' % (BOUNDARY, name, more)


FILE = part(b"file", b'; filename="a.csv"') + b"extension_number,password,web_access_password\r\n"
# Path, label, and what the body begins with and then repeats, without and with a token in it.
KINDS_OF_BODY: dict[str, tuple[str, bytes, Callable[[bytes], bytes], bytes]] = {
    "JSON": (IMPORT, b"application/json", lambda token: b'{"access_token":"%b","extensions":[' % token, b"[],"),
    "form": (
        "/api/extensions/update",
        b"application/x-www-form-urlencoded",
        lambda token: b"access_token=%b" % token,
        b"&a=b",
    ),
    "multipart": (
        "/api/extensions/greeting_file/create",
        b"multipart/form-data; boundary=%b" % BOUNDARY,
        lambda token: part(b"access_token") + token + b"\r\n" + FILE,
        b"1,2,3\r\n",
    ),
}
PLACES = ("without", "header", "body")


class Sender(threading.Thread):
    """Sends one body after the other, each as far as the server lets it."""

    def __init__(self, server: Server, head: bytes, begin: bytes, repeated: bytes, chunked: bool) -> None:
        super().__init__()
        self._port, self._chunked = server.port, chunked
        self._head = head + (b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % BODY) + b"\r\n\r\n"
        self._begin, self._piece = begin, repeated * (PIECE // len(repeated))
        self.done = threading.Event()
        self.sent = 0
        self.statuses: set[bytes] = set()

    def run(self) -> None:
        """Go on until `done` is set, and once at least."""
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 30) as connection:
                self._send(connection)
            self.sent += 1
            if self.done.is_set():
                return

    def _send(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(self._head)
            for number in range(BODY // len(self._piece) + 1):
                piece = self._piece if number else self._begin
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece)
        self.statuses.add(connection.recv(12)[9:])


def peak(server: Server) -> int:
    """Return the largest memory that any worker has had, in MiB."""
    lines = [
        line
        for pid in server.worker_pids()
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    ]
    return max(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


def left(service: Service) -> set[str]:
    """Return the files in the folder for temporary ones, and those that workers hold open there, removed or not."""
    found = {str(path) for path in service.temporary.iterdir()}
    for pid in service.server.worker_pids():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(descriptor.readlink()))
    return {name for name in found if name.startswith(str(service.temporary)) and not name.endswith(".db")}


@contextlib.contextmanager
def sending(senders: list[Sender]) -> Iterator[None]:
    """Let all of them send while the body runs."""
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        for sender in senders:
            sender.done.set()
        for sender in senders:
            sender.join()


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_import_lets_others_write(fresh_store, record_property, kind: str) -> None:
    """Writes of others wait for it, and succeed; how long it takes is a row of the benchmarks."""
    secrets: dict[str, Any] = {"password": load.SIP, "web_access_password": load.WEB, "profile": {"first_name": "Ann"}}
    rows: list[dict[str, Any]] = [{"extension_number": str(500_000 + number), **secrets} for number in range(ROWS)]
    with serving(kind, fresh_store()) as service, written_to(service.url, 2) as clients:
        headers = {"access_token": load.log_in(service.url)}
        url = f"{service.url}/api/extensions/import"
        began = time.monotonic()
        reply = requests.post(url, json={"extensions": rows}, headers=headers, timeout=60)
        seconds = time.monotonic() - began
        assert (reply.status_code, reply.json()["created"]) == (200, ROWS), reply.text
        check_clients(clients)
        assert sum(client.refused for client in clients) == 0
        record_property(f"ms of an import of {ROWS} rows by {kind}", round(seconds * 1000))


@pytest.mark.parametrize("kind", KINDS)
def test_eight_clients_send_64_mib_each(fresh_store, record_property, kind: str) -> None:
    slowest = 0.0
    sent = 0
    with serving(kind, fresh_store()) as service:
        token = load.log_in(service.url)
        before = left(service)
        for path, label, begin, repeated in KINDS_OF_BODY.values():
            for place in PLACES:
                mine = b"access_token: %b\r\n" % token.encode() if place == "header" else b""
                head = b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Type: %b\r\n%b" % (path.encode(), label, mine)
                content = begin(token.encode() if place == "body" else b"")
                senders = [Sender(service.server, head, content, repeated, bool(n % 2)) for n in range(CLIENTS)]
                with sending(senders):
                    for _ in range(10):
                        began = time.monotonic()
                        assert requests.get(f"{service.url}/readyz", timeout=30).ok
                        slowest = max(slowest, time.monotonic() - began)
                sent += sum(sender.sent for sender in senders)
                statuses = {status for sender in senders for status in sender.statuses} - {b""}
                assert statuses <= {b"401", b"413"}, (label, place)
                assert statuses, (label, place)
        assert peak(service.server) < MOST
        wait_until(lambda: left(service) == before, "nothing is left in the temporary folder")
        record_property("bodies", sent)
        record_property(f"MiB of a worker of {kind} at most", peak(service.server))
        record_property(f"ms at most until {kind} answered /readyz", round(slowest * 1000))
        if LONG:
            assert slowest < SOON
