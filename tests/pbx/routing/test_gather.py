"""Routes over hunt groups, call sequences and attendants as they are stored, and as the PortSIP API shows them."""

import json
from datetime import datetime

import pytest

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import forward_references
from portsip_api.pbx.features import attendants, hunt_groups
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.routing import call_sequences
from portsip_api.pbx.routing.destinations import State
from portsip_api.pbx.routing.gather import find
from portsip_api.store import database
from tests.bulk import fill
from tests.crm import check_refused
from tests.pbx.features.call_features import TENANT

MONDAY_NOON = "2026-11-23T12:00"
MAIL, GROUP, RING = "CONNECT_TO_VOICE_MAIL", "CONNECT_TO_RING_GROUP", "RING"


@pytest.fixture
def berlin(admin):
    """The default tenant in Berlin, with the extensions 1000 to 1002."""
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    return admin


def make_hunt_group(extension="600", *users, **fields):
    rings = [{"user_name": user, "enabled": True} for user in users]
    name = f"H{extension}"
    return hunt_groups.create(TENANT, {"name": name, "extension": extension, "enabled": True, "rings": rings, **fields})


def forward(client, number, action, target):
    rule = {"busy_action": action, "busy_action_value": target}
    return client.post("extensions/update", extension_number=number, forward_rules={"available": rule})


def steps(client, number, **query):
    reply = client.read("extensions/route", extension_number=number, at=MONDAY_NOON, **query)
    return [(step["action"], step["target"]) for step in reply["steps"]]


def test_the_plan_of_a_hunt_group(berlin):
    make_hunt_group("600", "1001", "1002", did="+4930600", voicemail_fallback=True)
    reply = berlin.read("extensions/route", extension_number="600", at=MONDAY_NOON)
    plan = reply.pop("steps")
    assert reply == {
        "extension_number": "600",
        "at": "2026-11-23T12:00:00+01:00",
        "time_zone": "Europe/Berlin",
        "office_hours": "OPEN",
        "next_change": "2026-11-23T17:00:00+01:00",
        "state": "AVAILABLE",
    }
    assert [(step["action"], step["target"]) for step in plan] == [
        (GROUP, "600"),
        (RING, "1001"),
        (RING, "1002"),
        (MAIL, "1002"),
    ]
    assert plan[0] == {
        "action": GROUP,
        "target": "600",
        "seconds": 60,
        "greeting": None,
        "rule": "hunt_group",
        "reason": "600 is called: the call goes to the hunt group H600.",
    }
    assert plan[3]["greeting"] == "default.wav"
    assert steps(berlin, "+4930600") == steps(berlin, "600")


def test_disabled_rings_do_not_ring_and_a_disabled_group_is_not_there(berlin):
    rings = [{"user_name": "1001", "enabled": False}, {"user_name": "1002", "enabled": True}]
    make_hunt_group("600", rings=rings)
    assert steps(berlin, "600") == [(GROUP, "600"), (RING, "1002"), (MAIL, "1002")]
    hunt_groups.replace(TENANT, "600", {"name": "x", "extension": "600", "rings": rings})
    check_refused(berlin.get("extensions/route", extension_number="600"), "404.1")


def test_a_forward_rule_may_name_a_hunt_group(berlin):
    make_hunt_group("600", "1001", did="601")
    for target in ("600", "601"):
        for action in (GROUP, "CONNECT_TO_NUMBER"):
            assert forward(berlin, "1000", action, target).status_code == 200
            assert steps(berlin, "1000", state="ON_CALL") == [(GROUP, target), (RING, "1001"), (MAIL, "1001")]
    check_refused(forward(berlin, "1000", GROUP, "1001"), "400.1", "forward_rules.available.busy_action_value")
    hunt_groups.destroy(TENANT, "600")
    assert steps(berlin, "1000", state="ON_CALL") == [(MAIL, "1000")]


def test_a_fallback_goes_on_into_an_extensions_rules(berlin):
    make_hunt_group("600", "1002", voicemail_fallback=False, fallback_destination="601")
    make_hunt_group("601", voicemail_fallback=False, fallback_destination="1001")
    assert steps(berlin, "600") == [
        (GROUP, "600"),
        (RING, "1002"),
        (GROUP, "601"),
        ("CONNECT_TO_ANOTHER_EXTENSION", "1001"),
        (MAIL, "1001"),
    ]


def test_a_call_sequence_rings_by_its_schedules_in_the_tenants_zone(berlin):
    lunch = {"day": "MONDAY", "start": 710, "stop": 730}
    at_noon = schedules.create(TENANT, {"name": "Noon", "periods": [lunch]})
    never = schedules.create(TENANT, {"name": "Never"})
    rings = [
        {"number": "1001", "enabled": True, "schedule_id": at_noon},
        {"number": "1002", "enabled": True, "schedule_id": never},
        {"number": "1002", "enabled": False},
        {"number": "600", "enabled": True, "kind": "At the same time"},
    ]
    make_hunt_group("600")
    user = find_id(TENANT, ExtensionKey("1000"))
    call_sequences.replace(TENANT, user, {"expiration": 12, "rings": rings})
    assert steps(berlin, "1000", state="AVAILABLE") == [(RING, "1000"), (RING, "1001"), (RING, "600"), (MAIL, "1000")]
    reply = berlin.read("extensions/route", extension_number="1000", at="2026-11-23T12:00+00:00", state="AVAILABLE")
    assert [step["target"] for step in reply["steps"]] == ["1000", "600", "1000"]
    assert reply["steps"][0]["seconds"] == 12
    assert steps(berlin, "1000") == [(MAIL, "1000")]  # offline


def test_an_address_in_the_own_domain_is_its_number(berlin):
    addresses = ("sip:1001@pbx.local", "1002@pbx.local")
    rings = [{"number": address, "enabled": True} for address in addresses]
    call_sequences.replace(TENANT, find_id(TENANT, ExtensionKey("1000")), {"rings": rings})
    assert steps(berlin, "1000", state="AVAILABLE") == [
        (RING, "1000"),
        (RING, "1001"),
        (RING, "1002"),
        (MAIL, "1000"),
    ]
    make_hunt_group("600", fallback_destination="sip:1001@pbx.local")
    assert steps(berlin, "600")[1] == ("CONNECT_TO_ANOTHER_EXTENSION", "1001")


def test_an_attendant_answers_under_its_name(berlin):
    attendants.create(TENANT, {"name": "Reception", "number": "700"})
    assert forward(berlin, "1000", "CONNECT_TO_VIRTUAL_RECEPTIONIST", "700").status_code == 200
    attendants.enable_special_mode(TENANT)
    reply = berlin.read("extensions/route", extension_number="1000", state="ON_CALL")
    (step,) = reply["steps"]
    assert (step["action"], step["target"]) == ("CONNECT_TO_VIRTUAL_RECEPTIONIST", "700")
    assert "Reception, in whose place After hours answers" in step["reason"]


def test_an_extension_sees_no_plan_of_a_hunt_group(berlin):
    make_hunt_group("600", "1000")
    me = berlin.log_in("1000@pbx.local", "web-secret-1")
    check_refused(me.get("extensions/route", extension_number="600"), "404.1")


def test_a_hunt_group_is_its_tenants_own(berlin):
    make_hunt_group("600", "1001")
    berlin.do("account/create", name="other", domain="other.example", password="other's secret")
    with pytest.raises(NotFound):
        find(2, ExtensionKey("600"), datetime.fromisoformat(MONDAY_NOON))


def test_the_command_prints_the_plan_of_a_hunt_group(app, berlin):
    make_hunt_group("600", "1001")
    outcome = app.test_cli_runner().invoke(args=["pbx", "route", "600", "--at", MONDAY_NOON])
    assert outcome.output.splitlines()[1] == f"1. {GROUP} 600 for 30 seconds"


@pytest.mark.parametrize("size", [1, 8])
def test_a_route_costs_four_statements_however_many_groups_and_rings_it_meets(berlin, monkeypatch, size):
    for number in range(size):
        fallback = f"6{number + 1:02}" if number + 1 < size else ""
        make_hunt_group(
            f"6{number:02}", *["1001", "1002"] * size, voicemail_fallback=False, fallback_destination=fallback
        )
    rings = [{"number": f"6{number:02}", "enabled": True} for number in range(size)]
    call_sequences.replace(TENANT, find_id(TENANT, ExtensionKey("1001")), {"rings": rings})
    forward(berlin, "1000", GROUP, "600")
    seen, execute = [], database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    found = find(TENANT, ExtensionKey("1000"), datetime.fromisoformat(MONDAY_NOON), state=State.ON_CALL)
    assert len(found.steps) == size * (1 + 2 * size) + 1
    assert len(seen) == 4


def test_a_call_is_followed_however_many_others_the_rules_name(admin):
    size, first = 3_000, 100_000
    fill(size, first)
    names = [(state, f"{hours}office_hours") for state in ("offline", "dnd", "away") for hours in ("", "outside_")]
    places = [*names, ("available", "no_answer"), ("available", "busy")]

    def rules_of(number):
        """Rules that name eight others each, so that 4,096 are four forwards away."""
        rules: dict[str, dict[str, str]] = {}
        for index, (state, name) in enumerate(places):
            target = str(first + (8 * (number - first) + index) % size)
            action = {f"{name}_action": "CONNECT_TO_ANOTHER_EXTENSION", f"{name}_action_value": target}
            rules.setdefault(state, {}).update(action)
        return rules

    voice_mail = '{"enable_voicemail":true,"prompt_language":"en"}'
    with database.writing():
        for number in range(first, first + size):
            id_ = find_id(TENANT, ExtensionKey(str(number)))
            rules = forward_references.write(TENANT, id_, {}, rules_of(number), frozenset())
            database.execute(
                "UPDATE extension_settings SET forward_rules = ?, office_hours = ?, voice_mail = ?"
                " WHERE extension_id = ?",
                (json.dumps(rules), '{"office_hours_mode":"GLOBAL"}', voice_mail, id_),
            )
    called, path = first + 1, []
    for _ in range(9):
        path.append(called)
        called = first + (8 * (called - first) + places.index(("offline", "outside_office_hours"))) % size
    found = find(TENANT, ExtensionKey(str(path[0])), datetime.fromisoformat("2026-11-22T12:00"))
    assert [step.target for step in found.steps] == [str(number) for number in (*path[1:], path[-1])]
    assert "has been forwarded 8 times" in found.steps[-1].reason
