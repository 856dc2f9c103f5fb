"""Calls between extensions, as their rules have them: who rings, what callers are told, who hears whom."""

import time

import pytest

from tests.contract.servers import wait_until
from tests.live.conftest import ANN, BOB, EVE, OTHER, Pbx
from tests.live.rows import check_row, told


def no_answer(number):
    return {"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": number}


def busy(number):
    return {"busy_action": "CONNECT_TO_ANOTHER_EXTENSION", "busy_action_value": number}


def test_a_call_is_answered_both_hear_each_other_and_are_shown_on_it(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    call = anns.call(bob)
    rings = bobs.incoming()
    assert call.wait("180", "183") == "180"
    assert f"<sip:{ann}@" in rings.invite.get("from")
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    pbx.wait_status(ann, "ON_CALL")
    pbx.wait_status(bob, "ON_CALL")
    call.hang_up()
    rings.wait("BYE")
    pbx.wait_status(ann, "ONLINE")
    pbx.wait_status(bob, "ONLINE")
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


def test_the_callee_hangs_up(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    call = anns.call(bob)
    rings = bobs.incoming()
    rings.answer()
    call.wait("200")
    rings.hang_up()
    call.wait("BYE")
    check_row(pbx, ann, bob, "CALLEE_HANGUP", by=bob)


def test_a_caller_gives_up(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    call = anns.call(bob)
    rings = bobs.incoming()
    call.wait("180")
    call.cancel()
    call.wait("487")
    rings.wait("CANCEL")
    check_row(pbx, ann, bob, "CANCELLED")


@pytest.mark.parametrize(
    ("status", "told", "outcome"), [(486, "486", "BUSY"), (603, "486", "REJECTED"), (480, "480", "NO_ANSWER")]
)
def test_a_busy_phone_a_declined_call_and_do_not_disturb_end_as_rules_say(pbx: Pbx, line, status, told, outcome):
    ann, anns = line()
    bob, bobs = line(BOB, dnd={"office_hours_action": "DISCONNECT", "outside_office_hours_action": "DISCONNECT"})
    call = anns.call(bob)
    bobs.incoming().respond(status)
    assert call.wait("480", "486", "603") == told
    assert check_row(pbx, ann, bob, outcome)["fail_code"] == int(told)


def test_nobody_answers(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    began = time.monotonic()
    call = anns.call(bob)
    rings = bobs.incoming()
    assert call.wait("480", "486") == "480"
    assert time.monotonic() - began > 1.5
    rings.wait("CANCEL")
    check_row(pbx, ann, bob, "NO_ANSWER")


def test_nobody_is_there(pbx: Pbx, line):
    ann, anns = line()
    bob, *_ = line(phones=0, offline={"office_hours_action": "DISCONNECT", "outside_office_hours_action": "DISCONNECT"})
    assert anns.call(bob).wait("480", "503", "404") == "480"
    check_row(pbx, ann, bob, "FAILED")


def test_a_number_that_nobody_has_and_one_of_another_tenant(pbx: Pbx, line):
    ann, anns = line()
    there = pbx.extension(OTHER)
    assert anns.call("8999").wait("404", "480", "503") == "404"
    assert anns.call(there).wait("404", "480", "503") == "404"
    assert anns.call(there, domain=OTHER).wait("403", "404", "480") in {"403", "404"}
    for number, calls in (("8999", 1), (there, 2)):
        assert check_row(pbx, ann, number, "FAILED", calls=calls)["fail_code"] == 404


def test_each_result_goes_where_its_rule_says(line, pbx: Pbx):
    ann, anns = line()
    eve, eves = line(EVE)
    joe, joes = line(EVE)
    bob, bobs = line(BOB, {**no_answer(eve), **busy(joe)})
    call = anns.call(bob)
    bobs.incoming().respond(486)
    rings = joes.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    pbx.wait_status(joe, "ON_CALL")
    call.hang_up()
    pbx.wait_status(joe, "ONLINE")
    pbx.wait_status(ann, "ONLINE")
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=joe)
    call = anns.call(bob)
    bobs.incoming().wait("CANCEL")
    eves.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    assert joes.is_left_alone(0.5)
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve, calls=2)


def test_a_chain_of_forwards_tells_results_apart_at_each_stop(pbx: Pbx, line):
    ann, anns = line()
    last, lasts = line(EVE)
    wrong, wrongs = line(EVE)
    third, thirds = line(BOB, {**no_answer(wrong), **busy(last)})
    second, seconds = line(BOB, {**no_answer(third), **busy(wrong)})
    first, firsts = line(BOB, {**no_answer(wrong), **busy(second)})
    call = anns.call(first)
    firsts.incoming().respond(486)
    seconds.incoming().wait("CANCEL")
    thirds.incoming().respond(603)
    lasts.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    assert wrongs.is_left_alone(0.5)
    check_row(pbx, ann, first, "CALLER_HANGUP", by=last)


def test_forwards_in_a_circle_end(line, pbx: Pbx):
    ann, anns = line()
    bob, bobs = line(BOB)
    eve, eves = line(EVE, busy(bob))
    pbx.change(bob, forward_rules={"available": busy(eve)}, voice_mail={"enable_voicemail": False})
    pbx.change(eve, voice_mail={"enable_voicemail": False})
    call = anns.call(bob)
    bobs.incoming().respond(486)
    eves.incoming().respond(486)
    assert call.wait("486", "480") == "486"
    assert bobs.is_left_alone(0.5)
    check_row(pbx, ann, bob, "BUSY")


def test_who_is_offline_is_found_out_when_it_rings(line, pbx: Pbx):
    ann, anns = line()
    eve, eves = line(EVE)
    bob, *_ = line(phones=0, offline={
        "office_hours_action": "CONNECT_TO_ANOTHER_EXTENSION", "office_hours_action_value": eve,
        "outside_office_hours_action": "CONNECT_TO_ANOTHER_EXTENSION", "outside_office_hours_action_value": eve,
    })  # fmt: skip
    call = anns.call(bob)
    eves.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)


@pytest.mark.parametrize("status", ["DND", "AWAY"])
def test_a_status_that_was_set_decides_without_ringing(line, pbx: Pbx, status):
    ann, anns = line()
    eve, eves = line(EVE)
    rule = {"office_hours_action": "CONNECT_TO_ANOTHER_EXTENSION", "office_hours_action_value": eve}
    outside = {f"outside_{name}": value for name, value in rule.items()}
    bob, bobs = line(BOB, **{status.lower(): rule | outside})
    pbx.post("extensions/status/update", extension_number=bob, status=status, tenant_id=1)
    call = anns.call(bob)
    eves.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    assert bobs.is_left_alone(0.5)
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)


def test_both_phones_of_an_extension_ring_and_one_takes_the_call(pbx: Pbx, line):
    ann, anns = line()
    bob, first, second = line(BOB, phones=2)
    call = anns.call(bob)
    left, taken = first.incoming(), second.incoming()
    taken.answer()
    call.wait("200")
    left.wait("CANCEL")
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


def test_a_phone_that_says_it_is_somebody_else_does_not_call(line, phone):
    ann, _ = line()
    bob, bobs = line(BOB)
    liar = phone(ann)
    liar.user = bob  # in From, with the password of nobody
    liar.password = "wrong"
    assert liar.call(bob).wait("403", "401", "200") == "403"
    assert bobs.is_left_alone(0.5)


def test_a_ring_group_rings_all_and_one_takes_the_call(line, pbx: Pbx):
    ann, anns = line()
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    pbx.post("ring_groups/create", ring_group_number="6000", name="All", members=[bob, eve], tenant_id=1, ring_time=20)
    call = anns.call("6000")
    taken, left = eves.incoming(), bobs.incoming()
    taken.answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    left.wait("CANCEL")
    call.hang_up()
    check_row(pbx, ann, "6000", "CALLER_HANGUP", by=eve)


def test_a_ring_group_rings_one_after_the_other(line, pbx: Pbx):
    ann, anns = line()
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    given = {"ring_group_number": "6001", "name": "Hunt", "members": [bob, eve], "ring_time": 2}
    pbx.post("ring_groups/create", **given, ring_strategy="PRIORITIZED_HUNT", tenant_id=1)
    call = anns.call("6001")
    bobs.incoming().wait("CANCEL")
    eves.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, "6001", "CALLER_HANGUP", by=eve)
    call = anns.call("6001")
    bobs.incoming().respond(486)
    eves.incoming().respond(486)
    assert call.wait("480", "486") == "480"
    check_row(pbx, ann, "6001", "BUSY", calls=2)


@pytest.mark.unrecorded  # who rings first depends on the times of answers
def test_turns_in_a_ring_group_are_by_who_began_last_and_by_who_answered_last(line, pbx: Pbx):
    _, anns = line()
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    cyclic, rested = pbx.unused(), pbx.unused()
    for number, strategy in ((cyclic, "CYCLIC_HUNT"), (rested, "LEAST_WORKED_HUNT")):
        given = {"ring_group_number": number, "name": number, "members": [bob, eve], "ring_time": 10}
        pbx.post("ring_groups/create", **given, ring_strategy=strategy, tenant_id=1)
    turns = [(cyclic, bob), (cyclic, eve), (cyclic, bob), (rested, eve), (rested, bob), (rested, eve)]
    phones = {bob: bobs, eve: eves}
    for group, first in turns:
        call = anns.call(group)
        phones[first].incoming().answer()
        call.wait("200")
        pbx.wait_status(first, "ON_CALL")  # so that it is known who has answered
        call.hang_up()
        pbx.wait_status(first, "ONLINE")


def test_a_call_placed_over_the_api_rings_the_caller_first(line, pbx: Pbx):
    ann, anns = line()
    bob, bobs = line(BOB)
    placed = pbx.post("extensions/call", extension=ann, to=bob, tenant_id=1)
    assert placed
    own = anns.incoming()
    own.answer()
    rings = bobs.incoming()
    assert f"<sip:{ann}@" in rings.invite.get("from")
    rings.answer()
    assert own.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    own.hang_up()
    rings.wait("BYE")
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


def test_calls_of_whom_the_server_was_lost_while_it_rang_go_on(line, pbx: Pbx):
    ann, anns = line()
    eve, eves = line(EVE)
    bob, bobs = line(BOB, no_answer(eve))
    pbx.wait_kept()
    call = anns.call(bob)
    bobs.incoming()
    call.wait("180")
    with pbx.away():
        eves.incoming().answer()
        call.wait("200")
        assert call.stream.hears(EVE)
        call.hang_up()
        assert anns.call(bob).wait("403", "503") == "503"
    wait_until(lambda: anns.register() == 200, "the server is back", 20)
    check_row(pbx, ann, bob, "FAILED", calls=2, within=60)
    rows = pbx.get("call_logs/list", caller=ann, tenant_id=1)["items"]
    assert told(rows[1], "end_reason", "status", "final_dest") == ("CALLER_HANGUP", "ANSWERED", eve)
