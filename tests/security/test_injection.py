"""Line ends in whatever is echoed, in a header or in the log; hosts and origins that a client makes up."""

import base64
import io
import json

import pytest
from flask import Flask

from portsip_api import create_app
from tests.audio import wav
from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD, Crm
from tests.ops.conftest import Lines, lines  # noqa: F401 — a fixture
from tests.security.raw import exchange, statuses
from tests.sipxcom.portal import Portal
from tests.sipxcom.uploads import upload

# As they arrive in a path or a query; Latin-1 and Unicode have line ends of their own.
BREAKS = (
    "%0d%0aX-Evil:%20yes",
    "%0aX-Evil:%20yes",
    "%0dX-Evil:%20yes",
    "%c4%8d%c4%8aX-Evil:%20yes",
    "%e2%80%a8X-Evil:%20yes",
)
PLACES = (
    "/api/{0}",
    "/api/extensions/show?id={0}",
    "/api/extensions/greeting_file/show?link={0}",
    "/sipxconfig/rest/user/{0}",
    "/sipxconfig/rest/permission/{0}",
    "/sipxconfig/rest/avatar/{0}",
    "/sipxconfig/api/moh/prompts/{0}",
    "/sipxconfig/api/phones/{0}",
    "/sipxconfig/{0}",
    "/docs/{0}",
    "/{0}",
)
NAMES = (
    "a\r\nX-Evil: yes.wav",
    'a"; X-Evil=yes.wav',
    "a\nX-Evil: yes.wav",
    "é\u2028X-Evil.wav",
    "../../X-Evil.wav",
    "a\0.wav",
)


@pytest.mark.parametrize("place", PLACES)
def test_no_line_end_of_a_path_reaches_a_header(gunicorn: Server, place: str):
    proof = "Basic " + base64.b64encode(f"superadmin:{ADMIN_PASSWORD}".encode()).decode()
    for method in ("GET", "PUT", "DELETE", "EVIL"):
        for text in BREAKS:
            head = f"{method} {place.format(text)} HTTP/1.1\r\nHost: a\r\nAuthorization: {proof}\r\n"
            received = exchange(gunicorn, f"{head}Connection: close\r\n\r\n".encode())
            answered = received.partition(b"\r\n\r\n")[0]
            assert b"x-evil" not in answered.lower(), received
            assert statuses(received)[0] < 500, received


@pytest.mark.parametrize("name", NAMES)
def test_no_file_name_reaches_a_header_as_it_is(app: Flask, portal: Portal, admin: Crm, name: str):
    """Content-Disposition is made of names that clients gave."""
    assert upload(portal, "api/moh/prompts", (name, wav())).status_code in {200, 400}
    for row in portal.read("api/moh/prompts")["files"]:
        with portal.http.get(f"/sipxconfig/api/moh/prompts/{row['name']}", auth=portal.auth) as reply:
            _check_headers(reply)
    admin.make_extension("1000")
    sent = {"extension_number": "1000", "file": (io.BytesIO(wav()), name)}
    headers = {"access_token": admin.token}
    app.test_client().post("/api/extensions/greeting_file/create", data=sent, headers=headers)
    for row in admin.read("extensions/greeting_file/list", extension_number="1000")["files"]:
        with admin.get("extensions/greeting_file/show", extension_number="1000", filename=row["filename"]) as reply:
            assert reply.status_code == 200
            _check_headers(reply)


def _check_headers(reply) -> None:
    for header, text in reply.headers:
        assert "\r" not in text, header
        assert "\n" not in text, header
        assert header.lower() != "x-evil"
    assert ".." not in reply.headers.get("Content-Disposition", "")


@pytest.mark.parametrize("given", ["a\r\nX-Evil: yes", "a\nb", "\u010d\u010aX-Evil: yes".encode().decode("latin-1")])
def test_a_request_id_is_echoed_only_when_it_is_one(app: Flask, given: str):
    # A client library refuses to send it, so the server's own view of the request says it.
    reply = app.test_client().get("/healthz", environ_base={"HTTP_X_REQUEST_ID": given})
    assert given not in reply.headers["X-Request-ID"]
    assert len(reply.headers["X-Request-ID"]) == 32


FORGED = '{"level":"ERROR","message":"forged"}'


def test_a_log_line_is_one_line_whatever_is_asked(app: Flask, lines: Lines, caplog: pytest.LogCaptureFixture):  # noqa: F811
    http = app.test_client()
    for text in (f"\n{FORGED}", f"\r\n{FORGED}", f"\u2028{FORGED}", f"\x1b[2J{FORGED}", f"\0{FORGED}", f"%s%n{FORGED}"):
        http.open(f"/api/{text}", method="GET")
        http.get("/api/extensions/list", query_string={"access_token": text})
        http.post("/api/account/credentials/verify", json={"username": text, "password": text})
        http.get("/sipxconfig/rest/user", auth=(text, text))
        http.get("/healthz", environ_base={"HTTP_X_REQUEST_ID": text, "HTTP_USER_AGENT": text, "HTTP_REFERER": text})
    assert len(lines) == 30
    assert "forged" not in json.dumps(lines)
    assert "forged" not in caplog.text


def test_gunicorns_own_lines_are_json_and_repeat_nothing(gunicorn: Server):
    for sent in (
        b"GET /forged HTTP/1.1\r\nHost: a\r\nforged\r\n\r\n",
        b"forged\x1b[2J / HTTP/1.1\r\n\r\n",
        b"GET /?forged HTTP/forged\r\n\r\n",
        b"POST /api/forged HTTP/1.1\r\nHost: a\r\nContent-Length: forged\r\n\r\n",
    ):
        exchange(gunicorn, sent)
    text = gunicorn.log()
    assert "forged" not in text
    assert [line for line in text.splitlines() if line.strip() and not isinstance(json.loads(line), dict)] == []


EVIL = "evil.example"
HOSTS = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "X-Forwarded-Port": "1", "X-Host": EVIL,
         "Forwarded": f"host={EVIL};proto=https", "X-Original-URL": "/metrics", "X-Rewrite-URL": "/metrics",
         "X-Forwarded-Prefix": f"//{EVIL}"}  # fmt: skip


def test_no_reply_repeats_the_host(app: Flask, admin: Crm):
    """Neither a body (links to greetings among them) nor a header, so that no cache can be made to keep one."""
    admin.make_extension("1000")
    http, seen = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        headers = {**HOSTS, "access_token": admin.token}
        auth = ("superadmin", ADMIN_PASSWORD) if rule.rule.startswith("/sipxconfig") else None
        query = {"extension_number": "1000", "condition": "1", "extensions": "1000"}
        query = query if rule.rule.startswith("/api") else {}
        with http.get(rule.rule, headers=headers, auth=auth, query_string=query) as reply:
            assert EVIL.encode() not in reply.get_data(), rule
            assert EVIL not in str(reply.headers), rule
            seen += reply.status_code == 200
    assert seen > 50
    links = [row["url"] for row in admin.read("extensions/greeting_file/list", extension_number="1000")["files"]]
    assert all(link.startswith("/api/") for link in links)


@pytest.mark.parametrize(
    "target",
    [f"//{EVIL}/..", f"//{EVIL}/api/extensions/list", f"/\\{EVIL}", f"/api//{EVIL}", "/docs/", "/api/extensions/list/",
     f"/sipxconfig//{EVIL}", "/sipxconfig/rest/user/", "/sipxconfig/rest//user", f"/%2f%2f{EVIL}", f"/docs/../{EVIL}",
     f"/.{EVIL}", f"http://{EVIL}/docs", f"/docs?next=//{EVIL}", "/api/%2e%2e//docs"],
)  # fmt: skip
def test_nothing_redirects(gunicorn: Server, target: str):
    received = exchange(gunicorn, f"GET {target} HTTP/1.1\r\nHost: {EVIL}\r\nConnection: close\r\n\r\n".encode())
    assert statuses(received)[0] not in range(300, 400), received
    assert b"\r\nlocation:" not in received.lower()
    assert EVIL.encode() not in received


@pytest.fixture
def origins(configure) -> Flask:
    """An application that one origin may call."""
    return create_app(configure(PBX_CORS_ORIGINS="https://crm.example"))


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://crm.example", "https://crm.example.evil.example", "https://evilcrm.example",
     "https://crm.example:444", "https://crm.example%0d%0a", "https://crm.example@evil.example", "https://CRM.example.",
     "https://crmXexample"],
)  # fmt: skip
def test_an_origin_is_allowed_as_a_whole_or_not(origins: Flask, origin: str):
    http = origins.test_client()
    for method, path in (("GET", "/healthz"), ("OPTIONS", "/api/extensions/list"), ("GET", "/sipxconfig/rest/user")):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        given = http.open(path, method=method, headers=asked).headers
        assert "Access-Control-Allow-Origin" not in given


@pytest.mark.parametrize("listed", ["https://crm.example", "http://[::1]:3000", "https://a.b:8443", "null"])
def test_a_listed_origin_is_itself_and_no_pattern(configure, listed: str):
    http = create_app(configure(PBX_CORS_ORIGINS=f"{listed},https://other.example")).test_client()
    given = http.get("/healthz", headers={"Origin": listed}).headers
    assert (given["Access-Control-Allow-Origin"], given["Vary"]) == (listed, "Origin")
    for origin in (listed.replace(".", "x"), f"{listed}x", f"x{listed}", listed.replace("[::1]", "1"), ""):
        allowed = http.get("/healthz", headers={"Origin": origin}).headers.get("Access-Control-Allow-Origin")
        assert allowed == (listed if origin == listed else None), origin


@pytest.mark.parametrize("listed", ["https://crm.example", "*"])
def test_no_origin_is_allowed_credentials(configure, listed: str):
    """A browser keeps Basic passwords: with credentials allowed, any page of that origin would have them sent."""
    http = create_app(configure(PBX_CORS_ORIGINS=listed)).test_client()
    for method, path in (("GET", "/healthz"), ("OPTIONS", "/sipxconfig/rest/user"), ("GET", "/sipxconfig/rest/user")):
        asked = {"Origin": "https://crm.example", "Access-Control-Request-Method": "PUT"}
        given = http.open(path, method=method, headers=asked).headers
        assert "Access-Control-Allow-Origin" in given
        assert "Access-Control-Allow-Credentials" not in given
        assert not {"PUT", "DELETE"} & set(given.get("Access-Control-Allow-Methods", "").split(", "))


def test_another_sites_page_changes_nothing(app: Flask, portal: Portal):
    """With the password that a browser keeps, by what a page may send without asking first."""
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for method, path in (("PUT", "rest/branch"), ("POST", "api/orbits"), ("DELETE", "rest/erls")):
            reply = portal.ask(method, path, headers=headers, type="text/plain", body="<branch><name>x</name></branch>")
            assert reply.status_code == 403, (method, path)
    assert portal.read("rest/branch")["branch"]["metadata"]["totalResults"] == 0
