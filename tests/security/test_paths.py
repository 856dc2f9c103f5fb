"""Addresses that are written in another way: they mean what the route says, or nothing; never it without its guard."""

import pytest
from flask import Flask

from tests.contract.servers import Server
from tests.crm import Crm
from tests.security.raw import exchange, statuses
from tests.security.tables import dump

GUARDED = (
    "/api/extensions/list",
    "/api/account/list",
    "/sipxconfig/rest/user",
    "/sipxconfig/api/phones",
    "/sipxconfig/rest/branch",
)


def disguised(path: str) -> list[str]:
    """Ways to write a path that some filter or router has been fooled by."""
    _, first, *rest = path.split("/")
    end = "/".join(rest)
    return [
        f"//{first}/{end}",
        f"/{first}//{end}",
        f"/./{first}/{end}",
        f"/{first}/./{end}",
        f"/x/../{first}/{end}",
        f"/healthz/../{first}/{end}",
        f"/docs/..;/{first}/{end}",
        f"/healthz/%2e%2e/{first}/{end}",
        f"/%2e/{first}/{end}",
        f"/docs/%2e%2e%2f{first}/{end}",
        f"/{first}%2f{end}",
        f"/{first}%5c{end}",
        f"/{first}\\{end}",
        f"/{first};a=b/{end}",
        f"/{first}/{end};.css",
        f"/{first}/{end}%3b.css",
        f"/{first}/{end}/",
        f"/{first}/{end}//",
        f"/{first}/{end}/.",
        f"/{first}/{end}%00",
        f"/{first}/{end}%00.png",
        f"/{first}/{end}%20",
        f"/{first}/{end}%09",
        f"/{first}/{end}%0a",
        f"/{first}/{end}.json",
        f"/{first}/{end}%23",
        f"/{first}/{end}%3f",
        f"/{first}/{end}#/docs",
        f"/{first.upper()}/{end}",
        f"/{first}/{end.upper()}",
        f"/{first[0]}%{ord(first[1]):02x}{first[2:]}/{end}",
        f"/%25{ord(first[0]):02x}{first[1:]}/{end}",
        f"/{first}/%c0%ae%c0%ae/{end}",
        f"/%c1%a1{first[1:]}/{end}",
        f"/{first}%c0%af{end}",
        f"/{first}%e0%80%af{end}",
        f"/{first}/{end}%ff%fe",
        f"/{first}/{end}%u002f",
        f"/{first}\uff0f{end}",
        f"/docs/../../{first}/{end}",
        f"http://evil.example/{first}/{end}",
        f"/{first}/{end}?/docs",
        f"/x?/{first}/{end}",
        f"/{first}/{end}%1f",
        f"/{first}%1f{end}",
        f"*/{first}/{end}",
        f"{first}/{end}",
    ]


@pytest.mark.parametrize("path", GUARDED)
def test_no_way_to_write_an_address_is_without_its_guard(gunicorn: Server, path: str):
    problems = []
    for target in disguised(path):
        for method in ("GET", "HEAD"):
            head = f"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
            received = exchange(gunicorn, head)
            if statuses(received)[:1] not in ([400], [401], [403], [404], [405]) or b"Traceback" in received:
                problems.append((method, target, received[:300]))
    assert not problems, "\n".join(map(str, problems))


FILES = (
    "/docs/../settings.py",
    "/docs/..%2fsettings.py",
    "/docs/%2e%2e/%2e%2e/app.py",
    "/docs/..%5c..%5capp.py",
    "/docs/....//app.py",
    "/docs//etc/passwd",
    "/docs/%2fetc%2fpasswd",
    "/docs/docs.js%00.css",
    "/docs/index.html",
    "/docs/",
    "/static/",
    "/db/pbx.sqlite3",
    "/db/secret.key",
    "/secret.key",
    "/.git/config",
    "/app.py",
    "/requirements.txt",
    "/greetings/",
    "/api/",
    "/sipxconfig/",
    "/console",
    "/sipxconfig/rest/avatar/..%2f..%2fpbx.sqlite3",
    "/debug",
    "/.env",
    "/robots.txt",
)


@pytest.mark.parametrize("path", FILES)
def test_no_file_and_no_folder_can_be_read(gunicorn: Server, path: str):
    received = exchange(gunicorn, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    status = statuses(received)[0]
    if status == 200:  # the page of documentation, and the picture of somebody who has none
        assert path in {"/docs/", "/sipxconfig/rest/avatar/..%2f..%2fpbx.sqlite3"}
    else:
        assert status in {400, 404}
    for trace in (b"SQLite format", b"root:", b"import ", b"[core]", b"Index of"):
        assert trace not in received


OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method")


@pytest.mark.parametrize("name", OVERRIDES)
def test_no_header_or_field_makes_another_method_of_a_request(app: Flask, admin: Crm, portal, name: str):
    admin.make_extension("1000")
    before = dump()
    for method in ("DELETE", "PUT", "POST"):
        headers = {name: method, "access_token": admin.token}
        query = {"_method": method, "extension_number": "1000"}
        http = app.test_client()
        assert http.get("/api/extensions/destroy", query_string=query, headers=headers).status_code == 405
        assert http.get("/api/extensions/show", query_string=query, headers=headers).status_code == 200
        assert portal.get("rest/user?_method=DELETE", headers={name: method}).status_code == 200
        assert portal.get("rest/erls?_method=DELETE", headers={name: method}).status_code == 200
    assert dump() == before


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG", "PATCH", "get", "GETX"])
def test_other_methods_are_refused_everywhere(app: Flask, method: str):
    http = app.test_client()
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            reply = http.open(rule.rule, method=method, headers={"X-Trace-Canary": "s3cret-trace"})
            # Werkzeug reads a method in whatever case; a guarded route then asks for the log-in.
            refused = {405} if method.upper() != "GET" else {200, 400, 401, 405}
            assert reply.status_code in refused, (rule, reply.status_code)
            assert "s3cret-trace" not in reply.text


def test_options_tell_methods_and_nothing_else(app: Flask):
    http = app.test_client()
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            reply = http.options(rule.rule)
            assert (reply.status_code, reply.data) == (200, b""), rule
            assert set(reply.headers["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"}


@pytest.mark.parametrize("path", GUARDED)
def test_the_address_alone_passes_its_query_to_nobody(gunicorn: Server, path: str):
    received = exchange(gunicorn, f"GET /?{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    plain = exchange(gunicorn, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert received.rpartition(b"\r\n")[2] == plain.rpartition(b"\r\n")[2]
