"""Bodies over a socket: those that hold their token, those that nobody reads to the end, and what comes behind them."""

import json
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from portsip_api import settings
from portsip_api.store import database
from tests.audio import silence
from tests.bulk import fill
from tests.contract.servers import KINDS, Server, running
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD
from tests.security.raw import exchange, statuses

FIRST, ROWS = 100_000, 10_000
MEMBERS = [str(FIRST + number) for number in range(ROWS)]
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST /api/extensions/update HTTP/1.1\r\nHost: a\r\n%bTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def filled(fresh_store) -> Iterator[Path]:
    """A store with 10,000 extensions."""
    data = fresh_store()
    settings.use(settings.load({"PBX_DATA_DIR": str(data)}))
    database.use(data / "pbx.sqlite3")
    fill(ROWS, FIRST)
    database.db.close()
    return data


@pytest.fixture(params=KINDS)
def crowded(request: pytest.FixtureRequest, filled: Path) -> Iterator[Server]:
    """A server over that store."""
    with running(request.param, filled) as server:
        yield server


def log_in(server: Server) -> str:
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    reply = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=60)
    return str(reply.json()["access_token"])


def post(server: Server, path: str, **content: Any) -> requests.Response:
    return requests.post(f"{server.url}/api/{path}", timeout=60, **content)


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def test_ten_thousand_members_come_with_the_token_beside_them(crowded: Server):
    token = log_in(crowded)
    permissions = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": False}
    group = {"group_name": crowded.kind, "members": MEMBERS, **permissions}
    made = post(crowded, "extensions/group/create", json={**group, "access_token": token})
    assert made.status_code == 200, made.text
    body = json.dumps({"id": made.json()["id"], "access_token": token, "members": MEMBERS}).encode()
    chunks = (body[start : start + (64 << 10)] for start in range(0, len(body), 64 << 10))
    assert post(crowded, "extensions/group/update", data=chunks).status_code == 200
    listed = requests.get(f"{crowded.url}/api/extensions/group/list", headers={"access_token": token}, timeout=60)
    counts = {row["group_name"]: row["members_count"] for row in listed.json()["groups"]}
    assert counts[crowded.kind] == ROWS


@pytest.mark.parametrize("chunked", [False, True])
def test_five_megabytes_come_with_the_token_before_them(server: Server, chunked: bool):
    token = log_in(server)
    number = "1001" if chunked else "1000"
    fields = {"extension_number": number, "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    post(server, "extensions/create", json={**fields, "access_token": token})
    form: dict[str, Any] = {
        "access_token": (None, token),
        "extension_number": (None, number),
        "file": ("a.wav", silence(5 << 20)),
    }
    path = "extensions/greeting_file/create"
    whole = requests.Request("POST", f"{server.url}/api/{path}", files=form).prepare()
    body, label = whole.body, {"Content-Type": whole.headers["Content-Type"]}
    assert isinstance(body, bytes)
    pieces = (body[start : start + (64 << 10)] for start in range(0, len(body), 64 << 10))
    reply = post(server, path, data=pieces if chunked else body, headers=label)
    assert reply.status_code == 200, reply.text
    listed = requests.get(
        f"{server.url}/api/extensions/greeting_file/list",
        {"extension_number": number}, headers={"access_token": token}, timeout=60,
    )  # fmt: skip
    assert "a.wav" in [row["filename"] for row in listed.json()["files"]]
    late = {"extension_number": (None, number), "file": ("b.wav", silence(5 << 20)), "access_token": (None, token)}
    assert post(server, path, files=late).status_code == 401


def check_answered_once(received: bytes, length: int) -> None:
    """There is one refusal; when much was left unread, the connection may have ended before it was seen."""
    found = statuses(received)
    assert set(found) <= {400, 401, 413}
    assert len(found) == 1 or (length > 1 << 20 and not found)


@pytest.mark.parametrize("length", [1 << 10, 40 << 10, 2 << 20])
@pytest.mark.parametrize("token", ["", "0" * 32])
def test_a_body_that_was_not_read_is_no_request(server: Server, length: int, token: str):
    """The connection ends, or the rest of the body is passed over: no part of it is taken for a request."""
    body = SMUGGLED * (length // len(SMUGGLED) + 1)
    mine = b"access_token: %b\r\n" % token.encode() if token else b""
    head = b"POST /api/extensions/update HTTP/1.1\r\nHost: a\r\n%bContent-Length: %d\r\n\r\n" % (mine, len(body))
    check_answered_once(exchange(server, head, body), length)
    chunks = [chunk(body[start : start + 20_000]) for start in range(0, len(body), 20_000)]
    check_answered_once(exchange(server, CHUNKED % mine, *chunks, chunk(b"")), length)


def test_whoever_is_refused_unread_is_told_so(server: Server):
    body = b'{"x": "%b"}' % (b"x" * (8 << 20))
    for headers, status in (({}, 413), ({"access_token": log_in(server)}, 413), ({"access_token": "0" * 32}, 401)):
        for content in (body, (body[start : start + 50_000] for start in range(0, len(body), 50_000))):
            reply = post(server, "extensions/update", data=content, headers=headers)
            assert reply.status_code == status
    assert "put the token into the header" in post(server, "extensions/update", data=body).json()["msg"]


def test_a_chunk_has_up_to_64_kib(server: Server):
    """However the network cuts it."""
    dice = random.Random(server.kind)
    token = log_in(server)
    for size, reads in ((64 << 10, True), (80 << 10, server.kind == "gunicorn")):
        content = b'{"extension_number": [], "x": "%b' % (b"x" * size)
        request = CHUNKED % (b"access_token: %b\r\n" % token.encode())
        request += b"".join(chunk(part) for part in (content[:-size], b"x" * size, b"x" * size, b'"}', b""))
        for _ in range(10):
            reply = send_in_pieces(server, request, dice)
            assert b" 400 " in reply[:20]
            assert (b"extension_number" in reply) == reads
            assert (b"larger than this server takes" in reply) != reads


def send_in_pieces(server: Server, request: bytes, dice: random.Random) -> bytes:
    """Send a request in segments of any size and return the reply."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while request:
                size = dice.choice([1, 100, 4096, 5000, 30_000])
                connection.sendall(request[:size])
                request = request[size:]
                time.sleep(0 if dice.random() < 0.9 else 0.001)
        except OSError:  # it has been refused already
            pass
        reply = b""
        while not reply.endswith(b"}"):
            reply += connection.recv(4096) or b"}"
        return reply
