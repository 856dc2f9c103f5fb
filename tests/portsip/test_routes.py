"""Routes, office hours, holidays, ring groups: the operations."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.features import hunt_groups
from portsip_api.store import database
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused

PASSWORDS = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
MONDAY_NOON = "2026-11-23T12:00"


def steps(client, **query):
    reply = client.read("extensions/route", **{"at": MONDAY_NOON, **query})
    return [(step["action"], step["target"]) for step in reply["steps"]]


@pytest.fixture
def berlin(admin):
    """The default tenant in Berlin, with two extensions."""
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    admin.make_extension("1001")
    rule = {"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": "1001"}
    admin.make_extension("1000", forward_rules={"available": rule})
    return admin


def test_the_reply_is_the_contracts(berlin):
    reply = berlin.read("extensions/route", extension_number="1000", at="2026-11-22T14:05", state="OFFLINE")
    assert reply == {
        "extension_number": "1000",
        "at": "2026-11-22T14:05:00+01:00",
        "time_zone": "Europe/Berlin",
        "office_hours": "CLOSED",
        "next_change": "2026-11-23T09:00:00+01:00",
        "state": "OFFLINE",
        "steps": [
            {
                "action": "CONNECT_TO_VOICE_MAIL",
                "target": "1000",
                "seconds": None,
                "greeting": "default.wav",
                "rule": "forward_rules.offline.outside_office_hours_action",
                "reason": "1000 is offline, and Sunday 14:05 Europe/Berlin is outside office hours "
                "(closed on Sundays): the call goes to the voicemail of 1000.",
            }
        ],
    }


def test_the_live_state_is_used_and_the_forwarded_to_is_in_its_own(berlin):
    assert steps(berlin, extension_number="1000") == [("CONNECT_TO_VOICE_MAIL", "1000")]  # offline without a switch
    available = [("RING", "1000"), ("CONNECT_TO_ANOTHER_EXTENSION", "1001"), ("CONNECT_TO_VOICE_MAIL", "1001")]
    assert steps(berlin, extension_number="1000", state="AVAILABLE") == available
    berlin.do("extensions/status/update", extension_number="1000", status="DND")
    assert berlin.read("extensions/route", extension_number="1000")["state"] == "DND"
    berlin.do("extensions/update", extension_number="1000", options={"enable_extension": False})
    assert berlin.read("extensions/route", extension_number="1000")["state"] == "OFFLINE"
    assert steps(berlin, extension_number="1000", state="AVAILABLE", outcome="busy") == [
        ("CONNECT_TO_VOICE_MAIL", "1000")
    ]


def test_a_target_that_is_gone_falls_back(berlin):
    berlin.do("extensions/destroy", extension_number="1001")
    reply = berlin.read("extensions/route", extension_number="1000", state="AVAILABLE", at=MONDAY_NOON)
    assert [step["action"] for step in reply["steps"]] == ["RING", "CONNECT_TO_VOICE_MAIL"]
    assert "1001 no longer exists" in reply["steps"][1]["reason"]


def test_routes_reach_over_eight_forwards_in_four_statements(admin, monkeypatch):
    from portsip_api.store import database  # noqa: PLC0415 — beside what it is patched in

    previous = None
    for number in range(1010, 999, -1):
        rules: dict[str, object] = {}
        if previous:
            action = {"outside_office_hours_action": "CONNECT_TO_ANOTHER_EXTENSION"}
            rules = {"offline": {**action, "outside_office_hours_action_value": previous}}
        previous = str(number)
        admin.make_extension(previous, forward_rules=rules)
    seen = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    found = steps(admin, extension_number="1000", at="2026-11-22T12:00")
    forwards = [("CONNECT_TO_ANOTHER_EXTENSION", str(number)) for number in range(1001, 1009)]
    assert found == [*forwards, ("CONNECT_TO_VOICE_MAIL", "1008")]
    token_check = 1
    assert len(seen) == token_check + 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"at": "yesterday"}, "at"),
        ({"at": ""}, "at"),
        ({"at": "9999-12-31T00:00"}, "at"),
        ({"state": "ASLEEP"}, "state"),
        ({"outcome": "answer"}, "outcome"),
    ],
)
def test_what_is_asked_is_checked(berlin, query, field):
    check_refused(berlin.get("extensions/route", extension_number="1000", **query), "400.1", field)
    check_refused(berlin.get("extensions/route", extension_number="9"), "404.1")


def test_an_extensions_own_hours_and_zone(berlin):
    hours = {"office_hours_mode": "CUSTOM", "monday_from": "22:00", "monday_to": "06:00", "time_zone": "Asia/Kathmandu"}
    berlin.do("extensions/update", extension_number="1000", office_hours=hours)
    reply = berlin.read("extensions/office_hours", extension_number="1000", at="2026-11-24T05:59")
    assert reply == {
        "extension_number": "1000",
        "at": "2026-11-24T05:59:00+05:45",
        "time_zone": "Asia/Kathmandu",
        "office_hours": "OPEN",
        "next_change": "2026-11-24T06:00:00+05:45",
    }
    check_refused(
        berlin.post("extensions/update", extension_number="1000", office_hours={"time_zone": "Mars/Base"}),
        "400.1",
        "office_hours.time_zone",
    )


def test_a_tenants_hours(admin):
    shown = admin.read("office_hours/show")
    assert (shown["monday_from"], shown["friday_to"], shown["time_zone"]) == ("09:00", "17:00", "UTC")
    assert shown["sunday_from"] == shown["sunday_to"]
    admin.do("office_hours/update", sunday_from="10:00", sunday_to="24:00")
    changed = {"sunday_from": "10:00", "sunday_to": "24:00"}
    assert admin.read("office_hours/show") == shown | changed
    admin.do("office_hours/update", **shown)
    assert admin.read("office_hours/show") == shown
    check_refused(
        admin.post("office_hours/update", monday_from="24:00", time_zone="x"), "400.1", "monday_from", "time_zone"
    )


def test_holidays(berlin):
    christmas = {"name": "Christmas", "month": 12, "day": 25}
    holiday_id = berlin.do("holidays/create", **christmas)["id"]
    (row,) = berlin.read("holidays/list")["holidays"]
    assert row == {"id": holiday_id, **christmas, "year": 0, "from": "00:00", "to": "24:00"}
    reply = berlin.read("extensions/office_hours", extension_number="1000", at="2026-12-24T18:30")
    assert reply["next_change"] == "2026-12-28T09:00:00+01:00"
    berlin.do("holidays/update", id=holiday_id, year=2027)
    reply = berlin.read("extensions/office_hours", extension_number="1000", at="2026-12-24T18:30")
    assert reply["next_change"] == "2026-12-25T09:00:00+01:00"
    berlin.do("holidays/destroy", id=holiday_id)
    assert berlin.read("holidays/list")["total"] == 0
    check_refused(berlin.post("holidays/update", id=holiday_id), "404.1")


def test_holidays_are_listed_in_the_order_of_the_year(admin):
    for name, day, month, year in (("d", 2, 5, 0), ("b", 1, 5, 0), ("c", 1, 5, 2027), ("a", 1, 1, 2200)):
        admin.do("holidays/create", name=name, day=day, month=month, year=year)
    for asked, names in ((("DEFAULT", 1), "abc"), (("DEFAULT", 2), "d"), (("-DEFAULT", 1), "dcb")):
        reply = admin.read("holidays/list", sort_by=asked[0], pagesize=3, pagination=asked[1])
        assert "".join(row["name"] for row in reply["holidays"]) == names
        assert reply["total"] == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": 31, "month": 4}, "day"),
        ({"day": 29, "month": 2, "year": 2027}, "day"),
        ({"from": "12:00", "to": "12:00"}, "to"),
        ({"from": "12:00", "to": "09:00"}, "to"),
        ({"name": ""}, "name"),
        ({"month": 13}, "month"),
        ({"year": -1}, "year"),
        ({"year": 9999}, "year"),
    ],
)
def test_bad_holidays_are_refused(admin, fields, field):
    check_refused(admin.post("holidays/create", **{"name": "x", "month": 1, "day": 1} | fields), "400.1", field)


def test_a_countrys_holidays_are_filled_in_once(admin):
    asked = {"country": "DE", "subdivision": "BE", "year": 2026}
    assert admin.do("holidays/fill", **asked)["created"] >= 9
    assert admin.do("holidays/fill", **asked)["created"] == 0
    days = {(row["month"], row["day"], row["year"]) for row in admin.read("holidays/list")["holidays"]}
    assert {(12, 25, 2026), (3, 8, 2026)} <= days  # the eighth of March is one in Berlin only
    check_refused(admin.post("holidays/fill", country="XX", year=2026), "400.1", "country")
    check_refused(admin.post("holidays/fill", country="DE", subdivision="QQ", year=2026), "400.1", "subdivision")


def test_the_last_holiday_that_can_be_written(berlin):
    berlin.do("holidays/create", name="Doomsday", month=12, day=31, year=2200)
    assert berlin.read("extensions/office_hours", extension_number="1000", at="2100-12-31T12:00")["next_change"]


def test_time_zones(admin):
    zones = admin.read("time_zones/list")["time_zones"]
    assert zones == sorted(zones)
    assert {"UTC", "Europe/Berlin", "America/St_Johns"} <= set(zones)
    assert not {"localtime", "Factory", "posixrules"} & set(zones)


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "Mars/Base", "europe/berlin", "Europe/Berlin "])
def test_a_zone_that_is_no_iana_name_is_not_taken(berlin, name):
    check_refused(berlin.post("office_hours/update", time_zone=name), "400.1", "time_zone")
    hours = {"time_zone": name}
    for path, key in (("update", {"extension_number": "1000"}), ("create", {"extension_number": "1002", **PASSWORDS})):
        reply = berlin.post(f"extensions/{path}", **key, office_hours=hours)
        check_refused(reply, "400.1", "office_hours.time_zone")
    for mode in ("create", "upsert"):
        row = {"extension_number": "1000" if mode == "upsert" else "1002", **PASSWORDS, "office_hours": hours}
        reply = berlin.post("extensions/import", extensions=[row], mode=mode)
        assert (reply.status_code, list(reply.json["errors"])) == (400, ["row 1.office_hours.time_zone"])


def stored_elsewhere(tenant: str = "", extension: str = "") -> None:
    """Write zones as a machine did that knew them."""
    with database.writing():
        database.execute("UPDATE tenant SET time_zone = coalesce(nullif(?, ''), time_zone)", [tenant])
        hours = "json_set(office_hours, '$.time_zone', ?)"
        database.execute(f"UPDATE extension_settings SET office_hours = {hours}", [extension])


@pytest.mark.parametrize(
    ("tenant", "extension", "used", "lacking"),
    [
        ("", "Mars/Base", "Europe/Berlin", ["Mars/Base"]),
        ("Mars/Base", "", "Asia/Tokyo", ["Mars/Base"]),
        ("Mars/Base", "Venus/Base", "Asia/Tokyo", ["Venus/Base", "Mars/Base"]),
        ("Mars/Base", "Asia/Kathmandu", "Asia/Kathmandu", []),
        ("", "../../etc/passwd", "Europe/Berlin", ["../../etc/passwd"]),
        ("", "Europe", "Europe/Berlin", ["Europe"]),
    ],
)
def test_a_zone_that_this_machine_lacks_is_stood_in_for(configure, berlin, tenant, extension, used, lacking):
    configure(PBX_TIME_ZONE="Asia/Tokyo")
    stored_elsewhere(tenant, extension)
    warnings = [f"The time zone {name} is unknown on this machine; {used} is used in its place." for name in lacking]
    for path in ("extensions/route", "extensions/office_hours"):
        reply = berlin.read(path, extension_number="1000", at=MONDAY_NOON)
        assert (reply["time_zone"], reply.get("warnings", [])) == (used, warnings)
        assert reply["office_hours"] == "OPEN"


def test_a_hunt_group_warns_of_its_tenants_zone(berlin):
    tenant = tenants.DEFAULT_TENANT_ID
    hunt_groups.create(tenant, {"name": "Sales", "extension": "700", "enabled": True, "rings": [{"user_name": "1000"}]})
    stored_elsewhere("Mars/Base")
    reply = berlin.read("extensions/route", extension_number="700", at=MONDAY_NOON)
    assert (reply["time_zone"], len(reply["warnings"])) == ("UTC", 1)


def test_a_stored_zone_is_shown_and_taken_back_and_cannot_be_given_to_others(berlin):
    stored_elsewhere("Mars/Base", "Venus/Base")
    hours = berlin.read("office_hours/show")
    assert hours["time_zone"] == "Mars/Base"
    berlin.do("office_hours/update", **hours | {"monday_from": "08:00"})
    assert berlin.read("office_hours/show") == hours | {"monday_from": "08:00"}
    check_refused(berlin.post("office_hours/update", time_zone="Venus/Base"), "400.1", "time_zone")
    shown = berlin.read("extensions/show", extension_number="1000")["office_hours"]
    assert shown["time_zone"] == "Venus/Base"
    berlin.do("extensions/update", extension_number="1000", office_hours=shown | {"monday_from": "08:00"})
    berlin.do("extensions/update", extension_number="1001", office_hours={"time_zone": ""})
    reply = berlin.post("extensions/update", extension_number="1001", office_hours=shown)
    check_refused(reply, "400.1", "office_hours.time_zone")
    assert berlin.read("extensions/show", extension_number="1000")["office_hours"]["monday_from"] == "08:00"


def test_ring_groups(berlin):
    made = berlin.do("ring_groups/create", ring_group_number="600", name="Sales", members=["1001", "1000", "1001"])
    shown = berlin.read("ring_groups/show", ring_group_number="600")
    assert shown == {
        "id": made["id"],
        "ring_group_number": "600",
        "name": "Sales",
        "ring_time": 30,
        "ring_strategy": "RING_SIMULTANEOUSLY",
        "members": ["1001", "1000"],
        "no_answer_action": "DISCONNECT",
        "no_answer_action_value": "",
    }
    berlin.do("ring_groups/update", **shown)
    assert berlin.read("ring_groups/show", id=made["id"]) == shown
    rule = {"busy_action": "CONNECT_TO_RING_GROUP", "busy_action_value": "600"}
    berlin.do("extensions/update", extension_number="1001", forward_rules={"available": rule})
    reply = berlin.read("extensions/route", extension_number="1001", state="ON_CALL", at=MONDAY_NOON)
    (step,) = reply["steps"]
    assert (step["action"], step["target"], step["seconds"]) == ("CONNECT_TO_RING_GROUP", "600", 30)
    berlin.do("ring_groups/update", id=made["id"], ring_group_number="601", members=[], ring_strategy="CYCLIC_HUNT")
    listed = berlin.read("ring_groups/list")
    assert listed["ring_groups"] == listed["groups"]
    assert [(row["ring_group_number"], row["ring_group_name"]) for row in listed["groups"]] == [("601", "Sales")]
    assert steps(berlin, extension_number="1001", state="ON_CALL") == [("CONNECT_TO_RING_GROUP", "601")]
    berlin.do("ring_groups/remove", ring_group_number="601")
    assert steps(berlin, extension_number="1001", state="ON_CALL") == [("CONNECT_TO_VOICE_MAIL", "1001")]
    check_refused(berlin.get("ring_groups/show", id=made["id"]), "404.1")


def test_a_ring_group_is_online_while_a_member_can_be_rung(berlin):
    berlin.do("ring_groups/create", ring_group_number="600", name="Sales", members=["1000", "1001"])
    berlin.do("ring_groups/create", ring_group_number="601", name="Nobody")

    def shown():
        return [row["status"] for row in berlin.read("ring_groups/list")["groups"]]

    assert shown() == ["OFFLINE", "OFFLINE"]
    database.execute("UPDATE extension SET line = 'ONLINE' WHERE number = '1001'")
    assert shown() == ["ONLINE", "OFFLINE"]
    berlin.do("extensions/status/update", extension_number="1001", status="DND")
    assert shown() == ["OFFLINE", "OFFLINE"]


def test_a_number_belongs_to_one_object_of_a_tenant(berlin):
    check_refused(berlin.post("ring_groups/create", ring_group_number="1000", name="x"), "403.3", "ring_group_number")
    berlin.do("ring_groups/create", ring_group_number="600", name="x")
    fields = {"extension_number": "600", "password": "x", "web_access_password": "x"}
    check_refused(berlin.post("extensions/create", **fields), "403.3", "extension_number")
    group = berlin.read("ring_groups/show", ring_group_number="600")
    check_refused(
        berlin.post("ring_groups/update", id=group["id"], ring_group_number="1001"), "403.3", "ring_group_number"
    )
    check_refused(
        berlin.post("ring_groups/create", ring_group_number="602", name="x", members=["9"]), "400.1", "members"
    )


def test_a_rule_that_goes_in_a_circle_is_refused_where_it_is_written(admin):
    def forwards(state, target):
        action = "CONNECT_TO_ANOTHER_EXTENSION"
        names = ("office_hours_action", "outside_office_hours_action")
        return {state: {key: value for name in names for key, value in ((name, action), (f"{name}_value", target))}}

    for number in ("1", "2", "3"):
        admin.make_extension(number)
    admin.do("extensions/update", extension_number="1", forward_rules=forwards("away", "2"))
    admin.do("extensions/update", extension_number="2", forward_rules=forwards("away", "3"))
    admin.do("extensions/update", extension_number="3", forward_rules=forwards("dnd", "1"))
    check_refused(
        admin.post("extensions/update", extension_number="3", forward_rules=forwards("away", "1")),
        "400.1",
        "forward_rules.away.office_hours_action_value",
        "forward_rules.away.outside_office_hours_action_value",
    )


def test_numbers_outside_need_the_tenants_word(admin):
    def forward_to(number):
        rule = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": number}
        return admin.post("extensions/update", extension_number="1000", forward_rules={"available": rule})

    admin.make_extension("1000")
    field = "forward_rules.available.busy_action_value"
    check_refused(forward_to("+491701234"), "400.1", field)
    check_refused(admin.post("extensions/call", extension="1000", to="+491701234"), "403.1")
    admin.do("account/update", id=1, allowed_prefixes=["+49", "0"])
    assert admin.read("account/show", id=1)["allowed_prefixes"] == ["+49", "0"]
    assert forward_to("+491701234").status_code == 200
    check_refused(admin.post("extensions/call", extension="1000", to="+491701234"), "503.1")
    check_refused(forward_to("+1900"), "400.1", field)
    admin.make_group("Internal", members=["1000"], enable_external_call=False)
    check_refused(forward_to("+4989"), "400.1", field)
    assert steps(admin, extension_number="1000", state="ON_CALL") == [("CONNECT_TO_VOICE_MAIL", "1000")]
    check_refused(admin.post("account/update", id=1, allowed_prefixes=["+49 "]), "400.1", "allowed_prefixes")


def test_an_extension_sees_its_own_route_only(admin):
    admin.make_extension("1000")
    admin.make_extension("1001")
    me = admin.log_in("1000@pbx.local", "web-secret-1")
    for path in ("extensions/route", "extensions/office_hours"):
        assert me.read(path, extension_number="1000")
        check_refused(me.get(path, extension_number="1001"), "403.1")
