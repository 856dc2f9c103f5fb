"""Servers of conferences: the built-in one, and what administrators note of others."""

import pytest

from portsip_api.store import database
from tests.crm import check_refused

WEST = {
    "name": "West",
    "ipv4": "192.0.2.20",
    "ipv6": "2001:db8::1",
    "port": 5080,
    "max_rooms": 9,
    "max_participants": 90,
}


def listed(admin):
    return admin.read("conference_server/list")["servers"]


def test_the_built_in_one_is_first_and_stays_as_it_is(admin, configure):
    admin.do("conference_server/create", name="A")
    admin.do("conference_server/create", name="B")
    (built_in, *others) = listed(admin)
    assert (built_in["type"], [row["name"] for row in others]) == ("INTERNAL", ["A", "B"])
    rows = admin.read("conference_server/list", sort_by="-DEFAULT")["servers"]
    assert [row["name"] for row in rows] == [built_in["name"], "B", "A"]
    key = {"id": built_in["id"]}
    check_refused(admin.post("conference_server/destroy", **key), "409.1")
    check_refused(admin.post("conference_server/update", **key, max_rooms=3), "409.1")
    admin.do("conference_server/update", **built_in)  # what is shown may be sent back
    configure(PBX_SERVER_ADDRESS="192.0.2.77", PBX_TOKEN_TTL="86400")
    assert listed(admin)[0]["ipv4"] == "192.0.2.77"


def test_another_one_is_noted_changed_and_forgotten(admin):
    id_ = admin.do("conference_server/create", **WEST)["id"]
    found = admin.read("conference_server/show", id=id_)
    assert found == {"id": id_, "type": "EXTERNAL", **WEST} == admin.read("conference_server/show", name="west")
    admin.do("conference_server/update", **found)
    admin.do("conference_server/update", name="West", port="5090", ipv6="")
    assert admin.read("conference_server/show", id=id_) == found | {"port": 5090, "ipv6": ""}
    admin.do("conference_server/update", id=id_, name="East")
    check_refused(admin.get("conference_server/show", name="West"), "404.1")
    check_refused(admin.post("conference_server/create", name="EAST"), "403.3", "name")
    admin.do("conference_server/remove", name="East")
    assert database.fetch_row("SELECT count(*) FROM conference_server") == (1,)
    check_refused(admin.post("conference_server/destroy", id=id_), "404.1")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ipv4": "300.1.1.1"}, "ipv4"),
        ({"ipv4": "2001:db8::1"}, "ipv4"),
        ({"ipv6": "192.0.2.1"}, "ipv6"),
        ({"ipv6": "fe80::1%eth0"}, "ipv6"),
        ({"port": 0}, "port"),
        ({"max_rooms": -1}, "max_rooms"),
        ({"type": "INTERNAL"}, "type"),
        ({"type": "OTHER"}, "type"),
    ],
)
def test_what_breaks_a_rule_is_refused(admin, fields, field):
    check_refused(admin.post("conference_server/create", name="West", **fields), "400.1", field)
    id_ = admin.do("conference_server/create", **WEST)["id"]
    check_refused(admin.post("conference_server/update", id=id_, **fields), "400.1", field)
    assert admin.read("conference_server/show", id=id_) == {"id": id_, "type": "EXTERNAL", **WEST}


def test_one_needs_a_name_and_a_key(admin):
    check_refused(admin.post("conference_server/create", port=5060), "400.1", "name")
    check_refused(admin.get("conference_server/show"), "400.1", "id")
    check_refused(admin.get("conference_server/show", id=77), "404.1")
