"""Clients that send a byte a second, to the nginx of `deploy/nginx.conf` before a server: others are served."""

import asyncio
import os
import re
import resource
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from portsip_api import settings
from tests.contract.servers import running, wait_until
from tests.crm import ADMIN_PASSWORD
from tests.faults.form import LONG, NGINX
from tests.ops.test_fetch_tls import Authority

SLOW, CALLS = (1_000, 300) if LONG else (200, 30)
HEAD = b"POST /api/account/credentials/verify HTTP/1.1\r\nHost: pbx.example\r\nContent-Length: 900\r\n"
FILES = 8_192  # that a process may have open
AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes 2;
worker_rlimit_nofile {files};
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {shipped}
}}
"""


def configuration(folder: Path, port: int, server: int) -> str:
    """Return the shipped configuration with the addresses and paths of this test."""
    shipped = (settings.ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "server 127.0.0.1:8899;": f"server 127.0.0.1:{server};",
        "listen 8900 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/portsip-api/tls/fullchain.pem": str(folder / "server.pem"),
        "/etc/portsip-api/tls/privkey.pem": str(folder / "server.pem"),
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert old in shipped, old
        shipped = shipped.replace(old, new)
    around = AROUND.format(folder=folder, files=FILES, shipped=shipped)
    return f"user root root;{around}" if os.geteuid() == 0 else around


@contextmanager
def nginx(folder: Path, server: int) -> Iterator[tuple[str, Path]]:
    """Run nginx before the server on that port; give its address and the authority that vouches for it."""
    authority = Authority()
    authority.server(folder, x509.IPAddress(ip_address("127.0.0.1")))
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(configuration(folder, port, server), encoding="utf-8")
    assert NGINX, "nginx is not installed, and without it this fault cannot be tried"
    process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"])
    try:
        address = f"https://127.0.0.1:{port}"

        def answers() -> bool:
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            with suppress(requests.ConnectionError):
                return requests.get(f"{address}/healthz", verify=str(trusted), timeout=30).ok
            return False

        wait_until(answers, "nginx answers")
        yield address, trusted
    finally:
        process.terminate()
        process.wait(30)


class Slow:
    """Many connections in a thread of their own, half of them in their head and half in their body."""

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
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.context)
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
