"""What a list of `/api` gives, item by item, makes the same again on an empty PBX: scripts move from one to another so.

The empty one is another tenant, whose objects no other has. What differs is what the server gives: ids, addresses that
name them, and secrets where a list hides them.
"""

import json
from typing import Any
from xml.etree.ElementTree import tostring

import pytest

from portsip_api.pbx.access import tenants
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD
from tests.sipxcom.admin.test_full_users import ANN
from tests.sipxcom.admin.test_rules import ALL
from tests.sipxcom.portal import JSON, XML, Portal

HOST = "empty.example"
GIVEN = {"id", "userId", "avatar", "weight"}  # by the server
USUAL = 6  # rules that every tenant has
TRUNK = {
    "name": "trunk",
    "deviceVersion": None,
    "description": "Out",
    "model": {"modelId": "sipTrunkStandard"},
    "enabled": True,
    "address": "192.0.2.14",
    "addressPort": 5060,
    "addressTransport": "udp",
    "prefix": "9",
    "shared": True,
    "useInternalBridge": True,
    "callerAliasInfo": {"defaultCallerAlias": "+4930", "anonymous": False, "keepDigits": 4},
}
HOURS = {"enabled": True, "start": 28_800_000, "stop": 61_200_000, "scheduledDay": "Weekdays"}
PHONE = {
    "serialNo": "0004f2aabb95",
    "deviceVersion": "polycom4.1.X",
    "description": "Front",
    "model": {"modelId": "polycomVVX500"},
    "groups": [{"name": "Front desk"}, {"name": "All"}],
}
MOBILE = {"serialNo": "17", "model": {"modelId": "uniteMobileModel"}}
# The list, its items, what is made before, and how many the tenant has anyway.
LISTS: dict[str, tuple[str, str, list[dict[str, Any]], int]] = {
    "phones": ("api/phones", "api/phones", [PHONE, MOBILE], 0),
    "gateways": ("api/gateways", "api/gateways", [TRUNK, {**TRUNK, "name": "second", "shared": False}], 0),
    "schedules": (
        "api/schedules",
        "api/schedules/general",
        [{"name": "Office", "description": "Ours", "workingTime": {"workingHours": [HOURS]}}, {"name": "Never"}],
        0,
    ),
    "users": ("api/users", "api/users", [ANN, {"userName": "302", "pintoken": WEB_PASSWORD, "lastName": "Two"}], 0),
    "rules": ("api/rules", "api/rules", ALL, USUAL),
}


@pytest.fixture
def empty(portal: Portal) -> Portal:
    """The administrator in a tenant that has nothing."""
    tenants.create({"name": "empty", "domain": HOST, "password": WEB_PASSWORD})
    replica = Portal(portal.http)
    replica.auth = portal.auth
    asked = replica.ask

    def ask(method: str, path: str, body: Any = None, **options: Any) -> Any:
        return asked(method, path, body, base_url=f"http://{HOST}", **options)

    replica.ask = ask  # type: ignore[method-assign]
    return replica


def comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: comparable(below) for name, below in value.items() if name not in GIVEN}
    return [comparable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("accept", [JSON, XML])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_makes_its_like_item_by_item(portal, empty, name, accept):
    address, listed, made, usual = LISTS[name]
    for body in made:
        portal.make(address, body)
    before = portal.read(listed)[name][usual:]
    assert len(before) == len(made)
    given = portal.get(listed, accept=accept)
    items = json.loads(given.text)[name] if accept == JSON else [tostring(item) for item in portal.read_xml(listed)]
    for item in items[usual:]:
        reply = empty.post(address, item)
        assert reply.status_code == 200, reply.text
        assert "Generated-Pintoken" not in reply.headers
    after = empty.read(listed)[name][usual:]
    assert comparable(after) == comparable([without_pin(user) for user in before] if name == "users" else before)
    again = empty.post(address, items[-1])
    assert again.status_code == 409, again.text
    assert comparable(empty.read(listed)[name][usual:]) == comparable(after)


def without_pin(user: dict[str, Any]) -> dict[str, Any]:
    """Return a user as the digest of the PIN, from which no PIN comes back, leaves it."""
    return {**user, "voicemailPin": None}


def test_secrets_are_told_where_they_are_shown_and_else_made(portal, empty, configure):
    portal.make("api/users", ANN)
    shown = portal.read("api/users")["users"][0]
    assert (shown["sipPassword"], shown["pintoken"], len(shown["voicemailPin"])) == (SIP_PASSWORD, WEB_PASSWORD, 32)
    assert PIN not in str(shown)
    configure(PBX_EXPOSE_PASSWORDS="false")
    reply = empty.post("api/users", portal.read("api/users")["users"][0])
    assert reply.status_code == 200
    own = Portal(portal.http, "301", reply.headers["Generated-Pintoken"])
    assert own.put("rest/call/999", base_url=f"http://{HOST}").status_code not in {401, 500}


def test_what_names_another_object_needs_it_there(portal, empty):
    schedule = portal.make("api/schedules", {"name": "Office"})
    portal.make("rest/branch", {"branch": {"name": "Oslo"}})
    portal.make("api/rules", {**ALL[0], "scheduleId": schedule})
    portal.make("api/users", {**ANN, "branchName": "Oslo"})
    for address, item in (
        ("api/rules", portal.read("api/rules")["rules"][-1]),
        ("api/users", portal.read("api/users")["users"][0]),
    ):
        assert empty.post(address, item).status_code == 400
    empty.make("rest/branch", {"branch": {"name": "Oslo"}})
    assert empty.post("api/users", portal.read("api/users")["users"][0]).status_code == 200
