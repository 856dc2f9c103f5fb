"""Calls are parked at orbits, wait there with music, and are taken there or go back."""

from typing import Any

import pytest

from tests.contract.servers import wait_until
from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, HOME, Pbx
from tests.live.rows import check_row

MUSIC = 330  # hertz


def orbit(pbx: Pbx, **settings):
    """Make a park orbit and return its number."""
    number = pbx.unused()
    id_ = pbx.sipxcom("POST", "api/orbits", {"name": f"orbit {number}", "enabled": True, "extension": number,
                                         "music": "default.wav", "server": "1"})  # fmt: skip
    for path, value in settings.items():
        pbx.sipxcom("PUT", f"api/orbits/{id_}/settings/general/{path}", value)
    return number


def talking(line, available=()):
    """Two phones that talk: the numbers, the phones and the calls; `available` are rules of who is called."""
    (ann, anns), (bob, bobs) = line(ANN), line(BOB, available)
    call = anns.call(bob)
    rings = bobs.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    return (ann, anns, call), (bob, bobs, rings)


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_who_is_transferred_to_an_orbit_is_parked_until_somebody_dials_it(pbx: Pbx, line, who):
    number = orbit(pbx)
    caller, callee = talking(line)
    (_, _, leaver), (staying, _, stays) = (caller, callee) if who == "caller" else (callee, caller)
    eve, eves = line(EVE)
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 4)):
        leaver.refer(number)
        leaver.wait("202 REFER")
        assert stays.stream.hears(MUSIC)
        taken = eves.call(number)
        taken.wait("200")
        assert taken.stream.hears(ANN if who == "callee" else BOB)
        assert stays.stream.hears(EVE)
        taken.hang_up()
        stays.wait("BYE")
    how = "TRANSFERRED" if who == "caller" else "CALLEE_HANGUP"
    row = check_row(pbx, caller[0], callee[0], how, by=eve)
    assert check_row(pbx, eve, number, "CALLER_HANGUP", by=staying)["call_id"] == row["related_callid_1"]


def test_nobody_is_parked_by_dialling_an_orbit(pbx: Pbx, line):
    ann, anns = line()
    number = orbit(pbx)
    assert anns.call(number).wait("480", "200") == "480"
    check_row(pbx, ann, number, "NO_ANSWER")


def test_a_parked_call_goes_back_after_its_time(pbx: Pbx, line):
    number = orbit(pbx, enableTimeout="1", parkTimeout="30")
    (ann, _, call), (bob, bobs, rings) = talking(line)
    rings.refer(number)
    rings.wait("BYE")
    again = bobs.incoming(60)
    again.answer()
    assert again.stream.hears(ANN)
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


@pytest.mark.unrecorded  # whether the parker is still on that call is a matter of moments
def test_a_second_call_to_an_orbit_goes_back_at_once(pbx: Pbx, line):
    number = orbit(pbx)
    (_, _, _), (_, _, rings) = talking(line)
    rings.refer(number)
    rings.wait("202 REFER")
    (ann, _, call), (bob, bobs, again) = talking(line, {"busy_action": "RING_ANYWAY"})
    wait_until(lambda: number in pbx.engine.api("valet_info"), "one is parked")
    again.refer(number)
    again.wait("202 REFER")
    back = bobs.incoming()
    back.answer()
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


@pytest.mark.unrecorded  # the engine is asked while it asks
def test_several_calls_at_one_orbit_are_taken_in_the_order_in_which_they_came(pbx: Pbx, line):
    number = orbit(pbx, multipleCalls="1")
    _, eves = line(EVE)
    assert eves.subscribe("dialog", f"park+{number}") in {200, 202}
    parked: list[Any] = []
    for hertz in (ANN, BOB):
        (_, callers), (callee, callees) = line(hertz), line(EVE)
        call = callers.call(callee)
        rings = callees.incoming()
        rings.answer()
        call.wait("200")
        rings.refer(number)
        rings.wait("BYE")
        wait_until(lambda: pbx.engine.api("valet_info", f"{number}@{HOME}").count("uuid") == len(parked) + 1, "parked")
        parked.append(call)
    for hertz, call in zip((ANN, BOB), parked, strict=True):
        wait_until(lambda: eves.notified and "confirmed" in eves.notified[-1].body, "it is lit")
        taken = eves.call(number)
        taken.wait("200")
        assert taken.stream.hears(hertz)
        assert call.stream.hears(EVE)
        taken.hang_up()
        call.wait("BYE")
    wait_until(lambda: "terminated" in eves.notified[-1].body, "it is dark")
    assert eves.call(number).wait("480", "200") == "480"


def test_a_lamp_shows_whether_somebody_is_parked(pbx: Pbx, line):
    number = orbit(pbx)
    _, eves = line(EVE)
    assert eves.subscribe("dialog", f"park+{number}") in {200, 202}
    (ann, _, call), (bob, _, rings) = talking(line)
    rings.refer(number)
    wait_until(lambda: [one for one in eves.notified if "confirmed" in one.body or "early" in one.body], "it is lit")
    call.hang_up()
    wait_until(lambda: "terminated" in eves.notified[-1].body, "it is dark")
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)
