"""Calls go from phone to phone: transferred, redirected, taken where they ring."""

import pytest

from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row
from tests.live.test_calls import no_answer
from tests.live.test_park import talking


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_blind_transfer(pbx: Pbx, line, who):
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
    check_row(pbx, caller[0], callee[0], "TRANSFERRED" if who == "caller" else "CALLEE_HANGUP", by=eve)


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_an_attended_transfer(pbx: Pbx, line, who):
    caller, callee = talking(line)
    (number, phone, leaver), (_, _, stays) = (caller, callee) if who == "caller" else (callee, caller)
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
    rings.hang_up()
    stays.wait("BYE")
    asked_for = check_row(pbx, number, eve, "TRANSFERRED", by=eve)
    if who == "caller":
        row = check_row(pbx, number, callee[0], "TRANSFERRED", by=callee[0])
        assert row["related_callid_1"] == asked_for["call_id"]
    else:
        check_row(pbx, caller[0], number, "CALLEE_HANGUP", by=eve)


@pytest.mark.unrecorded  # the engine is asked while it asks
def test_a_call_that_rings_is_taken_by_somebody_else(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB, {"no_answer_timeval": 20})
    eve, eves = line(EVE)
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
    row = check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)
    own = check_row(pbx, eve, f"*78{bob}", "CALLEE_HANGUP", by=ann)
    assert (row["related_callid_1"], own["related_callid_1"]) == (own["call_id"], row["call_id"])
    assert eves.call(f"*78{bob}").wait("480", "200") == "480"
    check_row(pbx, eve, f"*78{bob}", "NO_ANSWER", calls=2)


def test_a_phone_sends_a_call_elsewhere(pbx: Pbx, line):
    (ann, anns), (joe, joes), (eve, eves) = line(ANN), line(BOB), line(EVE)
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
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=joe)


def test_phones_that_send_a_call_in_circles_end_it(pbx: Pbx, line):
    (ann, anns), (eve, eves), (bob, bobs) = line(ANN), line(EVE), line(BOB)
    call = anns.call(bob)
    bobs.redirect(bobs.incoming(), eve)
    eves.redirect(eves.incoming(), bob)
    assert call.wait("480", "486", "200") == "480"
    assert bobs.is_left_alone(0.5)
    check_row(pbx, ann, bob, "NO_ANSWER")


def test_a_phone_sends_calls_where_its_own_extension_may_call(pbx: Pbx, line):
    (ann, anns), (bob, bobs) = line(ANN), line(BOB)
    call = anns.call(bob)
    bobs.redirect(bobs.incoming(), "+4930123456")
    assert call.wait("403", "404", "503", "480", "200") in {"403", "404", "503"}
    check_row(pbx, ann, bob, "FAILED")


def test_one_of_several_phones_that_ring_cannot_send_the_call_elsewhere(pbx: Pbx, line):
    (ann, anns), (joe, joes), (eve, eves), (bob, bobs) = line(ANN), line(BOB), line(EVE), line(BOB)
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
    check_row(pbx, ann, number, "CALLER_HANGUP", by=bob)
