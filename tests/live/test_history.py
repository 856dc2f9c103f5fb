"""What calls became of, in the history that the APIs show: one row a call."""

import pytest

from tests.contract.servers import wait_until
from tests.live.conftest import BOB, EVE, Pbx
from tests.live.rows import the_row, told
from tests.live.test_calls import busy
from tests.live.test_voicemail import BEEP


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_an_answered_call(pbx: Pbx, line, who):
    ann, anns = line()
    bob, bobs = line(BOB)
    call = anns.call(bob)
    rings = bobs.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    (call if who == "caller" else rings).hang_up()
    row = the_row(pbx, ann)
    assert told(row, "caller", "callee", "final_dest", "direction") == (ann, bob, bob, "INTERNAL_CALL")
    assert told(row, "status", "end_reason", "fail_code") == ("ANSWERED", f"{who.upper()}_HANGUP", 0)
    assert row["caller_domain"] == row["callee_domain"] == "pbx.local"
    assert int(row["talk_duration"]) <= int(row["duration"])


@pytest.mark.unrecorded  # when the engine takes note of the end is a matter of microseconds
def test_who_hangs_up_in_the_moment_of_the_answer_was_answered(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB, {"busy_action": "RING_ANYWAY"})
    for _ in range(30):
        call = anns.call(bob)
        bobs.incoming().answer()
        call.wait("200")
        call.hang_up()

    def ended():
        rows = pbx.get("call_logs/list", caller=ann, tenant_id=1, pagesize=100)["items"]
        return {told(row, "status", "end_reason", "final_dest") for row in rows} if len(rows) == 30 else set()

    assert wait_until(ended, "a row of each", 20) == {("ANSWERED", "CALLER_HANGUP", bob)}


@pytest.mark.parametrize(("status", "reason", "code"), [(486, "BUSY", 486), (603, "REJECTED", 486)])
def test_a_call_that_was_not_taken(pbx: Pbx, line, status, reason, code):
    ann, anns = line()
    bob, bobs = line(BOB)
    call = anns.call(bob)
    bobs.incoming().respond(status)
    call.wait("486")
    row = the_row(pbx, ann)
    assert told(row, "status", "end_reason", "final_dest", "fail_code") == ("NONE", reason, "", code)


def test_a_call_that_nobody_answered_and_one_that_was_given_up(pbx: Pbx, line):
    ann, anns = line()
    eve, eves = line(EVE)
    bob, _ = line(BOB)
    call = anns.call(bob)
    call.wait("480")
    assert told(the_row(pbx, ann), "status", "end_reason", "fail_code") == ("NONE", "NO_ANSWER", 480)
    call = eves.call(bob)
    call.wait("180")
    call.cancel()
    call.wait("487")
    assert told(the_row(pbx, eve), "status", "end_reason") == ("NONE", "CANCELLED")


def test_a_call_that_somebody_else_took(pbx: Pbx, line):
    ann, anns = line()
    eve, eves = line(EVE)
    bob, bobs = line(BOB, busy(eve))
    call = anns.call(bob)
    bobs.incoming().respond(486)
    eves.incoming().answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    row = the_row(pbx, ann)
    assert told(row, "callee", "final_dest", "status", "end_reason") == (bob, eve, "ANSWERED", "CALLER_HANGUP")


def test_a_message_and_a_number_that_nobody_has(pbx: Pbx, line):
    ann, anns = line()
    eve, eves = line(EVE)
    bob = pbx.extension()
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(BEEP, 15)
    call.hang_up()
    assert told(the_row(pbx, ann), "callee", "final_dest", "status", "end_reason") == (
        bob,
        "",
        "ANSWERED",
        "CALLER_HANGUP",
    )
    eves.call("8999").wait("404")
    row = the_row(pbx, eve)
    assert told(row, "callee", "status", "end_reason", "fail_code") == ("8999", "NONE", "FAILED", 404)


def test_a_call_placed_over_the_api(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    pbx.post("extensions/call", extension=ann, to=bob, tenant_id=1)
    own = anns.incoming()
    own.answer()
    bobs.incoming().answer()
    assert own.stream.hears(BOB)
    own.hang_up()
    row = the_row(pbx, ann)
    assert told(row, "caller", "callee", "final_dest", "status") == (ann, bob, bob, "ANSWERED")


@pytest.mark.unrecorded
def test_a_call_that_ended_while_the_server_was_away_is_not_lost(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    call = anns.call(bob)
    bobs.incoming().answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    with pbx.away():
        call.hang_up()
        wait_until(lambda: list(pbx.recorded.glob("*.cdr.json")), "the record is left in the folder", 60)
    assert told(the_row(pbx, ann, 150), "final_dest", "status") == (bob, "ANSWERED")
