"""What the nginx of `deploy/nginx.conf` does besides passing requests on: limits, compression, https for good."""

import json
import re
import socket
import ssl
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.contract.servers import running, wait_until
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD
from tests.faults.proxy import nginx

MAC = "0004f2aabb95"
HSTS = "Strict-Transport-Security"
CREDENTIALS = {"username": "admin", "password": ADMIN_PASSWORD}


class From(HTTPAdapter):
    """Comes from one of the addresses of the loopback."""

    def __init__(self, address):
        self.address = address
        super().__init__(pool_maxsize=16)

    def init_poolmanager(self, *args, **options):
        """Bind the sockets."""
        super().init_poolmanager(*args, **options, source_address=(self.address, 0))


class Client(requests.Session):
    """A client at an address of its own."""

    def __init__(self, source, url, trusted):
        super().__init__()
        self.mount("https://", From(source))
        self.url, self.trusted = url, str(trusted)

    def ask(self, method, path, **options):
        """Send a request."""
        return self.request(method, f"{self.url}{path}", timeout=60, verify=self.trusted, **options)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, fresh_store):
    """A server behind nginx: make clients by their addresses."""
    folder = tmp_path_factory.mktemp("nginx")
    limits = {"PBX_TRUSTED_PROXIES": "127.0.0.1", "PBX_TOKEN_TTL": "3600"}
    with running("gunicorn", fresh_store(), **limits) as server, nginx(folder, server.port) as (address, trusted):
        yield lambda source: Client(source, address, trusted)


@pytest.fixture(scope="module")
def token(proxied):
    client = proxied("127.0.2.1")
    token = client.ask("POST", "/api/account/credentials/verify", json=CREDENTIALS).json()["access_token"]
    for number in range(1000, 1040):
        fields = {"extension_number": str(number), "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
        made = client.ask("POST", "/api/extensions/create", json=fields, headers={"access_token": token})
        assert made.status_code == 200, made.text
    return token


def test_every_reply_says_https_for_good(proxied, token):
    client = proxied("127.0.2.2")
    for path, status in (
        ("/healthz", 200),
        ("/api/extensions/list", 401),
        ("/nothing", 404),
        ("/metrics", 403),
        ("/engine/freeswitch/directory", 403),
    ):
        reply = client.ask("GET", path)
        assert (reply.status_code, reply.headers[HSTS]) == (status, "max-age=31536000"), path


def test_lists_are_compressed_and_known_again(proxied, token):
    client, headers = proxied("127.0.2.3"), {"access_token": token}
    plain = client.ask("GET", "/api/extensions/list", headers=headers | {"Accept-Encoding": "identity"})
    packed = client.ask("GET", "/api/extensions/list", headers=headers | {"Accept-Encoding": "gzip"}, stream=True)
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    size = len(packed.raw.read(decode_content=False))
    assert size * 5 < len(plain.content)
    tag = packed.headers["ETag"]
    again = client.ask("GET", "/api/extensions/list", headers=headers | {"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_where_tokens_are_given_out_nothing_is_compressed(proxied):
    reply = proxied("127.0.2.4").ask("POST", "/api/account/credentials/verify", json=CREDENTIALS)
    assert reply.status_code == 200
    assert "Content-Encoding" not in reply.headers


def test_a_phone_gets_its_file_and_nobody_reads_its_secret_in_the_log(proxied, token):
    client = proxied("127.0.2.10")
    admin: dict[str, Any] = {"auth": ("superadmin", ADMIN_PASSWORD), "headers": {"Accept": "application/json"}}
    body = {"serialNo": MAC, "model": {"modelId": "yealinkPhoneSIPT46G"}}
    assert client.ask("POST", "/sipxconfig/api/phones", json=body, **admin).status_code == 200
    shown = client.ask("GET", f"/sipxconfig/api/phones/{MAC}/provisioning", **admin).json()
    assert shown["url"].startswith(f"{client.url}/provision/")
    for reply in (
        client.ask("GET", f"{shown['url'].removeprefix(client.url)}{MAC}.cfg"),
        client.ask("GET", f"/provision/{MAC}.cfg", auth=(MAC, shown["password"])),
    ):
        assert reply.status_code == 200
        assert f"auto_provision.server.url = {shown['url']}\n" in reply.text
        assert "Content-Encoding" not in reply.headers
    for name in ("softphone", "filedown"):
        assert client.ask("GET", f"/{name}/0123456789").status_code == 404
    assert client.ask("GET", "/sipxconfig/rest/private/0123456789/x").status_code in {401, 404}
    written = Path(client.trusted).with_name("portsip-api.log")

    def complete():  # nginx writes a request's line after its reply has gone out
        log = written.read_text(encoding="utf-8")
        return log.endswith("\n") and '"/sipxconfig/rest/private"' in log and log

    log = wait_until(complete, "the last request's line")
    paths = [json.loads(line)["path"] for line in log.splitlines()]
    assert paths.count("/provision") == 2
    for path in ("/sipxconfig/rest/private", "/softphone", "/filedown"):
        assert paths.count(path) == 1
    assert shown["url"].split("/")[-2] not in log
    assert "0123456789" not in log


def flood(client, source, number, line, body=b""):
    """Send one request over and over, none waiting for the reply to another, and count the statuses."""
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{line} HTTP/1.1\r\nHost: pbx.example\r\n{length}".encode()
    port = int(client.url.rpartition(":")[2])
    received = b""
    with (
        socket.create_connection(("127.0.0.1", port), 60, source_address=(source, 0)) as plain,
        ssl.create_default_context(cafile=client.trusted).wrap_socket(plain, server_hostname="127.0.0.1") as wire,
    ):
        wire.sendall((head + b"\r\n" + body) * (number - 1) + head + b"Connection: close\r\n\r\n" + body)
        while part := wire.recv(1 << 16):
            received += part
    return Counter(int(status) for status in re.findall(rb"HTTP/1.1 ([0-9]+)", received))


def test_one_address_gets_no_more_log_ins_than_people_need(proxied):
    client, path = proxied("127.0.2.5"), "/api/account/credentials/verify"
    statuses = flood(client, "127.0.2.5", 200, f"POST {path}", b"{")
    assert set(statuses) == {400, 429}
    assert statuses[400] >= 40, statuses
    assert client.ask("GET", "/healthz").status_code == 200  # only log-ins are refused
    assert proxied("127.0.2.6").ask("POST", path, json=CREDENTIALS).status_code == 200


def test_one_address_that_floods_is_refused_and_others_are_not(proxied):
    client = proxied("127.0.2.7")
    statuses = flood(client, "127.0.2.7", 900, "GET /healthz") + flood(client, "127.0.2.7", 900, "GET /healthz")
    assert set(statuses) == {200, 429}
    assert statuses[200] >= 600, statuses
    assert proxied("127.0.2.8").ask("GET", "/healthz").status_code == 200


def test_one_address_has_no_more_than_a_hundred_requests_under_way(proxied):
    client = proxied("127.0.2.10")
    port = int(client.url.rpartition(":")[2])
    context = ssl.create_default_context(cafile=client.trusted)
    head = b"POST /api/extensions/create HTTP/1.1\r\nHost: pbx.example\r\nContent-Length: 9\r\n\r\n"  # and no body
    waiting: list[ssl.SSLSocket] = []
    refused = Counter[bytes]()

    def hear() -> bool:
        for wire in [*waiting]:
            with suppress(TimeoutError):
                refused[wire.recv(1 << 12)[:12]] += 1
                waiting.remove(wire)
        return refused.total() >= 20

    with ExitStack() as stack:
        for _ in range(120):
            plain = socket.create_connection(("127.0.0.1", port), 60, source_address=("127.0.2.10", 0))
            wire = stack.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1"))
            wire.sendall(head)
            wire.settimeout(0.01)
            waiting.append(wire)
        wait_until(hear, "those that are too many are refused")
        assert refused == {b"HTTP/1.1 429": 20}
        assert proxied("127.0.2.11").ask("GET", "/healthz").status_code == 200
    wait_until(lambda: client.ask("GET", "/healthz").status_code == 200, "the address is served again")


def test_a_refusal_says_when_to_come_again(proxied):
    client = proxied("127.0.2.9")
    flood(client, "127.0.2.9", 120, "POST /api/account/email/verify", b"{")
    # A machine that is busy may give the proxy the time to let one more in.
    asked = (client.ask("POST", "/api/account/email/verify", data="{") for _ in range(20))
    refused = next(reply for reply in asked if reply.status_code == 429)
    assert (refused.status_code, refused.headers["Retry-After"], refused.headers[HSTS]) == (
        429,
        "1",
        "max-age=31536000",
    )
    assert "try again" in refused.text
