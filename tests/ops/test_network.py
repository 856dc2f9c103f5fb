"""Proxies, other origins, the headers of every reply."""

import ipaddress
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portsip_api import create_app, settings
from portsip_api.ops.network import client_address
from tests.crm import Crm, check_refused
from tests.ops.conftest import Lines

TRUSTED = [ipaddress.ip_network(text) for text in ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32")]
Configure = Callable[..., settings.Settings]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # the peer is nobody's proxy
        ("", "198.51.100.1", ""),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what a client wrote itself stands on the left
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),  # a client within the trusted network
        ("127.0.0.1", "6.6.6.6, unknown, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6,,", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6:1, 198.51.100.1:4711, 10.1.2.3:443", "198.51.100.1"),
        ("127.0.0.1", "[2a00::7]:4711", "2a00::7"),
        ("127.0.0.1", "[2a00::7]", "2a00::7"),
        ("127.0.0.1", "[::ffff:198.51.100.1]:4711", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1:x", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1:", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, [198.51.100.1:80", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100:80", "127.0.0.1"),
        ("127.0.0.1", "  2001:DB8::1 ", "2001:db8::1"),
        ("2001:db8::5", "2a00::7", "2a00::7"),
        ("::ffff:127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_client_is_the_nearest_that_is_no_trusted_proxy(peer: str, forwarded_for: str, client: str) -> None:
    assert client_address(peer, forwarded_for, TRUSTED) == client


def test_nobody_is_believed_unless_the_settings_say_so(crm: Crm, configure: Configure, lines: Lines) -> None:
    headers = {"X-Forwarded-For": "198.51.100.1"}
    crm.http.get("/healthz", headers=headers)
    configure(PBX_TRUSTED_PROXIES="127.0.0.0/8")
    crm.http.get("/healthz", headers=headers)
    assert [line["remote"] for line in lines] == ["127.0.0.1", "198.51.100.1"]


@pytest.mark.parametrize("path", ["/api/extensions/list", "/api/nothing", "/docs", "/healthz"])
def test_every_reply_is_hardened(crm: Crm, path: str) -> None:
    headers = crm.http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


ORIGIN = "https://crm.example"


@pytest.fixture
def browser(configure: Configure) -> FlaskClient:
    """A client of an application that one origin may call."""
    return create_app(configure(PBX_CORS_ORIGINS=f"{ORIGIN},https://other.example")).test_client()


def _cross_origin(headers: object) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name.startswith("Access-Control-")}  # type: ignore[attr-defined]


def test_a_preflight_allows_the_ways_to_send_a_token(browser: FlaskClient) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "access_token, authorization, content-type, x-other",
    }
    allowed = browser.options("/api/extensions/status", headers=asked).headers
    assert allowed["Access-Control-Allow-Origin"] == ORIGIN
    assert {name.strip() for name in allowed["Access-Control-Allow-Methods"].split(",")} == {"GET", "POST"}
    names = {name.strip().lower() for name in allowed["Access-Control-Allow-Headers"].split(",")}
    assert names == {"access_token", "authorization", "content-type"}
    assert "Access-Control-Allow-Credentials" not in allowed


def test_an_error_can_be_read_across_origins(browser: FlaskClient) -> None:
    reply = browser.get("/api/extensions/list", headers={"Origin": ORIGIN})
    check_refused(reply, "403.4")
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    exposed = {name.strip() for name in reply.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed == {"X-Request-ID", "Retry-After", "ETag", "X-Session-Id"}


def test_another_origin_gets_nothing(browser: FlaskClient) -> None:
    assert not _cross_origin(browser.get("/healthz", headers={"Origin": "https://evil.example"}).headers)


def test_without_the_setting_there_is_no_cross_origin(crm: Crm) -> None:
    assert not _cross_origin(crm.http.get("/healthz", headers={"Origin": ORIGIN}).headers)


def test_any_origin_may_be_allowed(configure: Configure) -> None:
    http = create_app(configure(PBX_CORS_ORIGINS="*")).test_client()
    assert http.get("/healthz", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"


PREFIXED = {"X-Forwarded-Prefix": "/pbx"}


@pytest.fixture
def behind(crm: Crm, configure: Configure) -> FlaskClient:
    """A client whose proxy is believed."""
    configure(PBX_TRUSTED_PROXIES="127.0.0.1")
    return crm.http


@pytest.mark.parametrize(
    ("told", "prefix"),
    [
        ("/pbx", "/pbx"),
        ("/pbx/", "/pbx"),
        ("/a/b-c_d.e", "/a/b-c_d.e"),
        ("/hearsay, /pbx", "/pbx"),
        ("", ""),
        ("/", ""),
        ("pbx", ""),
        ("//evil.example", ""),
        ("/..", ""),
        ("/pbx/../..", ""),
        ("https://evil.example", ""),
        ('/"><script>', ""),
        ("/%2e%2e", ""),
        ("/pbx/" * 100, ""),
    ],
)
def test_a_prefix_is_that_of_the_nearest_proxy_when_it_is_a_plain_path(behind, told, prefix):
    document = behind.get("/openapi.json", headers={"X-Forwarded-Prefix": told}).get_json()
    assert document["servers"] == [{"url": prefix or "/"}]


def test_a_prefix_is_believed_of_trusted_proxies_only(crm: Crm) -> None:
    assert crm.http.get("/openapi.json", headers=PREFIXED).get_json()["servers"] == [{"url": "/"}]


@pytest.mark.parametrize("how", [{"headers": PREFIXED}, {"environ_overrides": {"SCRIPT_NAME": "/pbx"}}])
def test_documents_and_links_carry_the_prefix(behind, admin, how):
    for page in ("/docs", "/docs/sipxcom"):
        links = re.findall(r'(?:href|src|data-document)="([^"]*)"', behind.get(page, **how).text)
        assert len(links) == 11
        assert all(link.startswith("/pbx/") for link in links), links
    for document in ("/openapi.json", "/openapi-sipxcom.json"):
        plain, prefixed = behind.get(document), behind.get(document, **how)
        assert prefixed.get_json() == {**plain.get_json(), "servers": [{"url": "/pbx"}]}
        assert behind.get(document).data == plain.data
    admin.make_extension("1000")
    how = {**how, "headers": {"access_token": admin.token, **how.get("headers", {})}}
    listed = behind.get("/api/extensions/greeting_file/list?extension_number=1000", **how).get_json()
    assert [row["url"].partition("?")[0] for row in listed["files"]] == ["/pbx/api/extensions/greeting_file/show"]


def test_prefixes_add_up(behind):
    both = {"headers": PREFIXED, "environ_overrides": {"SCRIPT_NAME": "/inner"}}
    assert behind.get("/openapi.json", **both).get_json()["servers"] == [{"url": "/pbx/inner"}]


def test_an_error_behind_a_prefix_is_in_the_dialect_that_was_asked(behind):
    check_refused(behind.get("/api/nothing", headers=PREFIXED), "404.2")
    assert behind.get("/sipxconfig/rest/branch", headers=PREFIXED).mimetype == "text/xml"
