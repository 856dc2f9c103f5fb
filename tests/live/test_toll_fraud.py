"""Attempts to call outside at somebody else's cost, each with a real engine; none gets through.

Ann may call outside, Bob may not; Eve is in another tenant, which has a gateway of its own.
"""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.servers import wait_until
from tests.crm import SIP_PASSWORD
from tests.live.carrier import Carrier
from tests.live.conftest import ANN, BOB, EVE, OTHER, Pbx
from tests.live.phone import Phone
from tests.live.test_trunks import carrier, gateway, keep_inside, rules, shown_as

__all__ = ["carrier", "gateway", "rules"]  # fixtures

OUTSIDE = "+4944666"
REFUSALS = ("400", "403", "404", "407", "408", "416", "480", "484", "486", "503", "604")


@dataclass
class Scene:
    """Who is there."""

    pbx: Pbx
    ann: str
    anns: Phone
    bob: str
    bobs: Phone
    eve: str
    eves: Phone
    own: Carrier
    theirs: Carrier
    own_gateway: int
    their_gateway: int
    phone: Any


@pytest.fixture
def scene(pbx: Pbx, line, carrier, gateway, rules, phone):
    """The people, and a gateway of each of two tenants."""
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE, domain=OTHER)
    own, theirs = carrier(), carrier()
    own_gateway, their_gateway = gateway(own), gateway(theirs, domain=OTHER)
    pbx.post("account/update", id=pbx.tenants[OTHER], allowed_prefixes=["+49"])
    rules.prefix("+4944", own_gateway)
    rules.prefix("+4944", their_gateway, domain=OTHER)
    keep_inside(pbx, bob)
    return Scene(pbx, ann, anns, bob, bobs, eve, eves, own, theirs, own_gateway, their_gateway, phone)


def refused(call):
    """The call ends without an answer."""
    assert call.wait("200", *REFUSALS) != "200", call.seen


def numbers_without_rights(scene):
    refused(scene.bobs.call(OUTSIDE))


def a_forged_from(scene):
    scene.bobs.user = scene.ann  # in From; it logs in as before
    scene.bobs.password = "wrong"
    refused(scene.bobs.call(OUTSIDE))


def another_tenants_domain(scene):
    refused(scene.bobs.call(OUTSIDE, domain=OTHER))


def names_of_gateways(scene):
    own, theirs = f"t1-g{scene.own_gateway}", f"t{scene.pbx.tenants[OTHER]}-g{scene.their_gateway}"
    for name in (own, theirs):
        refused(scene.bobs.call(f"gw+{name}"))
        refused(scene.anns.call(f"gw+{name}"))
        refused(scene.bobs.call(f"sofia/gateway/{name}/{OUTSIDE}"))


def a_gateway_as_a_parameter(scene):
    domain = f"pbx.local;gw=t1-g{scene.own_gateway}"
    refused(scene.bobs.call(OUTSIDE, domain=domain))


def syntax_of_the_engine(scene):
    for text in ("${system(id)}", "'^bridge:x", "|x", ",x", "%7cx", "%27%5ebridge:sofia"):
        refused(scene.bobs.call(f"{OUTSIDE}{text}"))


def an_address_elsewhere(scene):
    refused(scene.anns.call("666", domain=scene.own.host))
    refused(scene.bobs.call(f"sip:{OUTSIDE}"))


def a_callee_without_rights_transfers_the_caller(scene):
    call = scene.anns.call(scene.bob)
    rings = scene.bobs.incoming()
    rings.answer()
    call.wait("200")
    rings.refer(OUTSIDE)
    call.wait("BYE")


def a_caller_without_rights_transfers_the_callee(scene):
    call = scene.bobs.call(scene.ann)
    rings = scene.anns.incoming()
    rings.answer()
    call.wait("200")
    call.refer(OUTSIDE)
    rings.wait("BYE")


def a_phone_redirects_outside(scene):
    call = scene.anns.call(scene.bob)
    rings = scene.bobs.incoming()
    scene.bobs.redirect(rings, OUTSIDE)
    refused(call)


def a_caller_outside_calls_outside(scene):
    refused(scene.own.call_in(OUTSIDE))


def a_caller_outside_says_that_it_is_an_extension(scene):
    refused(scene.own.call_in(OUTSIDE, scene.ann))


def a_callee_without_rights_transfers_a_caller_outside(scene):
    call = scene.own.call_in(scene.bob)
    rings = scene.bobs.incoming()
    rings.answer()
    call.wait("200")
    rings.refer(OUTSIDE)
    call.wait("BYE")


def a_caller_outside_transfers_whom_it_called(scene):
    call = scene.own.call_in(scene.ann)
    rings = scene.anns.incoming()
    rings.answer()
    call.wait("200")
    call.refer(OUTSIDE)
    time.sleep(1)  # nothing is told of it
    call.hang_up()


def a_gateway_names_another_tenants(scene):
    theirs = f"t{scene.pbx.tenants[OTHER]}-g{scene.their_gateway}"
    refused(scene.own.call_in(f"gw+{theirs}"))
    scene.own.contacts["x"] = f"sip:gw+{theirs}@127.0.0.1:{scene.pbx.engine.trunks[1]}"
    refused(scene.own.call_in(scene.eve, user="x"))


def a_stranger_calls_the_port_of_gateways(scene):
    stranger = Carrier(scene.pbx.engine.trunks)
    refused(stranger.call_in(OUTSIDE))
    refused(stranger.call_in(scene.ann))
    stranger.close()


def a_phone_calls_the_port_of_gateways(scene):
    elsewhere = Phone(scene.pbx.engine.trunks, scene.ann, "pbx.local", SIP_PASSWORD)
    refused(elsewhere.call(OUTSIDE))
    elsewhere.close()


def a_call_is_placed_for_who_may_not(scene):
    reply = scene.pbx.ask("extensions/call", extension=scene.bob, to=OUTSIDE, tenant_id=1)
    assert reply.status_code == 403


def a_caller_id_of_somebody_else_is_asked_for(scene):
    reply = scene.pbx.ask("extensions/call", extension=scene.ann, to=OUTSIDE, outbound_caller_id="+49301", tenant_id=1)
    assert reply.status_code == 403


def a_forward_is_set_by_who_may_not(scene):
    rules = {"available": {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": OUTSIDE}}
    reply = scene.pbx.ask("extensions/update", extension_number=scene.bob, forward_rules=rules, tenant_id=1)
    assert reply.status_code == 400
    call = scene.own.call_in(scene.bob)
    scene.bobs.incoming().respond(486)
    refused(call)


ATTEMPTS = [
    numbers_without_rights, a_forged_from, another_tenants_domain, names_of_gateways, a_gateway_as_a_parameter,
    syntax_of_the_engine, an_address_elsewhere, a_callee_without_rights_transfers_the_caller,
    a_caller_without_rights_transfers_the_callee, a_phone_redirects_outside, a_caller_outside_calls_outside,
    a_caller_outside_says_that_it_is_an_extension, a_callee_without_rights_transfers_a_caller_outside,
    a_caller_outside_transfers_whom_it_called, a_gateway_names_another_tenants, a_stranger_calls_the_port_of_gateways,
    a_phone_calls_the_port_of_gateways, a_call_is_placed_for_who_may_not, a_caller_id_of_somebody_else_is_asked_for,
    a_forward_is_set_by_who_may_not,
]  # fmt: skip


@pytest.mark.unrecorded  # documents of refused calls are held in tests/switch/test_outside.py
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.__name__)
def test_nobody_calls_at_somebody_elses_cost(scene, attempt):
    attempt(scene)
    assert scene.own.is_left_alone(0.5)
    assert scene.theirs.is_left_alone(0)


@pytest.mark.unrecorded
def test_a_carrier_is_told_what_is_ours_to_say_whatever_a_phone_says_of_itself(scene):
    headers = [
        ("P-Asserted-Identity", "<sip:+493099999@pbx.local>"), ("Remote-Party-ID", "<sip:+493099999@pbx.local>"),
        ("P-Preferred-Identity", "<sip:+493099999@pbx.local>"), ("Diversion", "<sip:+493099999@pbx.local>"),
    ]  # fmt: skip
    call = scene.anns.call(OUTSIDE, *headers)
    rings = scene.own.incoming()
    assert shown_as(rings) == scene.ann
    assert not [value for _, value in rings.invite.headers if "3099999" in value]
    rings.answer()
    call.wait("200")
    call.hang_up()


@pytest.mark.unrecorded
def test_who_may_call_outside_may_transfer_there(scene):
    call = scene.own.call_in(scene.ann)
    rings = scene.anns.incoming()
    rings.answer()
    call.wait("200")
    rings.refer(OUTSIDE)
    out = scene.own.incoming()
    out.answer()
    wait_until(lambda: out.stream.hears(440, 1), "both hear each other", 20)
    call.hang_up()
