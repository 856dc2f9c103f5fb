"""A phone before a real server: what only a socket shows, and that all workers judge alike."""

import http.client
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.servers import KINDS, Server, running, wait_until
from tests.contract.test_servers import line_of, log_in, send_raw
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

MAC = "0004f2aabb95"
CFG = f"{MAC}.cfg"
ADMIN: dict[str, Any] = {
    "auth": ("superadmin", ADMIN_PASSWORD),
    "headers": {"Accept": "application/json"},
    "timeout": 30,
}
THROUGH_TLS = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


def furnish(server: Server) -> None:
    """Make a Yealink with a line of the user 200."""
    fields = {"extension_number": "200", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    headers = {"access_token": log_in(server)}
    made = requests.post(f"{server.url}/api/extensions/create", json=fields, headers=headers, timeout=30)
    assert made.status_code == 200, made.text
    phones = f"{server.url}/sipxconfig/api/phones"
    body: dict[str, Any] = {"serialNo": MAC, "model": {"modelId": "yealinkPhoneSIPT46G"}}
    assert requests.post(phones, json=body, **ADMIN).status_code == 200
    assert requests.post(f"{phones}/{MAC}/lines", json={"user": "200"}, **ADMIN).status_code == 200


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, fresh_store) -> Iterator[Server]:
    """Each kind in turn, of two workers, which shows nobody a password."""
    with running(request.param, fresh_store(), PBX_EXPOSE_PASSWORDS="false") as server:
        furnish(server)
        yield server


@pytest.fixture(scope="module", params=KINDS)
def proxied(request: pytest.FixtureRequest, fresh_store) -> Iterator[Server]:
    """Each kind in turn, behind a proxy that it trusts."""
    with running(request.param, fresh_store(), PBX_TRUSTED_PROXIES="127.0.0.1") as server:
        furnish(server)
        yield server


def shown(server: Server) -> Any:
    return requests.get(f"{server.url}/sipxconfig/api/phones/{MAC}/provisioning", **ADMIN).json()


def ask(method: str, url: str, **options: Any) -> requests.Response:
    return requests.request(method, url, timeout=30, **options)


def test_a_phone_fetches_over_its_life(server: Server):
    old = shown(server)
    assert old["url"].startswith(f"{server.url}/provision/")
    basic = {"auth": (MAC, old["password"])}
    first, shared = ask("GET", f"{old['url']}{CFG}"), ask("GET", f"{old['sharedUrl']}{CFG}", **basic)
    assert first.status_code == shared.status_code == 200
    assert f"account.1.password = {SIP_PASSWORD}" in first.text
    assert first.content == shared.content
    assert first.headers["Cache-Control"] == "no-store"
    head = ask("HEAD", f"{old['url']}{CFG}")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(first.content)))

    rotate = f"{server.url}/sipxconfig/api/phones/{MAC}/provisioning/rotate"
    assert requests.put(rotate, **ADMIN).status_code == 200
    new = shown(server)
    assert new["previousUntil"] is not None
    told = ask("GET", f"{old['url']}{CFG}").text
    assert f"auto_provision.server.url = {new['url']}\n" in told
    assert ask("GET", f"{new['url']}{CFG}").status_code == 200
    for _ in range(8):  # by all workers, at once
        assert ask("HEAD", f"{old['url']}{CFG}").status_code == 404
    assert ask("GET", f"{old['sharedUrl']}{CFG}", **basic).status_code == 401
    wait_until(lambda: shown(server)["previousUntil"] is None, "the old one is gone")


def test_a_log_that_a_phone_uploads_is_refused_unread(server: Server):
    url = f"{shown(server)['url']}{MAC}-app.log"
    reply = ask("PUT", url, data=b"x" * 300_000)
    assert (reply.status_code, "GET" in reply.headers["Allow"]) == (405, True)
    # Many announce a body of any length, and wait.
    head = f"PUT /provision/{MAC}-app.log HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
    assert b" 405 " in send_raw(server, head.encode()).partition(b"\r\n")[0]


def test_the_log_names_the_phones_route_and_no_secret(server: Server):
    told = shown(server)
    reply = ask("GET", f"{told['url']}{CFG}")
    line = line_of(server, reply.headers["X-Request-ID"])
    assert (line["route"], line["role"]) == ("/provision/<secret>/<name>", "phone")
    broken = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    secret = told["url"].split("/")[-2]
    broken.putrequest("GET", f"/provision/{secret}/{CFG}", skip_host=True)
    broken.putheader("Content-Length", "x")
    broken.endheaders()
    assert broken.getresponse().status in {200, 400, 413}
    broken.close()
    assert secret not in server.log()
    assert told["password"] not in server.log()


def test_nobody_makes_himself_a_proxy(server: Server):
    url = f"{shown(server)['url']}{CFG}"
    for headers in (
        THROUGH_TLS,
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-SSL": "on"},
        {"X_Forwarded_Proto": "https"},
    ):
        status = ask("GET", url, headers=headers).status_code
        assert status == (200 if "X_Forwarded_Proto" in headers and server.kind == "gunicorn" else 403), headers


def test_a_trusted_proxy_says_whether_it_was_called_over_tls(proxied: Server):
    own = f"/provision/{shown(proxied)['url'].split('/')[-2]}/{CFG}"
    over_tls = ask("GET", f"{proxied.url}{own}", headers=THROUGH_TLS | {"Host": "pbx.example"})
    assert over_tls.status_code == 200
    assert "auto_provision.server.url = https://pbx.example/provision/" in over_tls.text
    for proto in ({"X-Forwarded-Proto": "http"}, {"X-Forwarded-SSL": "on"}, {}):
        headers = {"X-Forwarded-For": "198.51.100.7"} | proto
        assert ask("GET", f"{proxied.url}{own}", headers=headers).status_code == 403
    assert ask("GET", f"{proxied.url}{own}").status_code == 200  # a phone of this machine


def test_guesses_are_limited_in_all_workers_together(proxied: Server):
    attacker = THROUGH_TLS | {"X-Forwarded-For": "203.0.113.9"}
    told = shown(proxied)
    statuses = [
        ask("GET", f"{proxied.url}/provision/{CFG}", auth=(MAC, f"guess-{number}"), headers=attacker).status_code
        for number in range(14)
    ]
    assert statuses == [401] * 10 + [429] * 4
    right = {"auth": (MAC, told["password"])}
    assert ask("GET", f"{proxied.url}/provision/{CFG}", headers=attacker, **right).status_code == 429
    assert ask("GET", f"{proxied.url}/provision/{CFG}", headers=THROUGH_TLS, **right).status_code == 200
    numbers = [ask("GET", f"{proxied.url}/provision/{n:032X}/{CFG}", headers=attacker).status_code for n in range(95)]
    assert numbers == [404] * 90 + [429] * 5
