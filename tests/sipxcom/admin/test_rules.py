"""The dial plan: rules of every type, what they decide, and what is refused."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.extensions.dialling_rights import why_not
from portsip_api.pbx.features import attendants
from portsip_api.pbx.numbers import outside_rows
from portsip_api.pbx.numbers.outside import Caller, refusal
from portsip_api.pbx.trunks import dialling_rules
from portsip_api.store.clock import clock
from tests.pbx.devices.devices import HOME, gateway, other_tenant
from tests.sipxcom.portal import XML, check_refused

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
KEYS = [
    "id", "name", "enabled", "type", "description", "scheduleId", "permissions", "gatewayAware",
    "authorizationChecked", "internal", "mediaServerHostname", "mediaServerType", "dialPatterns", "callPattern",
    "pstnPrefix", "pstnPrefixOptional", "longDistancePrefix", "longDistancePrefixOptional", "areaCodes",
    "externalLen", "optionalPrefix", "emergencyNumber", "afterHoursAttendant", "afterHoursAttendantEnabled",
    "holidayAttendant", "workingTimeAttendant", "holidayAttendantPeriods", "workingTimeAttendantPeriods",
    "extension", "attendantAliases", "did", "enableLiveAttendant",
]  # fmt: skip
CALL = {"prefix": "", "callDigits": "digits"}
HOURS = [{"enabled": True, "start": 28_800_000, "stop": 61_200_000, "scheduledDay": "Monday"}]
CUSTOM = {
    "name": "Abroad by us",
    "enabled": True,
    "type": "Custom",
    "description": "Cheap ones",
    "permissions": {"names": ["900Dialing"]},
    "dialPatterns": {"patterns": [{"prefix": "00", "digits": -1}, {"prefix": "", "digits": 7}]},
    "callPattern": {"prefix": "9", "callDigits": "vdigits"},
}
LONG = {
    "name": "Far",
    "enabled": True,
    "type": "Long_Distance",
    "pstnPrefix": "9",
    "pstnPrefixOptional": True,
    "longDistancePrefix": "1",
    "longDistancePrefixOptional": False,
    "areaCodes": "212, 646",
    "externalLen": 10,
}
EMERGENCY = {"name": "SOS", "enabled": True, "type": "Emergency", "optionalPrefix": "9", "emergencyNumber": "911"}
INTERNAL = {
    "name": "Within",
    "enabled": True,
    "type": "Internal",
    "mediaServerType": "exchangeUmMediaServer",
    "mediaServerHostname": "um.example.test",
}
SITE = {**CUSTOM, "name": "Other site", "type": "Site_To_Site", "permissions": {"names": []}}
ATTENDANT = {
    "name": "Welcome",
    "enabled": True,
    "type": "Attendant",
    "extension": "5000",
    "attendantAliases": "operator1 welcome",
    "did": "+4930500",
    "enableLiveAttendant": True,
    "afterHoursAttendant": "Night",
    "afterHoursAttendantEnabled": True,
    "holidayAttendant": "Holiday",
    "workingTimeAttendant": "Day",
    "holidayAttendantPeriods": {"holidayPeriods": [{"startDate": 1_798_070_400_000, "endDate": 1_798_156_799_000}]},
    "workingTimeAttendantPeriods": {"workingHours": HOURS},
}
ALL = [CUSTOM, SITE, LONG, EMERGENCY, INTERNAL, ATTENDANT]


def decided(number, **permissions):
    """Return why somebody with those permissions may not call; everything is an allowed prefix."""
    tenants.update(HOME, {"allowed_prefixes": [*"0123456789+"]})
    why = refusal(number, outside_rows.load(HOME), Caller(True, permissions))
    return "" if why is None else why.clause("who calls")


def refused(extension_id, number):
    """Return why an extension may not call a number, which it may not."""
    why = why_not(HOME, extension_id, number)
    assert why is not None
    return why.clause("it")


def by_name(portal, name):
    return next(rule for rule in portal.read("api/rules")["rules"] if rule["name"] == name)


def test_a_rule_is_shown_whole_and_in_order(portal):
    id_ = portal.make("api/rules", CUSTOM)
    shown = portal.read(f"api/rules/{id_}")
    assert list(shown) == KEYS
    blank = dict.fromkeys(KEYS) | {"externalLen": 0}
    blank |= dict.fromkeys(("pstnPrefixOptional", "longDistancePrefixOptional", "afterHoursAttendantEnabled"), False)
    computed = {"id": id_, "gatewayAware": True, "authorizationChecked": True, "internal": True}
    assert shown == {**blank, "enableLiveAttendant": False, **CUSTOM, **computed}
    assert portal.get(f"api/rules/{id_}", accept=XML).text == (
        f"{DECLARATION}<Rule><id>{id_}</id><name>Abroad by us</name><enabled>true</enabled><type>Custom</type>"
        "<description>Cheap ones</description><permissions><Name>900Dialing</Name></permissions>"
        "<gatewayAware>true</gatewayAware><authorizationChecked>true</authorizationChecked><internal>true</internal>"
        "<dialPatterns><DialPatterns><prefix>00</prefix><digits>-1</digits></DialPatterns>"
        "<DialPatterns><prefix></prefix><digits>7</digits></DialPatterns></dialPatterns>"
        "<callPattern><prefix>9</prefix><callDigits>vdigits</callDigits></callPattern>"
        "<pstnPrefixOptional>false</pstnPrefixOptional><longDistancePrefixOptional>false</longDistancePrefixOptional>"
        "<externalLen>0</externalLen><afterHoursAttendantEnabled>false</afterHoursAttendantEnabled>"
        "<enableLiveAttendant>false</enableLiveAttendant></Rule>"
    )


def test_rules_are_in_the_order_of_the_dial_plan(portal):
    before = [rule["name"] for rule in portal.read("api/rules")["rules"]]
    for rule in ALL:
        portal.make("api/rules", rule)
    after = [rule["name"] for rule in portal.read("api/rules")["rules"]]
    assert after == [*before, *(rule["name"] for rule in ALL)]
    first = by_name(portal, "Emergency")
    assert portal.put(f"api/rules/{first['id']}", {**first, "name": "Zzz"}).status_code == 200
    assert [rule["name"] for rule in portal.read("api/rules")["rules"]] == ["Zzz", *after[1:]]
    assert [item.tag for item in portal.read_xml("api/rules")] == ["Rule"] * len(after)


def test_the_kinds_are_listed(portal):
    assert portal.get("api/rules/raw").json["names"][0::7] == ["internalRule", "siteToSiteRule"]
    assert portal.read_xml("api/rules/raw").findtext("Name") == "internalRule"


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule["type"])
@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_is_given_is_shown_and_taken_back(portal, rule, accept):
    id_ = portal.make("api/rules", rule)
    shown = portal.read(f"api/rules/{id_}")
    assert {name: shown[name] for name in rule} == rule
    given = portal.get(f"api/rules/{id_}", accept=accept)
    reply = portal.put(f"api/rules/{id_}", given.text, type=accept)
    assert (reply.status_code, reply.text) == (200, str(id_))
    assert portal.read(f"api/rules/{id_}") == shown
    assert portal.delete(f"api/rules/{id_}").status_code == 200
    check_refused(portal.get(f"api/rules/{id_}"), 404)
    again = portal.post("api/rules", given.text, type=accept)
    assert again.status_code == 200, again.text
    assert portal.read(f"api/rules/{int(again.text)}") == {**shown, "id": int(again.text)}


def test_every_rule_that_is_there_is_taken_back(portal):
    before = portal.read("api/rules")
    for rule in before["rules"]:
        assert portal.put(f"api/rules/{rule['id']}", rule).status_code == 200
    assert portal.read("api/rules") == before


@pytest.mark.parametrize(
    ("rule", "number", "why"),
    [
        (CUSTOM, "0033123", "who calls lacks the permission 900Dialing"),
        (CUSTOM, "5551234", "who calls lacks the permission 900Dialing"),
        (CUSTOM, "555123", ""),
        (SITE, "0033123", ""),
        (LONG, "912125551234", "who calls lacks the permission LongDistanceDialing"),
        (LONG, "16465551234", "who calls lacks the permission LongDistanceDialing"),
        (LONG, "2125551234", ""),
        (LONG, "1212555123", ""),
        ({**LONG, "type": "Restricted"}, "16465551234", "who calls lacks the permission 900Dialing"),
        ({**LONG, "type": "Toll_free"}, "16465551234", "who calls lacks the permission TollFree"),
        ({**LONG, "areaCodes": "", "externalLen": -1}, "91", "who calls lacks the permission LongDistanceDialing"),
        ({**LONG, "enabled": False}, "16465551234", "the dialling rule Far, which it belongs to, is disabled"),
        ({"name": "Far", "type": "Long_Distance", "enabled": True}, "16465551234", ""),
    ],
)
def test_what_a_rule_says_is_obeyed(portal, rule, number, why):
    assert decided(number) == ""
    portal.make("api/rules", rule)
    assert decided(number) == why
    everything = dict.fromkeys(("900Dialing", "LongDistanceDialing", "TollFree"), True)
    assert decided(number, **everything) == (why if "disabled" in why else "")


def test_an_emergency_passes_by_all_three_names(portal, user):
    id_ = find_id(HOME, ExtensionKey("200"))
    for number in ("911", "9911", "sos"):
        assert why_not(HOME, id_, number)
    rule = portal.make("api/rules", EMERGENCY)
    for number in ("911", "9911", "sos"):
        assert why_not(HOME, id_, number) is None
    assert why_not(HOME, id_, "9111")
    assert user.put("rest/call/sos").status_code == 503
    assert portal.put(f"api/rules/{rule}", {**EMERGENCY, "enabled": False}).status_code == 200
    assert refused(id_, "sos") == "that is no number to dial"
    check_refused(user.put("rest/call/sos"), 403)


def test_a_rule_holds_in_its_schedule_only(portal, user, monkeypatch):
    tenants.update(HOME, {"allowed_prefixes": ["0"], "time_zone": "UTC"})
    hours = {"enabled": True, "start": 9 * 3_600_000, "stop": 17 * 3_600_000, "scheduledDay": "Monday"}
    schedule = portal.make("api/schedules", {"name": "Office", "workingTime": {"workingHours": [hours]}})
    day = portal.make("api/rules", {**CUSTOM, "scheduleId": schedule, "permissions": None})
    assert portal.read(f"api/rules/{day}")["scheduleId"] == schedule
    id_ = find_id(HOME, ExtensionKey("200"))
    monday_noon = 1_795_435_200.0  # 2026-11-23
    monkeypatch.setattr(clock, "wall", lambda: monday_noon)
    assert why_not(HOME, id_, "0033123") is None
    monkeypatch.setattr(clock, "wall", lambda: monday_noon + 6 * 3600)
    held = "the dialling rule Abroad by us, which it belongs to, does not hold at this time"
    assert refused(id_, "0033123") == held
    portal.make(
        "api/rules", {**CUSTOM, "name": "Night", "permissions": None}
    )  # which holds where the other one does not
    assert why_not(HOME, id_, "0033123") is None
    assert portal.delete(f"api/schedules/{schedule}").status_code == 200
    assert portal.read(f"api/rules/{day}")["scheduleId"] is None


def test_permissions_of_a_custom_rule_are_those_of_the_tenant(portal, user):
    tenants.update(HOME, {"allowed_prefixes": ["0"]})
    portal.put("rest/permission", {"permission": {"label": "Front door", "defaultValue": True}})
    id_ = portal.make("api/rules", {**CUSTOM, "permissions": {"names": ["front door", "LocalDialing", "perm_1"]}})
    assert portal.read(f"api/rules/{id_}")["permissions"] == {"names": ["LocalDialing", "perm_1"]}
    extension = find_id(HOME, ExtensionKey("200"))
    assert why_not(HOME, extension, "00331") is None
    permission_values.set_of_user(HOME, extension, {"perm_1": False})
    assert refused(extension, "00331") == "it lacks the permission perm_1"
    for none in (CUSTOM | {"permissions": {"names": []}}, CUSTOM | {"permissions": None}):
        assert portal.put(f"api/rules/{id_}", none).status_code == 200
        assert portal.read(f"api/rules/{id_}")["permissions"] == {"names": ["LocalDialing", "perm_1"]}
    portal.delete("rest/permission/perm_1")
    assert portal.read(f"api/rules/{id_}")["permissions"] == {"names": ["LocalDialing"]}
    assert why_not(HOME, extension, "00331") is None


def test_an_attendant_rule_has_numbers_of_its_own_and_makes_its_attendants(portal, user):
    portal.make("api/rules", {**ATTENDANT, "workingTimeAttendant": "OPERATOR", "workingTimeAttendantPeriods": None})
    shown = by_name(portal, "Welcome")
    assert shown["workingTimeAttendant"] == "Operator"
    weekdays = {"enabled": True, "start": 9 * 3_600_000, "stop": 18 * 3_600_000, "scheduledDay": "Weekdays"}
    assert shown["workingTimeAttendantPeriods"] == {"workingHours": [weekdays]}
    assert {item.name for item in attendants.list_all(HOME)} >= {"Night", "Holiday"}
    for number in ("5000", "operator1", "+4930500"):
        check_refused(portal.post("api/orbits", {"name": "o", "extension": number, "server": "1"}), 409)
        assert user.put(f"rest/call/{number}").status_code == 503  # it is the tenant's: only the engine is missing
    swapped = {**shown, "extension": "welcome", "attendantAliases": "5000"}
    assert portal.put(f"api/rules/{shown['id']}", swapped).status_code == 200
    assert portal.read(f"api/rules/{shown['id']}") == swapped
    portal.make("api/orbits", {"name": "o", "extension": "operator1", "server": "1"})


def test_a_rule_of_one_kind_ignores_what_is_of_others(portal):
    id_ = portal.make("api/rules", {**EMERGENCY, "extension": "5000", "pstnPrefix": "8", "mediaServerHostname": "x"})
    shown = portal.read(f"api/rules/{id_}")
    assert (shown["extension"], shown["pstnPrefix"], shown["mediaServerHostname"]) == (None, None, None)


def test_what_is_taken_is_409_in_the_systems_words(portal, user):
    for rule in (CUSTOM, INTERNAL, ATTENDANT):
        portal.make("api/rules", rule)
    words = "User exception during creation"
    for rule, what in (
        ({**CUSTOM, "name": "ABROAD BY US"}, "NameInUseException"),
        ({**CUSTOM, "name": None}, "NameInUseException"),
        ({**INTERNAL, "name": "Second"}, "ExtensionInUseException"),
        ({**ATTENDANT, "name": "Second", "extension": "200"}, "ExtensionInUseException"),
        ({**ATTENDANT, "name": "Second", "extension": "5001", "attendantAliases": "", "did": "200"}, "Extension"),
        ({**ATTENDANT, "name": "Second", "extension": "5001", "attendantAliases": "200", "did": None}, "Extension"),
    ):
        before = portal.read("api/rules")
        names = [item.name for item in attendants.list_all(HOME)]
        check_refused(portal.post("api/rules", {**rule, "workingTimeAttendant": "Newly"}), 409, f"{words} {what}")
        assert portal.read("api/rules") == before
        assert [item.name for item in attendants.list_all(HOME)] == names
    other = portal.make("api/rules", SITE)
    reply = portal.put(f"api/rules/{other}", {**SITE, "name": CUSTOM["name"]})
    check_refused(reply, 409, "User exception during update NameInUseException")


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"name": "x"}, "type"),
        ({"name": "x", "type": "International"}, "type"),
        ({"name": "x", "type": "Mapping_Rule"}, "type"),
        ({**CUSTOM, "dialPatterns": None}, "dialPatterns"),
        ({**CUSTOM, "callPattern": None}, "callPattern"),
        ({**CUSTOM, "callPattern": {"callDigits": "some"}}, "callPattern"),
        ({**CUSTOM, "dialPatterns": {"patterns": [{"prefix": "a", "digits": 1}]}}, "patterns.0.prefix"),
        ({**CUSTOM, "dialPatterns": {"patterns": [{"prefix": "1"}]}}, "patterns.0.digits"),
        ({**CUSTOM, "scheduleId": 99}, "scheduleId"),
        ({**CUSTOM, "permissions": {"names": ["none"]}}, "permissions"),
        ({**LONG, "areaCodes": "212;646"}, "areaCodes"),
        ({**LONG, "externalLen": 2}, "externalLen"),
        ({**LONG, "externalLen": 99}, "externalLen"),
        ({**LONG, "pstnPrefix": "1" * 31}, "areaCodes"),
        ({**EMERGENCY, "emergencyNumber": "nine"}, "emergencyNumber"),
        ({**INTERNAL, "mediaServerType": "mine"}, "mediaServerType"),
        ({**ATTENDANT, "extension": ""}, "extension"),
        ({**ATTENDANT, "did": "a b"}, "did"),
        ({**ATTENDANT, "holidayAttendantPeriods": {"holidayPeriods": [{"startDate": 5}]}}, "holidayAttendantPeriods"),
        ({**ATTENDANT, "holidayAttendantPeriods": {"holidayPeriods": [{"startDate": 10**17}]}}, "startDate"),
        ({**CUSTOM, "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said(portal, rule, word):
    before = portal.read("api/rules")
    check_refused(portal.post("api/rules", rule), 400, word)
    assert portal.read("api/rules") == before


def test_a_rule_keeps_its_type(portal):
    id_ = portal.make("api/rules", LONG)
    check_refused(portal.put(f"api/rules/{id_}", {**CUSTOM, "name": "Far"}), 400, "type")
    assert portal.put(f"api/rules/{id_}", {"name": "Farther", "description": "d"}).status_code == 200
    shown = portal.read(f"api/rules/{id_}")
    assert (shown["name"], shown["enabled"], shown["areaCodes"]) == ("Farther", False, "212, 646")
    assert portal.put(f"api/rules/{id_}", {**LONG, "type": "Toll_free"}).status_code == 200
    assert portal.put(f"api/rules/{id_}", LONG).status_code == 200  # as it is shown
    assert decided("16465551234") == "who calls lacks the permission TollFree"


def test_numbers_of_the_command_line_stay_until_the_members_are_others(portal):
    pattern = {"prefix": "0180", "digits": 6}
    fields = {"name": "Service", "kind": "LONG_DISTANCE", "patterns": [pattern]}
    id_ = dialling_rules.create(HOME, fields)
    abroad = dialling_rules.create(HOME, {"name": "Abroad", "kind": "INTERNATIONAL", "patterns": [pattern]})
    shown = portal.read(f"api/rules/{id_}")
    assert shown["dialPatterns"] is None
    portal.put(f"api/rules/{id_}", {**shown, "description": "s"})
    assert [vars(found) for found in dialling_rules.patterns_of(HOME)[id_]] == [pattern]
    portal.put(f"api/rules/{id_}", {**shown, "longDistancePrefix": "1", "externalLen": 5})
    assert [vars(found) for found in dialling_rules.patterns_of(HOME)[id_]] == [{"prefix": "1", "digits": 5}]
    shown = portal.read(f"api/rules/{abroad}")
    assert shown["dialPatterns"] == {"patterns": [pattern]}
    assert portal.put(f"api/rules/{abroad}", {**shown, "dialPatterns": {"patterns": []}}).status_code == 200
    assert dialling_rules.patterns_of(HOME)[abroad] == []


def test_a_custom_rule_with_a_gateway_is_not_internal(portal):
    id_ = portal.make("api/rules", CUSTOM)
    assert portal.put(f"api/gateways/{gateway()}/rules/{id_}").status_code == 200
    assert portal.read(f"api/rules/{id_}")["internal"] is False


def test_rules_of_another_tenant_are_not_there(portal):
    theirs = dialling_rules.create(other_tenant(), {"name": "Theirs"})
    for method, body in (("GET", None), ("PUT", CUSTOM), ("DELETE", None)):
        check_refused(portal.ask(method, f"api/rules/{theirs}", body), 404)
    assert "Theirs" not in portal.get("api/rules").text
