"""`/api/extensions/call`: what the reply says, and to whom."""

import pytest

from portsip_api import switch
from portsip_api.switch.none import NoSwitch
from tests.crm import WEB_PASSWORD, check_refused

CALL = {"extension": "1000", "to": "1001"}


class Engine(NoSwitch):
    """An engine that takes every call."""

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        return f"{extension}-{to}@{domain}{caller_id}"


@pytest.fixture
def office(admin, monkeypatch):
    """The extensions 1000 and 1001, and an engine."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    monkeypatch.setattr(switch, "switch", Engine())
    return admin


@pytest.mark.parametrize("path", ["/api/extensions/call", "/apiextensions/call"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_the_extensions_password_alone_there_is_no_body(office, path, method):
    fields = CALL | {"auth": WEB_PASSWORD, "sendsdp": "true", "src": "example source"}
    place = {"query_string": fields} if method == "GET" else {"json": fields}
    reply = office.http.open(path, method=method, **place)
    assert (reply.status_code, reply.data) == (200, b"")
    assert reply.headers["X-Session-Id"] == "1000-1001@pbx.local"
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("auth", [{}, {"auth": WEB_PASSWORD}])
def test_with_a_token_the_body_names_the_session(office, auth):
    own = office.log_in("1000@pbx.local", WEB_PASSWORD)
    for client in (office, own):
        reply = client.post("extensions/call", **CALL, **auth)
        assert reply.json == {"result": "success", "session_id": "1000-1001@pbx.local"}
        assert reply.headers["X-Session-Id"] == "1000-1001@pbx.local"


def test_a_refused_call_names_no_session(office):
    reply = office.http.post("/api/extensions/call", json=CALL | {"auth": "wrong"})
    check_refused(reply, "401.2")
    assert "X-Session-Id" not in reply.headers
