"""Registrations, which a switch of the test's own tells."""

from dataclasses import replace

import pytest

from portsip_api import switch
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.switch.none import NoSwitch
from tests.crm import Crm
from tests.pbx.features.call_features import make_tenant
from tests.sipxcom.devices import make_phone
from tests.sipxcom.portal import XML, check_refused

PATH = "api/registrations"
NOW = 1_800_000_000.0
FIRST = Registration(
    uri="sip:200@pbx.local",
    contact="<sip:200@192.0.2.1>",
    call_id="call/1@192.0.2.1",
    instrument="0004f2aabb95",
    server="pbx.local",
    ip="192.0.2.1",
    expires=NOW + 60,
    identity="200@pbx.local",
)
SECOND = replace(
    FIRST, uri="sip:201@pbx.local", contact="<sip:201@192.0.2.2>", call_id="call-2", instrument="0004f2000001",
    server="other.local", ip="192.0.2.2", expires=NOW + 90.5, identity="201@pbx.local",
)  # fmt: skip
EXPIRED = replace(FIRST, contact="<sip:200@192.0.2.3>", ip="192.0.2.3", expires=NOW, call_id="call-3")
SHOWN = (
    '{"status":"active","secondsToExpire":60,"contact":"<sip:200@192.0.2.1>","expires":1800000060000,'
    '"instrument":"0004f2aabb95","primary":"pbx.local","regCallId":"call/1@192.0.2.1","uri":"sip:200@pbx.local",'
    '"identity":"200@pbx.local"}'
)
SHOWN_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Registrations><Registration><status>active</status>'
    "<secondsToExpire>60</secondsToExpire><contact>&lt;sip:200@192.0.2.1&gt;</contact>"
    "<expires>2027-01-15T08:01:00.000Z</expires><instrument>0004f2aabb95</instrument><primary>pbx.local</primary>"
    "<regCallId>call/1@192.0.2.1</regCallId><uri>sip:200@pbx.local</uri><identity>200@pbx.local</identity>"
    "</Registration></Registrations>"
)


class Engine(NoSwitch):
    """A switch with registrations."""

    def __init__(self):
        self.found = [FIRST, EXPIRED, SECOND]

    def registrations(self, domain):
        return [item for item in self.found if item.uri.endswith(f"@{domain}")]

    def drop(self, registration):
        self.found.remove(registration)


@pytest.fixture
def engine(monkeypatch, time, app):
    attached = Engine()
    monkeypatch.setattr(switch, "switch", attached)
    return attached


@pytest.fixture
def world(engine, portal, admin: Crm):
    """The registered users, a group, and one of the phones; the first user's id."""
    group = portal.make("rest/user-group", {"group": {"name": "Sales"}})
    body = {"userName": "200", "pin": "1", "aliases": [{"alias": "ann"}], "groups": [{"id": group}]}
    user_id = portal.make("rest/user", body)
    admin.make_extension("201")
    make_phone(portal)
    return user_id


def contacts(portal, path):
    """The addresses of the phones that are listed."""
    found = portal.read(path)["registrations"]
    return [item["contact"].strip("<>").rpartition("@")[2] for item in found]


def test_a_registration_has_the_contracts_bytes(portal, engine):
    engine.found = [FIRST]
    for path in (PATH, f"{PATH}/"):
        assert portal.get(path).text == f'{{"registrations":[{SHOWN}]}}'
        assert portal.get(path, accept=XML).text == SHOWN_XML


def test_they_come_newest_first_and_expired_ones_say_so(portal, engine):
    assert contacts(portal, PATH) == ["192.0.2.2", "192.0.2.1", "192.0.2.3"]
    last = portal.read(PATH)["registrations"][2]
    assert (last["status"], last["secondsToExpire"]) == ("expired", 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("start=0&limit=1", ["192.0.2.2"]),
        ("start=1&limit=5", ["192.0.2.1", "192.0.2.3"]),
        ("start=2", ["192.0.2.3"]),
        ("limit=2", ["192.0.2.2", "192.0.2.1"]),
        ("start=9&limit=9", []),
    ],
)
def test_rows_are_cut_out(portal, engine, query, expected):
    assert contacts(portal, f"{PATH}?{query}") == expected
    assert contacts(portal, f"{PATH}/callid/call-2?start=1") == []


@pytest.mark.parametrize("query", ["start=-1", "start=x", "limit=0", "limit=1.5", f"start={'9' * 30}"])
def test_bad_rows_are_refused(portal, engine, query):
    check_refused(portal.get(f"{PATH}?{query}"), 400)


FILTERS = [
    ("user/200", ["192.0.2.1", "192.0.2.3"]),
    ("user/ann", ["192.0.2.1", "192.0.2.3"]),
    ("user/{id}", ["192.0.2.1", "192.0.2.3"]),
    ("user/201", ["192.0.2.2"]),
    ("serialNo/0004f2aabb95", ["192.0.2.1", "192.0.2.3"]),
    ("serialNo/00:04:F2:AA:BB:95", ["192.0.2.1", "192.0.2.3"]),
    ("ip/192.0.2.1", ["192.0.2.1"]),
    ("ip/192.0.2.9", []),
    ("callid/call%2F1@192.0.2.1", ["192.0.2.1"]),
    ("callId/call-2", ["192.0.2.2"]),
    ("callid/none", []),
    ("server/1", ["192.0.2.1", "192.0.2.3"]),
    ("server/PBX.local", ["192.0.2.1", "192.0.2.3"]),
    ("server/127.0.0.1", ["192.0.2.1", "192.0.2.3"]),
    ("server/other.local", ["192.0.2.2"]),
]


@pytest.mark.parametrize(("path", "expected"), FILTERS)
def test_they_are_found_and_dropped_by_what_names_them(portal, engine, world, path, expected):
    path = f"{PATH}/{path.format(id=world)}"
    assert contacts(portal, path) == contacts(portal, f"{path}/") == expected
    reply = portal.delete(path)
    assert (reply.status_code, reply.data) == (200, b"")
    left = {"192.0.2.1", "192.0.2.2", "192.0.2.3"} - set(expected)
    assert {item.ip for item in engine.found} == left


def test_those_of_a_group(portal, world):
    assert contacts(portal, f"{PATH}/group/sales") == ["192.0.2.1", "192.0.2.3"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("user/999", "User  not found"),
        ("serialNo/0004f2000001", "Phone not found"),  # it is registered, but no phone of this PBX
        ("serialNo/1", "Phone not found"),  # an id is no serial number
        ("server/third.local", "Server not found"),
        ("group/nobody", "Group not found"),
    ],
)
def test_what_is_not_there_is_404(portal, world, path, text):
    reply = portal.get(f"{PATH}/{path}")
    assert (reply.status_code, reply.text) == (404, text)
    if not path.startswith("group"):
        assert portal.delete(f"{PATH}/{path}").text == text


def test_another_tenant_is_another_world(portal, world, engine):
    make_tenant()
    there = {"base_url": "http://other.example"}
    assert portal.get(PATH, **there).text == '{"registrations":[]}'
    assert portal.delete(f"{PATH}/ip/192.0.2.1", **there).status_code == 200
    check_refused(portal.delete(f"{PATH}/user/200", **there), 404)
    assert len(engine.found) == 3


def test_without_a_switch_there_are_none(portal, user):
    for path in (PATH, f"{PATH}/user/200", f"{PATH}/ip/192.0.2.1", f"{PATH}/server/1"):
        assert portal.get(path).text == '{"registrations":[]}'
    assert portal.delete(f"{PATH}/user/200").status_code == 200


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("", ("PUT", "POST", "DELETE")),
        ("/user/200", ("PUT", "POST")),
        ("/group/sales", ("PUT", "POST", "DELETE")),
        ("/callId/x", ("PUT", "POST")),
    ],
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        check_refused(portal.ask(method, PATH + path), 405)


def test_lists_cost_a_constant_number_of_statements(portal, engine, world, statements):
    counts = []
    for number in range(3):
        engine.found.append(replace(FIRST, contact=f"<sip:200@192.0.2.{number + 10}>"))
        statements.clear()
        assert len(contacts(portal, f"{PATH}/group/sales")) == number + 3
        portal.read(PATH)
        counts.append(len(statements))
    assert len(set(counts)) == 1
