"""Calls, forwards and routes ask one function, with what is stored."""

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.features import hunt_groups
from portsip_api.pbx.routing import call_sequences
from portsip_api.pbx.trunks import dialling_rules
from portsip_api.pbx.upkeep import lost_targets
from portsip_api.store import database
from tests.crm import check_refused

TENANT = 1
MONDAY_NOON = "2026-11-23T12:00"
ABROAD = {"name": "Abroad", "kind": "INTERNATIONAL", "patterns": [{"prefix": "00"}]}


@pytest.fixture
def pbx(admin):
    admin.make_extension("1000")
    admin.do("account/update", id=1, allowed_prefixes=["0", "+49"])
    return admin


def forward(pbx, number):
    rule = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": number}
    return pbx.post("extensions/update", extension_number="1000", forward_rules={"available": rule})


def routed(pbx, state="ON_CALL"):
    plan = pbx.read("extensions/route", extension_number="1000", state=state, at=MONDAY_NOON)
    return plan["steps"][0]


def call(pbx, to):
    return pbx.post("extensions/call", extension="1000", to=to)


def test_a_rule_without_patterns_changes_nothing(pbx):
    dialling_rules.create(TENANT, {"name": "Abroad", "kind": "INTERNATIONAL", "enabled": False})
    check_refused(call(pbx, "0033123"), "503.1")
    assert forward(pbx, "0033123").status_code == 200
    assert routed(pbx)["target"] == "0033123"


def test_a_permission_that_is_taken_away_ends_calls_forwards_and_routes(pbx):
    dialling_rules.create(TENANT, ABROAD)
    check_refused(call(pbx, "0033123"), "503.1")
    assert forward(pbx, "0033123").status_code == 200
    user = find_id(TENANT, ExtensionKey("1000"))
    permission_values.set_of_user(TENANT, user, {"InternationalDialing": False})
    check_refused(call(pbx, "0033123"), "403.1")
    assert routed(pbx)["action"] == "CONNECT_TO_VOICE_MAIL"
    assert "1000 lacks the permission InternationalDialing" in routed(pbx)["reason"]
    reply = forward(pbx, "0033124")
    check_refused(reply, "400.1", "forward_rules.available.busy_action_value")
    assert "InternationalDialing" in reply.json["msg"]
    assert forward(pbx, "0033123").status_code == 200  # as it is stored
    check_refused(call(pbx, "030123"), "503.1")


def test_a_disabled_rule_denies_and_an_emergency_passes(pbx):
    dialling_rules.create(TENANT, {**ABROAD, "enabled": False})
    dialling_rules.create(TENANT, {"name": "SOS", "kind": "EMERGENCY", "patterns": [{"prefix": "112", "digits": 0}]})
    pbx.make_group("Inside", members=["1000"], enable_external_call=False)
    check_refused(call(pbx, "0033123"), "403.1")
    check_refused(call(pbx, "112"), "503.1")
    assert forward(pbx, "112").status_code == 200
    assert routed(pbx)["target"] == "112"


def test_a_number_is_kept_as_it_is_dialled(pbx):
    forward(pbx, "+49 (30) 123-4")
    shown = pbx.read("extensions/show", extension_number="1000")["forward_rules"]["available"]
    assert shown["busy_action_value"] == routed(pbx)["target"] == "+49301234"


BAD = ["+4930123;maddr=203.0.113.9", "+49301%40evil.example", "+49?Replaces=abc", "+49,00900", "+49３０", "a@b.example"]


@pytest.mark.parametrize("number", BAD)
def test_what_is_no_number_is_taken_nowhere(pbx, number):
    check_refused(forward(pbx, number), "400.1", "forward_rules.available.busy_action_value")
    user = find_id(TENANT, ExtensionKey("1000"))
    with pytest.raises(Invalid) as caught:
        call_sequences.replace(TENANT, user, {"rings": [{"number": number}]})
    assert set(caught.value.errors) == {"rings.0.number"}
    for write in (hunt_groups.create, lambda tenant, fields: hunt_groups.replace(tenant, "600", fields)):
        with pytest.raises(Invalid) as caught:
            write(TENANT, {"name": "H", "extension": "600", "fallback_destination": number})
        assert set(caught.value.errors) == {"fallback_destination"}
        hunt_groups.create(TENANT, {"name": "G", "extension": "600"}) if write is hunt_groups.create else None


@pytest.mark.parametrize("number", BAD)
def test_what_was_stored_before_is_shown_taken_back_and_never_dialled(pbx, number):
    user = find_id(TENANT, ExtensionKey("1000"))
    call_sequences.replace(TENANT, user, {"rings": [{"number": "+4930", "enabled": True}]})
    group = {"name": "H", "extension": "600", "enabled": True, "fallback_destination": "+4930"}
    hunt_groups.create(TENANT, group)
    forward(pbx, "+4930")
    with database.writing():
        database.execute("UPDATE call_sequence_ring SET number = ?", (number,))
        database.execute("UPDATE hunt_group SET fallback_destination = ?", (number,))
        database.execute(
            "UPDATE extension_settings SET forward_rules = replace(forward_rules, '\"+4930\"', ?)", (f'"{number}"',)
        )
    assert list(lost_targets.find_lost()) == [
        f"Tenant default: {place} is no number that can be dialled."
        for place in (
            "ring 1 of the call sequence of the extension 1000",
            "fallback_destination of the hunt group 600",
            "forward_rules.available.busy_action_value of the extension 1000",
        )
    ]
    sequence = {"rings": [vars(ring) for ring in call_sequences.read(TENANT, user).rings]}
    call_sequences.replace(TENANT, user, sequence)
    assert [ring.number for ring in call_sequences.read(TENANT, user).rings] == [number]
    hunt_groups.replace(TENANT, "600", {**group, "fallback_destination": number})
    assert hunt_groups.find(TENANT, "600").fallback_destination == number
    rules = pbx.read("extensions/show", extension_number="1000")["forward_rules"]
    assert rules["available"]["busy_action_value"] == number
    pbx.do("extensions/update", extension_number="1000", forward_rules=rules)
    assert "that is no number to dial" in routed(pbx)["reason"]
    plan = pbx.read("extensions/route", extension_number="1000", state="AVAILABLE", at=MONDAY_NOON)["steps"]
    assert [step["action"] for step in plan] == ["RING", "CONNECT_TO_VOICE_MAIL"]
    assert f"{number} does not ring, since that is no number to dial" in plan[1]["reason"]
    plan = pbx.read("extensions/route", extension_number="600", at=MONDAY_NOON)["steps"]
    assert plan[-1]["action"] == "DISCONNECT"
    assert "that is no number to dial" in plan[-1]["reason"]
