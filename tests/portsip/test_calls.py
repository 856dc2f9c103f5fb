"""`/api/extensions/call`: what the reply says, and to whom."""

import pytest

from portsip_api import switch
from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.switch.none import NoSwitch
from tests.crm import WEB_PASSWORD, check_refused

CALL = {"extension": "1000", "to": "1001"}


class Engine(NoSwitch):
    """An engine that takes every call."""

    def __init__(self) -> None:
        self.calls: list[PlacedCall] = []

    def call(self, call: PlacedCall) -> None:
        self.calls.append(call)


@pytest.fixture
def office(admin, monkeypatch):
    """The extensions 1000 and 1001, and an engine."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    monkeypatch.setattr(switch, "switch", Engine())
    return admin


def placed() -> PlacedCall:
    """The call that the engine was asked for last."""
    call: PlacedCall = switch.switch.calls[-1]  # type: ignore[attr-defined]
    assert (call.domain, call.extension, call.to) == ("pbx.local", "1000", ("1001",))
    assert 1 <= call.session_id < 2**53
    return call


@pytest.mark.parametrize("path", ["/api/extensions/call", "/apiextensions/call"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_the_extensions_password_alone_there_is_no_body(office, path, method):
    fields = CALL | {"auth": WEB_PASSWORD, "sendsdp": "true", "src": "example source"}
    place = {"query_string": fields} if method == "GET" else {"json": fields}
    reply = office.http.open(path, method=method, **place)
    assert (reply.status_code, reply.data) == (200, b"")
    assert reply.headers["X-Session-Id"] == str(placed().session_id)
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("auth", [{}, {"auth": WEB_PASSWORD}])
def test_with_a_token_the_body_names_the_session(office, auth):
    own = office.log_in("1000@pbx.local", WEB_PASSWORD)
    for client in (office, own):
        reply = client.post("extensions/call", **CALL, **auth)
        assert reply.json == {"result": "success", "session_id": str(placed().session_id)}
        assert reply.headers["X-Session-Id"] == reply.json["session_id"]


def test_a_refused_call_names_no_session(office):
    reply = office.http.post("/api/extensions/call", json=CALL | {"auth": "wrong"})
    check_refused(reply, "401.2")
    assert "X-Session-Id" not in reply.headers
