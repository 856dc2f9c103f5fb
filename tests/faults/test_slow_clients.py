"""Clients that send a byte a second, to the nginx of `deploy/nginx.conf` before a server: others are served."""

import asyncio
import re
import resource
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest
import requests

from tests.contract.servers import running, wait_until
from tests.crm import ADMIN_PASSWORD
from tests.faults.form import LONG
from tests.faults.proxy import FILES, nginx

SLOW, CALLS = (1_000, 300) if LONG else (200, 30)
HEAD = b"POST /api/account/credentials/verify HTTP/1.1\r\nHost: pbx.example\r\nContent-Length: 900\r\n"


class Slow:
    """Many connections in a thread of their own, four of an address, half in their head and half in their body.

    No address has so many, or begins so often, that nginx refuses it for that.
    """

    def __init__(self, port: int, trusted: Path) -> None:
        self.port, self.context = port, ssl.create_default_context(cafile=trusted)
        self.connected = 0
        self.answered = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(number) for number in range(SLOW)))

    async def _one(self, number: int) -> None:
        """Send byte after byte; begin anew when nginx has had enough."""
        while not self._done.is_set():
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, ssl=self.context, local_addr=(f"127.0.1.{1 + number % (SLOW // 4)}", 0)
                )
                self.connected += 1
                try:
                    writer.write(HEAD + (b"\r\n{" if number % 2 else b"X-Slow: "))
                    while not self._done.is_set() and not reader.at_eof():
                        writer.write(b" ")
                        await writer.drain()
                        await asyncio.sleep(1)
                finally:
                    self.connected -= 1
                    writer.transport.abort()


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many files as there are slow clients."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if before[1] == resource.RLIM_INFINITY else min(FILES, before[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, before[0]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_others_are_served_meanwhile(fresh_store, tmp_path, record_property) -> None:
    limits = {"PBX_TRUSTED_PROXIES": "127.0.0.1", "PBX_TOKEN_TTL": "3600"}
    folder = tmp_path / "nginx"
    folder.mkdir()
    with running("gunicorn", fresh_store(), **limits) as server, nginx(folder, server.port) as (address, trusted):
        port = int(re.findall(r"\d+", address)[-1])
        with Slow(port, trusted) as slow:
            wait_until(lambda: slow.connected >= SLOW * 9 // 10, "the slow clients are there")
            credentials = {"username": "admin", "password": ADMIN_PASSWORD}
            verify = f"{address}/api/account/credentials/verify"
            reply = requests.post(verify, json=credentials, verify=str(trusted), timeout=60)
            headers = {"access_token": reply.json()["access_token"]}
            for _ in range(CALLS):
                reply = requests.get(f"{address}/api/extensions/list", headers=headers, verify=str(trusted), timeout=60)
                assert reply.status_code == 200
            assert slow.connected >= SLOW // 2
            record_property("slow clients", slow.connected)
    record_property("calls beside them", CALLS)
