"""Calling by PUT and by GET."""

import pytest

from portsip_api import switch
from portsip_api.switch.none import NoSwitch
from tests.crm import Crm
from tests.sipxcom.portal import check_outcome, check_refused

PATHS = ["rest/call", "rest/my/call"]
METHODS = ["PUT", "GET"]
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


class Engine(NoSwitch):
    """A switch that places calls."""

    def __init__(self):
        self.calls = []

    def call(self, call):
        assert call.caller_id == ""
        (to,) = call.to
        self.calls.append((call.domain, call.extension, to))


@pytest.fixture
def engine(monkeypatch, app):
    attached = Engine()
    monkeypatch.setattr(switch, "switch", attached)
    return attached


@pytest.fixture
def colleagues(user, admin: Crm):
    for number in ("201", "*96", "bob.b-1"):
        admin.make_extension(number)
    group = admin.make_group("outside", enable_external_call=True, members=["200"])
    admin.do("account/update", id=1, allowed_prefixes=["+1", "0"])
    return group


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", METHODS)
def test_a_call_is_placed(user, engine, colleagues, method, path):
    reply = user.ask(method, f"{path}/201")
    assert (reply.status_code, reply.data) == (200, b"")
    assert engine.calls == [("pbx.local", "200", "201")]


@pytest.mark.parametrize("body", [None, "x", {"any": "thing"}, b"\xff"])
def test_any_body_or_none_is_taken(user, engine, colleagues, body):
    assert user.put("rest/call/201/", body).status_code == 200
    assert len(engine.calls) == 1


@pytest.mark.parametrize(
    ("to", "number"),
    [
        ("%2A96", "*96"),
        ("+1(555)123-45", "+155512345"),
        ("%5B20%5D%7B1%7D", "201"),
        ("2-0.1", "201"),
        ("bob.b-1", "bob.b-1"),
        ("sip:201@pbx.local", "201"),
        ("SIPS:201@PBX.local", "201"),
        ("sip:201", "201"),
        ("bob.b-1@pbx.local", "bob.b-1"),
        ("tel:201", "201"),
        ("20%2F1", "201"),
    ],
)
def test_numbers_are_read_as_people_write_them(user, engine, colleagues, to, number):
    assert user.put(f"rest/call/{to}").status_code == 200
    assert [call[2] for call in engine.calls] == [number]


@pytest.mark.parametrize(
    "to",
    [
        "a%20b", "201@example.com", "sip:201@example.com", "sip:@pbx.local", "().-", "%2B", "20%001",
        "tel:two", "1" * 33, "201;x=1", "201%3FReplaces=a", "201,1", "%D9%A1", "201@pbx.local;x", "%22",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_number_is_400(user, engine, colleagues, method, to):
    check_outcome(user.ask(method, f"rest/call/{to}"), 400, "ERROR_VALIDATION_FAILED")
    assert engine.calls == []


@pytest.mark.parametrize("method", METHODS)
def test_numbers_outside_need_the_tenants_leave(user, engine, colleagues, method):
    check_outcome(user.ask(method, "rest/call/999"), 403, "ERROR_FORBIDDEN")
    assert engine.calls == []


@pytest.mark.parametrize("method", METHODS)
def test_without_a_switch_it_is_503(user, colleagues, method):
    reply = user.ask(method, "rest/call/201")
    check_outcome(reply, 503, "ERROR_SERVICE_UNAVAILABLE")
    assert "SIP engine" in reply.text


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("headers", [ELSEWHERE, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_pages_of_other_sites_cannot_call(user, engine, colleagues, method, headers):
    for path in PATHS:
        check_outcome(user.ask(method, f"{path}/201", headers=headers), 403, "ERROR_FORBIDDEN")
    assert engine.calls == []


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/", "https://evil.example", "https://localhost.evil.example/", "https://evil.example/localhost",
        "https://localhost@evil.example/", "about:client", "//evil.example/", "https://[localhost/", "nonsense",
    ],
)  # fmt: skip
def test_links_on_other_sites_cannot_call(user, engine, colleagues, page):
    """An older browser says with a GET where the link stood, and nothing else."""
    for path in PATHS:
        for headers in ({"Referer": page}, {"Referer": page, "Sec-Fetch-Site": "same-site"}):
            check_outcome(user.get(f"{path}/201", headers=headers), 403, "ERROR_FORBIDDEN")
    assert engine.calls == []
    assert user.get("rest/user-permission/1", headers={"Referer": page}).status_code != 400  # reading is no matter


@pytest.mark.parametrize(
    "page", ["http://localhost/", "https://LOCALHOST/portal?x=//evil.example", "https://me@localhost", ""]
)
def test_links_on_ones_own_pages_can(user, engine, colleagues, page):
    assert user.get("rest/call/201", headers={"Referer": page}).status_code == 200
    assert len(engine.calls) == 1


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none"])
def test_ones_own_pages_and_typed_addresses_can(user, engine, colleagues, site):
    assert user.get("rest/call/201", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert len(engine.calls) == 1


def test_a_page_that_the_settings_name_can(user, engine, colleagues, configure):
    configure(PBX_CORS_ORIGINS="https://portal.example")
    headers = ELSEWHERE | {"Origin": "https://portal.example", "Referer": "https://portal.example/dial"}
    assert user.get("rest/call/201", headers=headers).status_code == 200
    assert user.get("rest/call/201", headers={"Referer": "https://portal.example/dial"}).status_code == 200
    check_outcome(
        user.get("rest/call/201", headers=headers | {"Referer": "https://evil.example/"}), 403, "ERROR_FORBIDDEN"
    )


def test_head_does_not_call(user, engine, colleagues):
    assert user.ask("HEAD", "rest/call/201").status_code == 405
    assert engine.calls == []


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_405(user, path):
    for method in ("POST", "DELETE"):
        check_refused(user.ask(method, f"{path}/201"), 405)


@pytest.mark.parametrize("method", METHODS)
def test_only_users_call(portal, stranger, engine, method):
    check_refused(portal.ask(method, "rest/call/201"), 403)
    check_refused(stranger.ask(method, "rest/call/201"), 401)
    assert engine.calls == []
