"""Emergency calls are called back: whom an ELIN leads to, for how long, and what it leaves alone."""

import pytest

from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.trunks import dial_plan, dialling_rules, emergency_calls, locations
from portsip_api.pbx.trunks.emergency_calls import CALL_BACK_SECONDS
from portsip_api.store import volatile
from tests.switch.test_outside import CARRIER, OTHERS, ask, bridges, from_trunk, signed_in  # noqa: F401

ELIN = "+493055500112"
LOST = ("respond", "404 Not Found")


@pytest.fixture
def emergency(ask, admin):  # noqa: F811
    """What asks, where 1000 and 1001 of two tenants may call 112 from the place of one ELIN in each."""
    for tenant_id, gateway_id in ((1, 1), (2, 2)):
        fields = {"name": "112", "kind": "EMERGENCY", "enabled": True, "emergency_number": "112", "optional_prefix": ""}
        rule_id = dial_plan.create(tenant_id, fields, lambda *_: 0)
        dialling_rules.join(tenant_id, rule_id, gateway_id)
        locations.save(tenant_id, ELIN, {"location": "Roof"})
        for number in ("1000", "1001"):
            locations.assign(tenant_id, "user", find_id(tenant_id, ExtensionKey(number)), ELIN)
    return ask


def call(ask, number, domain="pbx.local", **more):  # noqa: F811
    document = ask("112", **{"Caller-Context": domain}, **signed_in(number, domain), **more)
    assert f"origination_caller_id_number={ELIN}," in bridges(document)[0]


@pytest.mark.parametrize("dialled", [ELIN, ELIN[1:], "+49 (30) 5550-0112"])
def test_an_elin_leads_to_the_last_who_called_from_there(emergency, dialled):
    assert LOST in emergency(ELIN, **from_trunk())
    call(emergency, "1000")
    call(emergency, "1001")
    document = emergency(dialled, **from_trunk())
    assert bridges(document)[0].endswith("user/1001@pbx.local")
    assert ("set", "call_timeout=60") in document
    assert ("set", f"pbx_did={ELIN}") in document or ("set", f"pbx_did={ELIN[1:]}") in document


def test_it_rings_whatever_was_said_about_calls(emergency, admin):
    call(emergency, "1001")
    admin.do("extensions/status/update", extension_number="1001", status="DND")
    assert bridges(emergency(ELIN, **from_trunk()))[0].endswith("user/1001@pbx.local")
    admin.do("account/update", id=1, capability={"max_concurrent_calls": 1})
    assert bridges(emergency(ELIN, **from_trunk()))[0].endswith("user/1001@pbx.local")


def test_it_leads_back_for_two_hours_and_over_a_restart(emergency, time):
    call(emergency, "1001")
    time.pass_seconds(CALL_BACK_SECONDS - 1)
    volatile.db.close()
    assert bridges(emergency(ELIN, **from_trunk()))[0].endswith("user/1001@pbx.local")
    time.pass_seconds(1)
    assert LOST in emergency(ELIN, **from_trunk())
    emergency_calls.note(1, "+1", 1)
    assert volatile.fetch_all("SELECT elin FROM emergency_call") == [("1",)]


def test_it_leads_nowhere_else(emergency, admin):
    call(emergency, "1001")
    assert LOST in emergency(ELIN, **from_trunk(OTHERS))  # of another tenant
    assert LOST in emergency("+493055500113", **from_trunk())
    assert not any("1001" in one for one in bridges(emergency(ELIN, **signed_in("1000"))))  # who is here
    assert ("respond", "403 Forbidden") in emergency(ELIN, **from_trunk("192.0.2.99"))
    admin.do("ring_groups/create", ring_group_number=ELIN, name="All", members=["1000"])
    assert bridges(emergency(ELIN, **from_trunk()))[0].endswith("user/1000@pbx.local")  # a number of its own


def test_who_is_gone_is_not_called_back(emergency, admin):
    call(emergency, "1001")
    admin.do("extensions/update", id=find_id(1, ExtensionKey("1001")), extension_number="1009")
    assert bridges(emergency(ELIN, **from_trunk()))[0].endswith("user/1009@pbx.local")
    admin.do("extensions/destroy", extension_number="1009")
    assert LOST in emergency(ELIN, **from_trunk())


def test_an_emergency_call_without_a_place_is_not_kept(emergency):
    document = emergency("+4930", **signed_in("1001"))
    assert bridges(document)
    assert volatile.fetch_all("SELECT * FROM emergency_call") == []
