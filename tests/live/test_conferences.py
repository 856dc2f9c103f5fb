"""Callers meet in conferences: who gets in, who hears whom, and what is done with them over both APIs."""

import re
import threading

import pytest

from tests.contract.servers import wait_until
from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row
from tests.live.test_trunks import carrier, dialled, gateway, keep_inside, rules  # noqa: F401 — fixtures
from tests.switch.test_recordings import PINS

MUSIC, PIN_ASKED, WRONG_PIN = 330, 800, 425  # hertz
QUIET = {"play_entry_tone": False, "play_exit_tone": False, "moh": "NONE"}


def room(pbx: Pbx, **fields):
    """Make a conference and return its number, which is its name too."""
    number = pbx.unused()
    pbx.post("conference_room/create", room_number=number, tenant_id=1, **(QUIET | fields))
    return number


def participants(pbx: Pbx, number):
    found = pbx.get("conference_room/participants/list", room_number=number, tenant_id=1)["participants"]
    return {one["participant_extension"]: one["muted"] for one in found}


def shown(pbx: Pbx, number):
    return pbx.get("conference_room/show", room_number=number, tenant_id=1)


def enter(phone, number):
    """Call a conference, and be in it."""
    call = phone.call(number)
    call.wait("200")
    return call


@pytest.fixture(autouse=True)
def voice(pbx: Pbx):
    """Let the PBX ask for PINs with tones."""
    pbx.speak(enter_pin=PIN_ASKED, wrong=WRONG_PIN)


def guess(call):
    """Try a wrong PIN."""
    assert call.stream.hears(PIN_ASKED)
    call.press("1234")
    assert call.stream.hears(WRONG_PIN)


def test_two_meet_in_a_conference_and_hear_each_other(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    number = room(pbx)
    first, second = enter(anns, number), enter(bobs, number)
    assert first.stream.hears(BOB)
    assert second.stream.hears(ANN)
    assert participants(pbx, number) == {ann: False, bob: False}
    assert (shown(pbx, number)["participants"], shown(pbx, number)["recording"]) == (2, False)
    pbx.wait_status(ann, "ON_CALL")
    first.hang_up()
    wait_until(lambda: participants(pbx, number) == {bob: False}, "only one is there")
    second.hang_up()
    pbx.wait_status(bob, "ONLINE")
    for who in (ann, bob):
        check_row(pbx, who, number, "CALLER_HANGUP")


def test_a_disabled_conference_lets_nobody_in(pbx: Pbx, line):
    ann, anns = line()
    number = room(pbx, enabled=False)
    assert anns.call(number).wait("480", "200") == "480"
    check_row(pbx, ann, number, "NO_ANSWER")


def test_who_knows_the_pin_gets_in_and_who_guesses_does_not(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    number = room(pbx, room_pin=PINS["room_pin"])
    first, second = enter(anns, number), enter(bobs, number)
    first.press(PINS["room_pin"])
    for _ in range(3):
        guess(second)
    second.wait("BYE")
    assert participants(pbx, number) == {ann: False}
    check_row(pbx, bob, number, "CALLEE_HANGUP")
    third = enter(bobs, number)
    guess(third)
    assert third.stream.hears(PIN_ASKED)
    third.press(PINS["room_pin"])
    assert first.stream.hears(BOB)
    assert participants(pbx, number) == {ann: False, bob: False}


def test_a_conference_that_is_not_unattended_begins_with_its_moderator(pbx: Pbx, line):
    _, anns = line(ANN)
    _, bobs = line(BOB)
    number = room(pbx, unattended=False, moh="FILES_SRC", **PINS)
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 4)):
        first = enter(anns, number)
        first.press(PINS["room_pin"])
        assert first.stream.hears(MUSIC)
        second = enter(bobs, number)
        second.press(PINS["admin_pin"])
        assert first.stream.hears(BOB)
        assert second.stream.hears(ANN)


def test_the_owner_is_the_moderator_and_is_asked_for_no_pin(pbx: Pbx, line):
    ann, anns = line(ANN)
    _, bobs = line(BOB)
    number = room(pbx, owner=ann, unattended=False, **PINS)
    first = enter(bobs, number)
    first.press(PINS["room_pin"])
    second = enter(anns, number)
    assert first.stream.hears(ANN)
    assert second.stream.hears(BOB)


def test_a_full_conference_and_a_locked_one_let_nobody_else_in(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    full, locked = room(pbx, max_participants=2), room(pbx, locked=True)
    calls = [enter(anns, full), enter(bobs, full), eves.call(full)]
    calls[2].wait("BYE")
    assert participants(pbx, full) == {ann: False, bob: False}
    for call in calls[:2]:
        call.hang_up()
    enter(anns, locked)
    wait_until(lambda: pbx.engine.api("conference", f"{locked}~pbx.local", "get", "count") == "1", "it begins")
    wait_until(lambda: shown(pbx, locked)["locked"], "it is locked")
    bobs.call(locked).wait("BYE")
    assert participants(pbx, locked) == {ann: False}
    check_row(pbx, eve, full, "CALLEE_HANGUP")
    check_row(pbx, bob, locked, "CALLEE_HANGUP")


def test_those_who_come_say_who_they_are_to_the_others(pbx: Pbx, line):
    _, anns = line(ANN)
    _, bobs = line(BOB)
    number = room(pbx, name_on_entry=True)
    first = enter(anns, number)
    first.stream.hears(1000)
    first.press("#")
    second = enter(bobs, number)
    assert second.stream.hears(1000)
    second.press("#")
    assert second.stream.hears(ANN)
    assert first.stream.hears(BOB)
    assert len(list(pbx.recorded.glob("name~*"))) == 2


def test_a_recording_goes_to_the_owner_or_to_who_began_it(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    own, nobodys = room(pbx, owner=ann, recording=True), room(pbx, recording=True)
    for number in (own, nobodys):
        first, second = enter(bobs, number), enter(anns, number)
        assert first.stream.hears(ANN)
        assert second.stream.hears(BOB)
        assert shown(pbx, number)["recording"] is True
        first.hang_up()
        second.hang_up()

    def kept():
        rows = pbx.get("recordfiles/extension/list", tenant_id=1)["records"]
        return [(row["caller"], row["callee"]) for row in rows if row["callee"] in {own, nobodys}]

    assert wait_until(kept, "a recording", 20) == [(bob, nobodys)]
    folder = wait_until(lambda: re.findall("<message", pbx.my(ann, "mailbox/" + ann + "/conference").text), "it", 20)
    assert len(folder) == 1


@pytest.mark.unrecorded  # a gateway's words are those of test_trunks
def test_an_owner_calls_somebody_outside_in_and_who_may_not_does_not(pbx: Pbx, line, carrier, gateway, rules):  # noqa: F811
    (ann, anns), (bob, bobs) = line(ANN), line(BOB)
    there = carrier(EVE)
    id_ = gateway(there)
    rules.prefix("+4955", id_)
    keep_inside(pbx, bob)
    number, his = room(pbx, owner=ann), room(pbx, owner=bob)
    first, second = enter(anns, number), enter(bobs, his)
    assert pbx.my(bob, f"conference/{his}/invite&+49551").status_code == 403
    for command in ("invite", "dial", "bgdial"):
        asking = threading.Thread(target=pbx.my, args=(ann, f"conference/{number}/{command}&+49551"))
        asking.start()
        rings = there.incoming()
        assert dialled(rings) == "+49551"
        rings.answer()
        asking.join()
        assert first.stream.hears(EVE)
        assert rings.stream.hears(ANN)
        rings.refer(bob)  # who talks there has nobody's rights
        rings.hang_up()
        wait_until(lambda: pbx.get("call_logs/list", callee="+49551", tenant_id=1)["items"], "a row", 20)
        assert bobs.is_left_alone(0.2)
    rows = wait_until(lambda: _rows(pbx, 3), "three rows", 20)
    assert {(row["caller"], row["direction"], row["status"]) for row in rows} == {(ann, "OUTBOUND_CALL", "ANSWERED")}
    assert there.is_left_alone(0.2)
    second.hang_up()


def _rows(pbx: Pbx, count: int):
    found = pbx.get("call_logs/list", callee="+49551", tenant_id=1)["items"]
    return found if len(found) == count else None


def test_what_managers_do_with_those_who_are_in(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    number = room(pbx)
    enter(anns, number)
    second = enter(bobs, number)
    assert second.stream.hears(ANN)

    def act(who, op):
        pbx.post("conference_room/participants/update", room_number=number, participant_extension=who, op=op,
                 tenant_id=1)  # fmt: skip

    act(ann, "MUTE")
    assert participants(pbx, number) == {ann: True, bob: False}
    act(ann, "UNMUTE")
    assert participants(pbx, number) == {ann: False, bob: False}
    pbx.post("conference_room/update", room_number=number, locked=True, tenant_id=1)
    assert shown(pbx, number)["locked"] is True
    pbx.post("conference_room/update", room_number=number, locked=False, recording=True, tenant_id=1)
    assert (shown(pbx, number)["locked"], shown(pbx, number)["recording"]) == (False, True)
    pbx.post("conference_room/update", room_number=number, recording=False, tenant_id=1)
    wait_until(lambda: shown(pbx, number)["recording"] is False, "it is not recorded any more")
    act(bob, "KICK")
    second.wait("BYE")
    assert participants(pbx, number) == {ann: False}
    check_row(pbx, bob, number, "CALLEE_HANGUP")
    act(bob, "INVITE")
    rings = bobs.incoming()
    assert f"<sip:{number}@" in rings.invite.get("from")
    rings.answer()
    assert rings.stream.hears(ANN)
    assert participants(pbx, number) == {ann: False, bob: False}
    pbx.post("conference_room/chairman/update", room_number=number, participant_extension=bob, tenant_id=1)
    assert rings.stream.hears(ANN)
    members = pbx.engine.api("conference", f"{number}~pbx.local", "list")
    assert [line for line in members.splitlines() if "moderator" in line and bob in line]


def test_an_owner_asks_each_command_of_a_conference(pbx: Pbx, line):  # noqa: PLR0915 — they are 28
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    number, other = room(pbx, owner=ann), room(pbx, owner=ann)
    first, second = enter(anns, number), enter(bobs, number)
    assert second.stream.hears(ANN)

    def members(of=number):
        reply = pbx.my(ann, f"conferencedetails/{of}", accept="application/json")
        return {} if reply.status_code == 406 else {one["name"]: one for one in reply.json()["conference"]["members"]}

    def ask(text, status=200):
        reply = pbx.my(ann, f"conference/{number}/{text}")
        assert reply.status_code == status, (text, reply.text)
        return re.sub(r"<[^>]*>", "", reply.text).strip()

    ids = {name: one["id"] for name, one in members().items()}
    assert set(ids) == {ann, bob}
    assert f"{ids[bob]};" in ask("list")
    assert f"{ids[bob]}|" in ask("list&delim&|")
    assert ids[bob] in map(int, re.findall(r"[0-9]+", ask("xml_list")))
    ask(f"mute&{ids[ann]}")
    assert members()[ann]["canSpeak"] is False
    ask(f"unmute&{ids[ann]}")
    assert members()[ann]["canSpeak"] is True
    ask(f"deaf&{ids[bob]}")
    assert members()[bob]["canHear"] is False
    ask(f"undeaf&{ids[bob]}")
    assert members()[bob]["canHear"] is True
    ask(f"volume_in&{ids[ann]}&-2")
    ask(f"volume_out&{ids[ann]}&1")
    ask(f"energy&{ids[ann]}&200")
    shown_now = members()[ann]
    assert (shown_now["volumeIn"], shown_now["volumeOut"], shown_now["energyLevel"]) == (-2, 1, 200)
    ask(f"energy&{ids[ann]}&0")
    ask(f"volume_in&{ids[ann]}&0")
    ask("lock")
    assert '"locked":true' in pbx.my(ann, f"conferencedetails/{number}", accept="application/json").text.replace(
        " ", ""
    )
    ask("unlock")
    ask(f"relate&{ids[ann]}&{ids[bob]}&nospeak")
    ask(f"relate&{ids[ann]}&{ids[bob]}&clear")
    ask(f"dtmf&{ids[bob]}&12")
    assert wait_until(lambda: second.stream.keys[:2] == [1, 2], "keys come")
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 6)):
        ask(f"mute&{ids[ann]}")
        ask("play&calm.wav")
        assert second.stream.hears(MUSIC)
        ask("stop&all")
        ask(f"unmute&{ids[ann]}")
    assert ask("record&status") == "NO_RECORDING"
    ask("record")
    assert ask("record&status") == "IN_PROGRESS"
    assert int(ask("record&duration")) >= 0
    ask("record&stop")
    wait_until(lambda: ask("record&status") == "NO_RECORDING", "it has stopped")
    ask("record&start")
    ask("norecord&all")
    wait_until(lambda: ask("record&status") == "NO_RECORDING", "it has stopped again")
    said = {
        pbx.my(ann, f"conference/{number}/{text}").status_code for text in ("say&Hello", f"saymember&{ids[bob]}&Hi")
    }
    assert said <= {200, 409, 500, 503}
    ask("pin&4711")
    third = enter(eves, number)
    assert third.stream.hears(PIN_ASKED)
    third.hang_up()
    ask("nopin")
    ask(f"mute&{ids[bob]}")  # or both would be heard at once
    third = enter(eves, number)
    assert third.stream.hears(ANN)
    assert set(members()) == {ann, bob, eve}
    ask("kick&last")
    third.wait("BYE")
    for command in (f"invite&{eve}", f"bgdial&{eve}"):
        ask(command)
        rings = eves.incoming()
        rings.answer()
        assert rings.stream.hears(ANN)
        wait_until(lambda: eve in members(), "she is in")
        ask(f"hup&{members()[eve]['id']}")
        rings.wait("BYE")
    ask(f"transfer&{other}&{ids[bob]}")
    wait_until(lambda: set(members(other)) == {bob}, "he is in the other one")
    assert set(members()) == {ann}
    ask("kick&all")
    first.wait("BYE")
    check_row(pbx, ann, number, "CALLEE_HANGUP")
    check_row(pbx, eve, number, "CALLEE_HANGUP", calls=2)
