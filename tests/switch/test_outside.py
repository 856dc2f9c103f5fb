"""Calls over gateways as documents: how they leave, where they come in, and how nobody calls at another's cost."""

from xml.etree import ElementTree as ET

import pytest

from portsip_api import settings
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.routing import call_sequences
from portsip_api.pbx.trunks import dial_plan, dialling_rules, gateways
from portsip_api.switch.freeswitch import access, recorded
from portsip_api.switch.freeswitch.steps.outside import _UNREACHED

ID = "0b0a7c1e-3c6f-4b5e-9a51-0123456789ab"
OLD = "2d2c9e30-5e81-4d70-8c73-23456789abcd"
LEG = "1c1b8d2f-4d70-4c6f-8b62-123456789abc"
TRUNK = {"model_id": "sipTrunkStandard", "enabled": True}
CARRIER, OTHERS = "192.0.2.7", "192.0.2.8"  # addresses of the gateways of two tenants
REFUSED = ("respond", "403 Forbidden")


def signed_in(number, domain="pbx.local"):
    return {"variable_sip_auth_username": number, "variable_sip_auth_realm": domain, "Caller-Direction": "inbound"}


def from_trunk(address=CARRIER, **more):
    return {
        "Caller-Context": "from-trunk.0123456789abcdef",
        "Caller-Direction": "inbound",
        "Caller-Network-Addr": address,
        "Caller-Caller-ID-Number": "+49301",
        "variable_sip_acl_authed_by": "trunks",
        "variable_sofia_profile_name": "trunks",
        **more,
    }


@pytest.fixture
def ask(app, configure, admin):
    """A function that asks what is done with a call to a number: of two tenants, each with a gateway."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    secret = settings.current().switch_secret_path.read_text().strip()
    other = admin.do("account/create", name="firm", domain="firm.local", password="a tenant's secret")["id"]
    for tenant_id, address in ((1, CARRIER), (other, OTHERS)):
        admin.do("account/update", id=tenant_id, allowed_prefixes=["+49"])
        gateway_id = gateways.create(tenant_id, {**TRUNK, "name": "trunk", "address": address})
        rule = {"name": "Germany", "kind": "CUSTOM", "enabled": True, "call_prefix": "", "call_digits": "digits"}
        patterns = [{"prefix": "+49", "digits": -1}]
        rule_id = dial_plan.create(tenant_id, {**rule, "patterns": patterns}, lambda *_: 0)
        dialling_rules.join(tenant_id, rule_id, gateway_id)
        for number in ("1000", "1001"):
            admin.make_extension(number, tenant_id=tenant_id)
        inside = {"group_name": "inside", "enable_external_call": False, "members": ["1000"]}
        admin.do("extensions/group/create", **inside, tenant_id=tenant_id)

    def call(number, **form):
        given = {"Caller-Context": "pbx.local", "Caller-Destination-Number": number, "Unique-ID": ID, **form}
        reply = app.test_client().post("/engine/freeswitch/dialplan", data=given, auth=("freeswitch", secret))
        assert reply.status_code == 200
        return [(one.get("application"), one.get("data")) for one in ET.fromstring(reply.text).iter("action")]

    return call


def bridges(document):
    """What is called, in the order in which it is tried."""
    return [data for application, data in document if application == "bridge"]


def leaves(document):
    """Tell whether a call goes outside, now or later."""
    return any("sofia/gateway" in (data or "") for _, data in document)


def test_a_call_outside_goes_over_the_tenants_own_gateway(ask, admin):
    document = ask("+49 30 (1234)", **signed_in("1001"))
    (bridge,) = bridges(document)
    assert bridge.endswith("]sofia/gateway/t1-g1/+49301234")
    assert "origination_caller_id_number=1001," in bridge
    assert ("set", f"continue_on_fail={','.join(_UNREACHED)}") in document
    assert not {"USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "UNALLOCATED_NUMBER"} & set(_UNREACHED)
    assert ("respond", "503 Service Unavailable") in document
    theirs = ask("+4930", **signed_in("1001", "firm.local"), **{"Caller-Context": "firm.local"})
    assert bridges(theirs)[0].endswith("sofia/gateway/t2-g2/+4930")


def test_a_silent_gateway_is_waited_for_where_it_is_the_last(ask, admin):
    second = gateways.create(1, {**TRUNK, "name": "second", "address": "192.0.2.9", "anonymous": True})
    dialling_rules.join(1, dialling_rules.find_by_name(1, "Germany").id, second)
    first, last = bridges(ask("+4930", **signed_in("1001")))
    assert "leg_progress_timeout=15" in first
    assert "leg_progress_timeout" not in last
    assert "origination_privacy=hide_name:hide_number:screen" in last
    assert "1001" not in last


def test_a_call_from_outside_comes_in_where_its_number_is(ask, admin):
    document = ask("1001", **from_trunk())
    assert bridges(document)[0].endswith("user/1001@pbx.local")
    assert ("set", "pbx_domain=pbx.local") in document
    assert ("set", "pbx_did=1001") in document
    assert bridges(ask("1001", **from_trunk(OTHERS)))[0].endswith("user/1001@firm.local")
    assert ("respond", "404 Not Found") in ask("7777", **from_trunk())
    named = {"variable_sip_gateway": "t1-g1"}
    assert bridges(ask("1001", **from_trunk(**named)))[0].endswith("user/1001@pbx.local")


@pytest.mark.parametrize("shown", ["${system(id)}", "'^system:id", "anonymous", "", "<sip:1001@pbx.local>"])
def test_what_a_caller_outside_calls_itself_stands_in_no_document(ask, admin, shown):
    document = ask("1001", **from_trunk(**{"Caller-Caller-ID-Number": shown}))
    assert bridges(document)
    assert not [data for _, data in document if shown and shown in data]


def transferred(number="1000", partner=LEG, name="Outbound Call"):
    """What a leg has whose other side was transferred by the phone of an extension."""
    return {
        "variable_sip_refer_to": "<sip:x@y>",
        "variable_last_bridge_to": partner,
        "variable_originated_legs": f"ARRAY::{ID};Outbound Call;1001|:{LEG};{name};{number}",
    }


def test_who_may_call_outside_may_transfer_there(ask, admin):
    assert leaves(ask("+4930", **signed_in("1000"), **transferred("1001")))
    assert leaves(ask("+4930", **from_trunk(), **transferred("1001")))
    assert bridges(ask("1001", **from_trunk(), **transferred("1000")))


def placed(number, domain="pbx.local", **more):
    return {"variable_pbx_caller": f"{number}@{domain}", "Caller-Direction": "outbound", **more}


def transferee(number, domain="pbx.local"):
    """The leg of whom somebody who is not known has called and then transferred."""
    own = {"variable_dialed_user": number, "variable_dialed_domain": domain, "Caller-Direction": "outbound"}
    partner = {"variable_last_bridge_to": LEG, "variable_originating_leg_uuid": LEG, "variable_pbx_party": ""}
    return own | partner | {"variable_sip_refer_to": "<sip:x@y>"}


ATTEMPTS = {
    "an extension without rights": ("+4930", signed_in("1000")),
    "one that says in From that it is another": (
        "+4930",
        signed_in("1000") | {"Caller-Username": "1001", "variable_sip_from_user": "1001"},
    ),
    "nobody, with a From of an extension": (
        "+4930",
        {"Caller-Username": "1001", "variable_sip_from_user": "1001", "Caller-Direction": "inbound"},
    ),
    "an extension of one tenant in the context of another": (
        "+4930",
        signed_in("1001") | {"Caller-Context": "firm.local"},
    ),
    "an extension that is in no tenant": ("+4930", signed_in("1001", "none.local") | {"Caller-Context": "none.local"}),
    "an extension that has gone": ("+4930", signed_in("1999")),
    "the name of a gateway": ("sofia/gateway/t1-g1/+4930", signed_in("1001")),
    "the name of another tenant's gateway": ("gw+t2-g2", signed_in("1001")),
    "a variable of the engine": ("+4930${bridge(sofia/gateway/t2-g2/1)}", signed_in("1001")),
    "a further step of the engine": ("+4930'^bridge:sofia/gateway/t2-g2/1", signed_in("1001")),
    "a second destination": ("+4930,sofia/gateway/t2-g2/+4930", signed_in("1001")),
    "another gateway after a bar": ("1001|sofia/gateway/t2-g2/+4930", signed_in("1001")),
    "an address of somebody else": ("sip:+4930@carrier.test", signed_in("1001")),
    "a number that the tenant lets nobody dial": ("+33123", signed_in("1001")),
    "a number behind more than a number": ("+4930;phone-context=+33", signed_in("1001")),
    "a callee without rights transfers the caller": ("+4930", signed_in("1001") | transferred("1000")),
    "a callee outside transfers the caller": ("+4930", signed_in("1001") | transferred("1001", name="outside")),
    "a caller transfers a callee with rights": ("+4930", transferee("1001")),
    "who was talked to last is not known": ("+4930", signed_in("1001") | transferred("1001", partner="unknown")),
    "a caller outside calls outside": ("+4930", from_trunk()),
    "a caller outside says that it is an extension": (
        "+4930",
        from_trunk(**{"Caller-Caller-ID-Number": "1001", "variable_sip_from_user": "1001"}),
    ),
    "a callee without rights transfers a caller outside": ("+4930", from_trunk() | transferred("1000")),
    "a stranger's address": ("+4930", from_trunk("192.0.2.99")),
    "a phone that names a gateway": (
        "+4930",
        from_trunk(variable_sofia_profile_name="phones", variable_sip_gateway="t1-g1") | signed_in("1000"),
    ),
    "a phone that has logged in at the gateways' port": ("+4930", from_trunk() | signed_in("1001")),
    "another tenant's gateway": ("1001", from_trunk(variable_sip_gateway="t2-g2")),
    "a call placed for an extension without rights": ("+4930", placed("1000")),
    "a call placed in another tenant": ("+4930", placed("1001", "firm.local")),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nobody_calls_at_somebody_elses_cost(ask, admin, attempt):
    number, form = ATTEMPTS[attempt]
    document = ask(number, **form)
    assert document
    assert not leaves(document)
    assert not any(word in (data or "") for _, data in document for word in ("t2-g2", "bridge(", "carrier.test"))


def test_a_forward_goes_out_by_the_rights_of_who_forwards_and_no_others(ask, admin):
    rule = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": "+4930"}
    admin.do("extensions/update", extension_number="1001", forward_rules={"available": rule})
    assert leaves(ask("1001", **signed_in("1000")))
    assert leaves(ask("1001", **from_trunk()))
    admin.do("extensions/group/create", group_name="now", enable_external_call=False, members=["1001"])
    assert not leaves(ask("1001", **signed_in("1001")))
    assert not leaves(ask("1001", **from_trunk()))


def test_a_disabled_extension_forwards_nothing(ask, admin):
    rule = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": "+4930"}
    admin.do("extensions/update", extension_number="1001", forward_rules={"available": rule})
    admin.do("extensions/update", extension_number="1001", options={"enable_extension": False})
    assert not leaves(ask("1001", **from_trunk()))
    assert not leaves(ask("+4930", **signed_in("1001")))


def test_services_of_the_tenant_are_for_its_own_people(ask, admin):
    for number in ("*97", "7777", "no-number", "", "\x00", "${system(id)}"):
        assert ("respond", "404 Not Found") in ask(number, **from_trunk())


def test_what_rings_outside_for_an_extension_rings_by_its_rights(ask, admin):
    extension_id = find_id(1, ExtensionKey("1001"))
    ring = {"number": "+4930", "expiration": 12, "kind": "At the same time", "enabled": True}
    call_sequences.replace(1, extension_id, {"rings": [ring]})
    (first, *_) = bridges(ask("1001", **signed_in("1000")))
    phones, mobile = first.split(",[")
    assert phones.endswith("user/1001@pbx.local")
    assert mobile.endswith("]sofia/gateway/t1-g1/+4930")
    assert "origination_caller_id_number=1001," in mobile
    admin.do("account/update", id=1, capability={"max_outside_minutes_per_day": 5})
    assert "execute_on_answer=sched_hangup +300 ALLOTTED_TIMEOUT" in bridges(ask("1001", **signed_in("1000")))[0]
    admin.do("extensions/group/create", group_name="now", enable_external_call=False, members=["1001"])
    assert not leaves(ask("1001", **signed_in("1000")))
