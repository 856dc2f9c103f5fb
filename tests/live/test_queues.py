"""Callers wait in queues, in order and with music, until a member answers or a limit is reached."""

import time

import pytest

from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row

MUSIC, INTRO, PLACE, FIRST, SECOND = 330, 500, 1100, 1300, 1500  # hertz


def queue(pbx: Pbx, *members, **fields):
    """Make a queue and return its number."""
    number = pbx.unused()
    given = {"queue_number": number, "name": f"Queue {number}", "members": [*members], "ring_time": 15}
    pbx.post("call_queues/create", tenant_id=1, **(given | fields))
    return number


def test_callers_wait_in_order_and_hear_music(pbx: Pbx, line):
    (bob, bobs), (ann, anns), (eve, eves) = line(BOB), line(ANN), line(EVE)
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 4)):
        number = queue(pbx, bob, music_on_hold="calm.wav")
        first = anns.call(number)
        first.wait("200")
        rings = bobs.incoming()
        assert first.stream.hears(MUSIC)
        second = eves.call(number)
        second.wait("200")
        assert second.stream.hears(MUSIC)
        assert bobs.is_left_alone(1)  # who came first is first
        rings.answer()
        assert first.stream.hears(BOB)
        assert rings.stream.hears(ANN)
        again = bobs.incoming()  # a second call, for who waits next
        again.answer()
        assert second.stream.hears(BOB)
        assert again.stream.hears(EVE)
        first.hang_up()
        rings.wait("BYE")
        second.hang_up()
        again.wait("BYE")
        for who in (ann, eve):
            check_row(pbx, who, number, "CALLER_HANGUP", by=bob)


def test_members_ring_in_turns_again_and_again(pbx: Pbx, line):
    (bob, bobs), (eve, eves), (ann, anns) = line(BOB), line(EVE), line(ANN)
    number = queue(pbx, bob, eve, polling_strategy="PRIORITIZED_HUNT", ring_time=3)
    call = anns.call(number)
    bobs.incoming().wait("CANCEL")
    eves.incoming().respond(486)
    again = bobs.incoming()
    again.answer()
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP", by=bob)


@pytest.mark.parametrize("whole", [False, True])
def test_an_intro_is_heard_to_its_end_or_until_somebody_answers(pbx: Pbx, line, whole):
    (bob, bobs), (_, anns) = line(BOB), line(ANN)
    keeper = pbx.unused()  # whose prompt the intro is
    pbx.receptionist(keeper, wav(INTRO, 6), name=f"Intro {keeper}")
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 4)):
        given = {"music_on_hold": "calm.wav", "enable_intro_prompt": True, "intro_prompt_file": f"Intro {keeper}.wav"}
        number = queue(pbx, bob, **given, enable_play_full_intro=whole)
        call = anns.call(number)
        call.wait("200")
        assert call.stream.hears(INTRO)
        if whole:
            assert bobs.is_left_alone(2)
        rings = bobs.incoming()
        if not whole:
            assert call.stream.hears(INTRO)
        rings.answer()
        assert call.stream.hears(BOB)
        assert rings.stream.hears(ANN)
        call.hang_up()


@pytest.mark.unrecorded  # what is said of places is said by the clock
def test_callers_are_told_their_places(pbx: Pbx, line):
    pbx.speak(**{"queue-place": PLACE, "1": FIRST, "2": SECOND})
    (bob, bobs), (_, anns), (_, eves) = line(BOB), line(ANN), line(EVE)
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 4)):
        told = {"enable_announce_caller_position": True, "announce_caller_position_interval": 5}
        number = queue(pbx, bob, music_on_hold="calm.wav", **told)
        first = anns.call(number)
        first.wait("200")
        for hertz in (PLACE, FIRST, MUSIC):
            assert first.stream.hears(hertz)
        second = eves.call(number)
        second.wait("200")
        for hertz in (PLACE, SECOND, MUSIC, PLACE, SECOND, MUSIC):
            assert second.stream.hears(hertz)
        rings = bobs.incoming()
        rings.answer()
        assert first.stream.hears(BOB)
        bobs.incoming()
        for hertz in (PLACE, FIRST, MUSIC):
            assert second.stream.hears(hertz)
        first.hang_up()
        second.hang_up()


@pytest.mark.unrecorded  # who rings first depends on the times of answers
def test_who_waits_rings_whoever_has_rested_longest_when_its_turn_comes(pbx: Pbx, line):
    (bob, bobs), (eve, eves), (_, anns), (_, zoes) = line(BOB), line(EVE), line(ANN), line(ANN)
    number = queue(pbx, bob, eve, polling_strategy="LEAST_WORKED_HUNT")
    first = anns.call(number)
    first.wait("200")
    rings = bobs.incoming()
    second = zoes.call(number)
    second.wait("200")
    time.sleep(1)  # it waits
    rings.answer()
    assert first.stream.hears(BOB)
    again = eves.incoming()
    assert bobs.is_left_alone(0.2)
    again.answer()
    assert second.stream.hears(EVE)
    first.hang_up()
    second.hang_up()


def test_who_waits_too_long_goes_on(pbx: Pbx, line):
    (bob, bobs), (eve, eves), (ann, anns) = line(BOB), line(EVE), line(ANN)
    after = {"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": eve}
    number = queue(pbx, bob, ring_time=3, max_wait_time=4, **after)
    call = anns.call(number)
    bobs.incoming()
    rings = eves.incoming(30)
    rings.answer()
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP", by=eve)


@pytest.mark.unrecorded  # the engine is asked while it asks
def test_a_full_queue_takes_nobody_else(pbx: Pbx, line):
    (bob, bobs), (eve, eves), (ann, anns) = line(BOB), line(EVE), line(ANN)
    number = queue(pbx, eve, max_callers=1)
    first = anns.call(number)
    first.wait("200")
    eves.incoming()
    assert bobs.call(number).wait("480", "200") == "480"
    first.hang_up()
    check_row(pbx, bob, number, "NO_ANSWER")
    check_row(pbx, ann, number, "CANCELLED")


def test_a_forward_leads_to_a_queue(pbx: Pbx, line):
    (eve, eves), (ann, anns) = line(EVE), line(ANN)
    number = queue(pbx, eve)
    bob, bobs = line(BOB, {"busy_action": "CONNECT_TO_CALL_QUEUE", "busy_action_value": number})
    call = anns.call(bob)
    bobs.incoming().respond(486)
    eves.incoming().answer()
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)
