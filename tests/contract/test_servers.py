"""Both servers as in production, over a socket: what only a socket shows."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.contract.servers import Server, running, wait_until
from tests.crm import ADMIN_PASSWORD

FORGED = "198.51.100.66"


def log_in(server: Server) -> str:
    """Return a new token of the administrator."""
    reply = requests.post(
        f"{server.url}/api/account/credentials/verify",
        json={"username": "admin", "password": ADMIN_PASSWORD},
        timeout=30,
    )
    assert reply.status_code == 200, reply.text
    token: str = reply.json()["access_token"]
    return token


def lines(server: Server) -> list[dict[str, Any]]:
    """Return the JSON lines of the log so far, without one that is still being written."""
    complete = server.log().rpartition("\n")[0].splitlines()
    return [json.loads(line) for line in complete if line.startswith("{")]


def line_of(server: Server, request_id: str) -> dict[str, Any]:
    """Return the log line of a request."""
    return wait_until(
        lambda: next((line for line in lines(server) if line.get("request_id") == request_id), {}), "the request's line"
    )


def send_raw(server: Server, content: bytes) -> bytes:
    """Send bytes that no HTTP library would, and return the beginning of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(content)
        try:
            return connection.recv(4096)
        except ConnectionResetError:
            return b""


@pytest.fixture(scope="module")
def proxied(fresh_store) -> Iterator[Server]:
    """A gunicorn that believes proxies on the loopback."""
    with running("gunicorn", fresh_store(), PBX_TRUSTED_PROXIES="127.0.0.1", PBX_WORKERS="1") as server:
        yield server


def test_a_proxy_tells_its_prefix_and_the_clients_port(proxied: Server) -> None:
    headers = {"X-Forwarded-For": "198.51.100.7:4711", "X-Forwarded-Prefix": "/pbx"}
    reply = requests.get(f"{proxied.url}/openapi.json", headers=headers, timeout=30)
    assert reply.json()["servers"] == [{"url": "/pbx"}]
    assert line_of(proxied, reply.headers["X-Request-ID"])["remote"] == "198.51.100.7"


@pytest.mark.parametrize("place", ["query", "body", "header", "bearer"])
def test_a_token_is_taken_wherever_it_is_put(server: Server, place: str) -> None:
    token = log_in(server)
    extensions = {"extensions": ["100"]}
    path = f"{server.url}/api/extensions"
    if place == "query":
        reply = requests.get(f"{path}/list", params={"access_token": token}, timeout=30)
    elif place == "body":
        reply = requests.post(f"{path}/status", json=extensions | {"access_token": token}, timeout=30)
    elif place == "header":
        reply = requests.get(f"{path}/list", headers={"access_token": token}, timeout=30)
    else:
        reply = requests.get(f"{path}/list", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert reply.status_code == 200, reply.text
    assert requests.get(f"{path}/list", timeout=30).status_code == 401
    assert line_of(server, reply.headers["X-Request-ID"])["role"] == "administrator"


def test_a_body_without_a_length_is_read(server: Server) -> None:
    body = json.dumps({"username": "admin", "password": ADMIN_PASSWORD}).encode()
    chunks = iter([body[:5], body[5:20], body[20:]])
    reply = requests.post(f"{server.url}/api/account/credentials/verify", data=chunks, timeout=30)
    assert reply.status_code == 200, reply.text


def test_a_body_without_a_length_is_limited_too(server: Server) -> None:
    """And not cut at the limit."""
    chunks = iter([b'{"username": "admin", "password": "', *[b"x" * (64 << 10)] * 16, b'"}'])
    reply = requests.post(f"{server.url}/api/account/credentials/verify", data=chunks, timeout=30)
    assert (reply.status_code, reply.json()["err_code"]) == (413, "413.1")


def test_a_body_in_broken_chunks_is_the_clients_fault(server: Server) -> None:
    head = b"POST /api/account/credentials/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 400 " in send_raw(server, head + b"no number\r\n{").partition(b"\r\n")[0]
    assert "ERROR" not in [line["level"] for line in lines(server)]


def test_underscores_forge_neither_address_nor_path(server: Server) -> None:
    headers = {"X_Forwarded_For": FORGED, "SCRIPT_NAME": "/forged", "PATH_INFO": "/healthz", "REMOTE_ADDR": FORGED}
    reply = requests.get(f"{server.url}/docs", headers=headers, timeout=30)
    assert reply.status_code == 200
    assert "/forged" not in reply.text
    line = line_of(server, reply.headers["X-Request-ID"])
    assert (line["route"], line["remote"]) == ("/docs", "127.0.0.1")


def test_underscores_forge_no_address_behind_a_proxy(proxied: Server) -> None:
    reply = requests.get(f"{proxied.url}/healthz", headers={"X-Forwarded-For": "203.0.113.7"}, timeout=30)
    assert line_of(proxied, reply.headers["X-Request-ID"])["remote"] == "203.0.113.7"
    headers = {"X-Forwarded-For": "203.0.113.7", "X_Forwarded_For": FORGED}
    reply = requests.get(f"{proxied.url}/healthz", headers=headers, timeout=30)
    assert line_of(proxied, reply.headers["X-Request-ID"])["remote"] == "203.0.113.7"


def test_the_log_is_json_and_knows_the_request(server: Server) -> None:
    reply = requests.get(f"{server.url}/api/nothing", headers={"X-Request-ID": "from-the-client.1"}, timeout=30)
    assert reply.headers["X-Request-ID"] == "from-the-client.1"
    line = line_of(server, "from-the-client.1")
    assert (line["status"], line["route"], line["method"]) == (404, "(unmatched)", "GET")
    if server.kind == "gunicorn":  # uWSGI says a few words of its own
        assert all(line.startswith("{") for line in server.log().splitlines())


def test_no_secret_reaches_the_log(server: Server) -> None:
    token = log_in(server)
    for path in ("extensions/list", "nothing", "extensions/show"):
        requests.get(f"{server.url}/api/{path}", params={"access_token": token, "auth": ADMIN_PASSWORD}, timeout=30)
    requests.post(f"{server.url}/api/account/credentials/verify", data=f'{{"password": "{ADMIN_PASSWORD}"', timeout=30)
    secret = token.encode()
    query = urlencode({"access_token": token, "auth": ADMIN_PASSWORD}).encode()
    for malformed in (
        b"GET /api/extensions/list?%s HTTQ/1.1\r\n\r\n" % query,
        b"GET /api/extensions/list?%s HTTP/1.1\r\nHost: a\r\naccess_token %s\r\n\r\n" % (query, secret),
        b"GET /api/extensions/list?%s HTTP/1.1\r\nHost: a\r\naccess token: %s\r\n\r\n" % (query, secret),
        b"%s\r\n\r\n" % query,
        b"G?%s /api HTTP/1.1\r\n\r\n" % query,
        b"GET /?%s HTTP/1.1\r\nHost: a\r\nX-Long: %s\r\n\r\n" % (query, secret * 2000),
        b"GET /?%s%s HTTP/1.1\r\nHost: a\r\n\r\n" % (query, b"a" * 70_000),
    ):
        send_raw(server, malformed)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:  # goes away in its body
        head = b"POST /api/extensions/status?%s HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{" % query
        connection.sendall(head)
    last = requests.get(f"{server.url}/healthz", timeout=30)
    line_of(server, last.headers["X-Request-ID"])
    said = server.log()
    for hidden in (token, ADMIN_PASSWORD, "access_token", urlencode({"": ADMIN_PASSWORD})[1:], "auth="):
        assert hidden not in said
    if server.kind == "gunicorn":
        assert any(line["message"].startswith("Invalid request") for line in lines(server))


def test_the_numbers_of_all_workers_are_added_up(server: Server) -> None:
    workers: set[int] = set()
    sent = 0

    def ask() -> bool:
        nonlocal sent
        sent += 1
        reply = requests.get(f"{server.url}/readyz", headers={"X-Request-ID": f"ready-{sent}"}, timeout=30)
        assert reply.status_code == 200
        workers.add(line_of(server, f"ready-{sent}")["pid"])
        return len(workers) == 2

    wait_until(ask, "both workers have answered")
    for _ in range(3):  # whoever answers
        text = requests.get(f"{server.url}/metrics", timeout=30).text
        counted = re.search(
            r'^pbx_http_requests_total\{method="GET",route="/readyz",status="200"\} (\S+)$', text, re.MULTILINE
        )
        assert counted, text
        assert float(counted[1]) == sent
    assert workers == set(server.worker_pids())


def test_all_workers_tell_the_numbers_of_the_store_and_of_each_others_refusals(server: Server) -> None:
    def number(name: str) -> float:
        text = requests.get(f"{server.url}/metrics", timeout=30).text
        found = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert len(found) < 2, name  # told once, however many workers there are
        return float(found[0]) if found else -1.0

    wait_until(lambda: number("pbx_tokens") >= 0, "the job has counted")
    wrong = 'pbx_login_refusals_total{reason="wrong"}'
    before = number(wrong)
    for guess in range(6):
        credentials = {"username": f"nobody-{guess}", "password": "wrong"}
        requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30)
    for _ in range(3):  # whoever answers
        assert number(wrong) == before + 6
        assert number('pbx_store_bytes{file="database"}') == (server.data_dir / "pbx.sqlite3").stat().st_size
