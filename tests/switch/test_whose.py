"""Whose call it is that somebody transfers, or whose phone sends it elsewhere."""

from xml.etree import ElementTree as ET

import pytest

from portsip_api.pbx.calls.plans.kinds import Leg, Refuse, Ring
from portsip_api.switch.freeswitch import dialplan
from portsip_api.switch.freeswitch.dialplan import WRITERS
from portsip_api.switch.freeswitch.steps.writing import Caller, Origin, Writing, redirecting
from portsip_api.switch.freeswitch.whose import redirectors, transferor
from tests.switch.conftest import DOMAIN, ID

pytestmark = pytest.mark.usefixtures("engine")


def test_who_transfers_whom_it_called_is_known_from_what_we_said_of_it():
    leg = {"variable_sip_refer_to": "<sip:x@y>", "Caller-Direction": "outbound", "Caller-Context": DOMAIN}
    leg |= {"variable_last_bridge_to": ID, "variable_originating_leg_uuid": ID}
    party = {"variable_pbx_party": f"1000@{DOMAIN}"}
    assert transferor(leg | party) == "1000"
    assert transferor(leg | party | {"variable_last_bridge_to": "x"}) == ""  # somebody else by now
    of_own = {"variable_originated_legs": "ARRAY::x;Outbound Call;1002", "variable_last_bridge_to": "x"}
    assert transferor(leg | party | of_own) == "1002"  # whom it has called itself
    assert transferor(leg | {"variable_pbx_party": "1000@b.test"}) == ""
    assert transferor(leg | {"variable_pbx_party": ""}) == ""
    assert transferor(leg | {"Caller-Username": "1000"}) == ""
    assert transferor(party) is None


def test_whose_phones_have_sent_a_call_elsewhere_is_said_by_the_context():
    def sent(by, **more):
        return {"Caller-Context": redirecting(by, DOMAIN), **more}

    assert redirectors({"Caller-Context": DOMAIN}) == ()
    assert redirectors(sent("1001")) == ("1001",)
    assert redirectors(sent("1002", variable_pbx_been="1001")) == ("1001", "1002")
    assert redirectors(sent("1001", variable_pbx_been="1001:1002")) == ("1001", "1002")
    assert redirectors(sent("1001", variable_sip_refer_to="<sip:x@y>")) == ()  # transferred since


def asked(**form):
    """What is done with a call that extension 1000 makes."""
    own = {"variable_sip_auth_username": "1000", "variable_sip_auth_realm": DOMAIN, "Unique-ID": ID}
    document = ET.fromstring(dialplan.answer(own | form))
    (context,) = document.iter("context")
    assert context.get("name") == form["Caller-Context"]
    return [(one.get("application"), one.get("data")) for one in document.iter("action")]


def test_a_call_goes_on_from_where_a_phone_sends_it_but_does_not_come_back():
    there = redirecting("1001", DOMAIN)
    steps = asked(**{"Caller-Context": there, "Caller-Destination-Number": "1002"})
    assert ("set", "pbx_been=1001") in steps
    (bridge,) = [text for application, text in steps if application == "bridge"]
    assert f"sip_redirect_context={redirecting('1002', DOMAIN)}" in bridge
    back = {"Caller-Context": redirecting("1002", DOMAIN), "Caller-Destination-Number": "1001"}
    assert ("respond", "480 Temporarily Unavailable") in asked(**back, variable_pbx_been="1001")
    assert ("respond", "480 Temporarily Unavailable") in asked(
        **{"Caller-Context": there, "Caller-Destination-Number": "1001"}
    )
    elsewhere = redirecting("1001", "b.test")
    assert ("respond", "403 Forbidden") in asked(**{"Caller-Context": elsewhere, "Caller-Destination-Number": "1002"})


def test_only_a_phone_that_rings_alone_sends_calls_elsewhere():
    def bridge(*legs):
        writing = Writing(Caller("1000", DOMAIN), Origin(ID, "1001", DOMAIN), WRITERS)
        (found,) = [
            step.data for step in writing.steps(Ring(legs, {}, Refuse(480, ""))) if step.application == "bridge"
        ]
        return found

    assert f"sip_redirect_context={redirecting('1001', DOMAIN)}" in bridge(Leg("1001", 5))
    both = bridge(Leg("1001", 5), Leg("1002", 5))
    assert both.count("outbound_redirect_fatal=true") == 2
    assert "sip_redirect_context" not in both
