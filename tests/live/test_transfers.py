"""Calls go from phone to phone: transferred, redirected, taken where they ring."""

import pytest

from tests.live.conftest import ANN, BOB, EVE, Pbx
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
