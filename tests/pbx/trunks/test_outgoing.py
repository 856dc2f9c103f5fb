"""How calls leave: over which gateways, as what number, showing whose."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portsip_api.pbx.devices import lines
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import branches
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.numbers.outside import Moment
from portsip_api.pbx.trunks import arrivals, dial_plan, dialling_rules, gateways, locations, outgoing
from tests.pbx.devices.devices import HOME, SERIAL, gateway, other_tenant, phone, user

pytestmark = pytest.mark.usefixtures("app")

NOW = Moment(datetime(2026, 1, 5, 12, tzinfo=UTC), ZoneInfo("UTC"))
TRUNK = {"enabled": True, "address": "192.0.2.7"}


def trunk(name="trunk", tenant=HOME, **fields):
    return gateway(name, tenant, **TRUNK | fields)


def rule(*gateway_ids, tenant=HOME, kind="CUSTOM", **fields):
    given = {"name": f"rule {gateway_ids} {kind}", "enabled": True, "kind": kind, **fields}
    rule_id = dial_plan.create(tenant, given, lambda *_: 0)
    for gateway_id in gateway_ids:
        dialling_rules.join(tenant, rule_id, gateway_id)
    return rule_id


def custom(prefix, *gateway_ids, **fields):
    patterns = [{"prefix": prefix, "digits": -1}]
    return rule(*gateway_ids, patterns=patterns, **{"call_prefix": "", "call_digits": "digits", **fields})


def caller(number="1000", caller_id=""):
    id_ = user(number)
    if caller_id:
        Extension.update(HOME, {"options": f'{{"enable_extension":true,"outbound_caller_id":"{caller_id}"}}'}, id=id_)
    return outgoing.find_causer(HOME, ExtensionKey(id=id_))


def numbers(number, who=None, shown=""):
    return [(way.gateway_id, way.number, way.shown) for way in outgoing.of(HOME, number, who, NOW, shown).ways]


def test_the_rule_of_a_number_says_which_gateways_carry_it():
    first, second, third = trunk("a"), trunk("b"), trunk("c", enabled=False)
    custom("+49", second, first, third)
    custom("+4930", second)
    assert numbers("+4940") == [(first, "+4940", ""), (second, "+4940", "")]
    assert numbers("+4930") == [(second, "+4930", "")]
    assert numbers("+33") == []


def test_a_gateway_without_rules_carries_what_no_rule_is_for():
    first, second = trunk("a"), trunk("b")
    custom("+49", first)
    assert numbers("+33") == [(second, "+33", "")]


@pytest.mark.parametrize(
    ("digits", "prefix", "dialled"), [("digits", "9", "90123"), ("vdigits", "9", "9123"), ("nodigits", "9", "9")]
)
def test_a_rules_own_call_pattern(digits, prefix, dialled):
    id_ = trunk(prefix="7")
    custom("0", id_, call_prefix=prefix, call_digits=digits)
    assert numbers("0123") == [(id_, f"7{dialled}", "")]


@pytest.mark.parametrize("number", ["912125550100", "2125550100", "92125550100", "12125550100"])
def test_a_far_number_gets_the_prefix_of_far_numbers_and_none_for_getting_out(number):
    id_ = trunk()
    rule(
        id_, kind="LONG_DISTANCE", pstn_prefix="9", pstn_prefix_optional=True, long_distance_prefix="1",
        long_distance_prefix_optional=True, area_codes="212", external_len=10,
    )  # fmt: skip
    assert numbers(number) == [(id_, "12125550100", "")]


@pytest.mark.parametrize("prefix", ["${x}", "9'", "a", "9^9", "9,9", "9 9"])
def test_a_prefix_that_makes_no_number_makes_no_way(prefix):
    custom("0", trunk(prefix=prefix))
    assert numbers("0123") == []


def test_gateways_of_other_tenants_carry_nothing():
    trunk(tenant=other_tenant())
    assert numbers("+49") == []


def test_a_gateway_of_a_branch_carries_the_calls_from_there_unless_it_is_shared():
    branch = branches.create(HOME, {"name": "Berlin"})
    own, shared = trunk("a", branch="Berlin"), trunk("b", branch="Berlin", shared=True)
    who = caller()
    assert [id_ for id_, *_ in numbers("+49", who)] == [shared]
    Extension.update(HOME, {"branch_id": branch}, id=who.id)
    assert [id_ for id_, *_ in numbers("+49", Extension.get(HOME, id=who.id))] == [own, shared]


@pytest.mark.parametrize(
    ("fields", "own", "shown"),
    [
        ({}, "", "1000"),
        ({}, "+49 30 555-1", "+49305551"),
        ({"default_caller_alias": "+4930"}, "", "+4930"),
        ({"default_caller_alias": "+4930"}, "+49305551", "+49305551"),
        ({"default_caller_alias": "+4930", "ignore_user_info": True}, "+49305551", "+4930"),
        ({"transform_user_extension": True, "add_prefix": "+4930555", "keep_digits": 3}, "", "+4930555000"),
        ({"transform_user_extension": True, "add_prefix": "+4930555"}, "", "+49305551000"),
        ({"anonymous": True, "default_caller_alias": "+4930"}, "+49305551", ""),
        ({"default_caller_alias": "${system(id)}"}, "", "1000"),
    ],
)  # fmt: skip
def test_what_a_caller_shows(fields, own, shown):
    id_ = trunk(**fields)
    assert numbers("+49", caller(caller_id=own)) == [(id_, "+49", shown)]


def test_who_asked_for_a_caller_id_shows_it():
    id_ = trunk(default_caller_alias="+4930")
    assert numbers("+49", caller(), "+49305559") == [(id_, "+49", "+49305559")]


def test_an_emergency_call_shows_the_place_and_its_number_is_dialled():
    first, second = trunk("a"), trunk("b", default_caller_alias="+4930")
    rule(first, second, kind="EMERGENCY", emergency_number="112", optional_prefix="0")
    who = caller(caller_id="+49305551")
    assert outgoing.of(HOME, "112", who, NOW).is_emergency
    assert numbers("112", who) == [(first, "112", "+49305551"), (second, "112", "+49305551")]
    locations.save_all(HOME, [{"elin": "+4930555112", "location": "Roof"}, {"elin": "+4930555113", "location": "Hall"}])
    locations.assign(HOME, "user", who.id, "+4930555112")
    for number in ("112", "0112", "sos"):
        assert numbers(number, who) == [(first, "112", "+4930555112"), (second, "112", "+4930555112")]
    assert numbers("112", who, "+49301") == [(first, "112", "+4930555112"), (second, "112", "+4930555112")]


def emergencies(who):
    """Where calls to each emergency number go, and what they show."""
    return {
        number: [(way.gateway_id, way.number, way.shown) for way in ways]
        for number, ways in outgoing.emergencies(HOME, who.id).items()
    }


def test_all_emergency_numbers_are_known_in_advance_with_their_ways():
    who = caller(caller_id="+49305551")
    assert emergencies(who) == {}
    first, second = trunk("a"), trunk("b", prefix="7")
    rule(first, second, kind="EMERGENCY", emergency_number="112", optional_prefix="0")
    own = [(first, "112", "+49305551"), (second, "7112", "+49305551")]
    assert emergencies(who) == {"112": own, "0112": own, "sos": own}
    for number in ("112", "0112", "sos"):
        assert emergencies(who)[number] == numbers(number, who)
    locations.save_all(HOME, [{"elin": "+4930555112"}])
    locations.assign(HOME, "user", who.id, "+4930555112")
    assert (
        emergencies(who)["112"]
        == numbers("112", who)
        == [(first, "112", "+4930555112"), (second, "7112", "+4930555112")]
    )
    assert outgoing.emergencies(HOME, 9_999) == {}


def test_of_two_rules_the_first_is_for_an_emergency_number_and_none_that_is_disabled_or_carried_by_nobody():
    who = caller()
    first, second = trunk("a"), trunk("b", enabled=False)
    rule(first, kind="EMERGENCY", name="off", enabled=False, emergency_number="110")
    rule(kind="EMERGENCY", name="nobody", emergency_number="111")
    rule(second, kind="EMERGENCY", name="not in use", emergency_number="113")
    rule(first, kind="EMERGENCY", name="first", emergency_number="112")
    rule(second, kind="EMERGENCY", name="second", emergency_number="112", optional_prefix="9")
    dialling_rules.create(HOME, {"name": "open", "kind": "EMERGENCY", "patterns": [{"prefix": "19"}]})
    assert emergencies(who) == {"112": [(first, "112", "1000")]}
    assert numbers("sos", who) == []  # which is the rule's that nobody carries


def test_a_rule_for_emergencies_with_a_schedule_stands_behind_one_without():
    who, way, other = caller(), trunk("a"), trunk("b")
    schedule = schedules.create(HOME, {"name": "never", "periods": []})
    at_times = {"kind": "EMERGENCY", "emergency_number": "112", "schedule_id": schedule}
    rule(way, name="at times", **at_times)
    assert emergencies(who)["112"] == [(way, "112", "1000")]  # a call more is better than one that is not made
    rule(other, name="always", kind="EMERGENCY", emergency_number="112")
    assert emergencies(who)["112"] == [(other, "112", "1000")]


def test_the_nearest_place_of_a_caller_is_told():
    who = caller()
    locations.save_all(HOME, [{"elin": f"+493055511{n}"} for n in range(4)])
    assert outgoing.elin_of(HOME, who.id) == ""
    locations.assign(HOME, "user", who.id, "+4930555110")
    assert outgoing.elin_of(HOME, who.id) == "+4930555110"
    first, second = phone(SERIAL), phone(SERIAL[:-1] + "6")
    for one in (first, second):
        lines.add_internal(HOME, one, ExtensionKey("1000"))
    locations.assign(HOME, "phone", first, "+4930555111")
    assert outgoing.elin_of(HOME, who.id) == "+4930555111"
    locations.assign(HOME, "phone", second, "+4930555112")
    assert outgoing.elin_of(HOME, who.id) == "+4930555110"  # of two places none is known to be the one
    locations.clear(HOME, "user", who.id)
    assert outgoing.elin_of(HOME, who.id) == "+4930555111"  # better one of them than none


def arrival(address, gateway_id, number):
    found = arrivals.find(address, gateway_id, number)
    assert found is not None
    return found


def test_where_a_call_comes_in_is_known_by_its_address_and_the_number():
    here, there = trunk("a"), trunk("b", tenant=(other := other_tenant()))
    user("1000")
    user("1001", other)
    assert arrivals.find("192.0.2.8", None, "1000") is None
    assert arrivals.find("no address", None, "1000") is None
    found = arrival("192.0.2.7", None, "1000")
    assert (found.source.gateway_id, found.source.tenant_id, found.number) == (here, HOME, "1000")
    found = arrival("192.0.2.7", None, "1001")
    assert (found.source.gateway_id, found.source.domain, found.number) == (there, "other.example", "1001")
    assert arrival("192.0.2.7", here, "1001").number == ""  # it was sent to the gateway of a tenant
    assert arrivals.find("192.0.2.7", there + 1, "1001") is None
    user("1000", other)
    assert arrival("192.0.2.7", None, "1000").source.tenant_id == HOME  # the gateway that was made first
    gateways.replace(HOME, here, {"name": "a", **TRUNK, "enabled": False})
    assert arrival("192.0.2.7", None, "1000").source.tenant_id == other


def test_services_do_not_answer_calls_from_outside():
    trunk()
    assert arrival("192.0.2.7", None, "*97").number == ""
