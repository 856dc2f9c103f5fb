"""Calls go from phone to phone: transferred, redirected, taken where they ring."""

import pytest

from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.test_calls import no_answer
from tests.live.test_park import talking


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_blind_transfer(line, who):
    caller, callee = talking(line)
    (_, _, leaver), (_, _, stays) = (caller, callee) if who == "caller" else (callee, caller)
    eve, eves = line(EVE)
    leaver.refer(eve)
    leaver.wait("202 REFER")
    rings = eves.incoming()
    rings.answer()
    assert stays.stream.hears(EVE)
    assert rings.stream.hears(BOB if who == "caller" else ANN)
    rings.hang_up()
    stays.wait("BYE")


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_an_attended_transfer(line, who):
    caller, callee = talking(line)
    (_, phone, leaver), (_, _, stays) = (caller, callee) if who == "caller" else (callee, caller)
    eve, eves = line(EVE)
    leaver.hold()
    asked = phone.call(eve)
    rings = eves.incoming()
    rings.answer()
    asked.wait("200")
    leaver.refer_to(asked)
    leaver.wait("202 REFER")
    assert rings.stream.hears(BOB if who == "caller" else ANN)
    assert stays.stream.hears(EVE)


@pytest.mark.unrecorded  # the engine is asked while it asks
def test_a_call_that_rings_is_taken_by_somebody_else(pbx: Pbx, line):
    _, anns = line(ANN)
    bob, bobs = line(BOB, {"no_answer_timeval": 20})
    _, eves = line(EVE)
    call = anns.call(bob)
    rings = bobs.incoming()
    call.wait("180")
    taken = eves.call(f"*78{bob}")
    taken.wait("200")
    call.wait("200")
    assert call.stream.hears(EVE)
    assert taken.stream.hears(ANN)
    rings.wait("CANCEL")
    call.hang_up()
    assert eves.call(f"*78{bob}").wait("480", "200") == "480"


def test_a_phone_sends_a_call_elsewhere(line):
    (_, anns), (joe, joes), (eve, eves) = line(ANN), line(BOB), line(EVE)
    bob, bobs = line(BOB, no_answer(eve))
    call = anns.call(bob)
    bobs.incoming().wait("CANCEL")
    rings = eves.incoming()
    eves.redirect(rings, joe)
    answered = joes.incoming()
    answered.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert answered.stream.hears(ANN)
    call.hang_up()


def test_phones_that_send_a_call_in_circles_end_it(line):
    (_, anns), (eve, eves), (bob, bobs) = line(ANN), line(EVE), line(BOB)
    call = anns.call(bob)
    bobs.redirect(bobs.incoming(), eve)
    eves.redirect(eves.incoming(), bob)
    assert call.wait("480", "486", "200") == "480"
    assert bobs.is_left_alone(0.5)


def test_a_phone_sends_calls_where_its_own_extension_may_call(line):
    (_, anns), (bob, bobs) = line(ANN), line(BOB)
    call = anns.call(bob)
    bobs.redirect(bobs.incoming(), "+4930123456")
    assert call.wait("403", "404", "503", "480", "200") in {"403", "404", "503"}


def test_one_of_several_phones_that_ring_cannot_send_the_call_elsewhere(pbx: Pbx, line):
    (_, anns), (joe, joes), (eve, eves), (bob, bobs) = line(ANN), line(BOB), line(EVE), line(BOB)
    number = pbx.unused()
    given = {"ring_group_number": number, "name": "All", "members": [bob, eve], "ring_time": 20}
    pbx.post("ring_groups/create", **given, tenant_id=1)
    call = anns.call(number)
    rings = bobs.incoming()
    eves.redirect(eves.incoming(), joe)
    rings.answer()
    call.wait("200")
    assert joes.is_left_alone(0.1)
    call.hang_up()
