"""The voicemail by phone: messages are heard, saved and deleted, callers called back, greetings and PINs changed."""

import json
import time

import pytest

from tests.contract.servers import wait_until
from tests.crm import VOICE_PIN
from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row

NUMBER, BEEP = "*97", 1000
PIN, WRONG, MENU, KEYS, SAVED, DELETED, NO_MORE = 700, 820, 900, 1150, 1300, 1500, 1700  # tones in hertz
RECORD, REVIEW, USED, MAILBOX = 1900, 2100, 2300, 2500


@pytest.fixture(autouse=True)
def voice(pbx: Pbx):
    """The tenant's own voice, in tones, and the number of its voicemail."""
    pbx.take_messages_at(NUMBER)
    pbx.speak(
        enter_pin=PIN, wrong=WRONG, menu=MENU, message_menu=KEYS, saved=SAVED, deleted=DELETED,
        no_more_messages=NO_MORE, record_greeting=RECORD, greeting_menu=REVIEW, greeting_used=USED,
        enter_mailbox=MAILBOX,
    )  # fmt: skip


def mailbox(pbx: Pbx, line, hertz=BOB, **more):
    """An extension with a PIN and its phone."""
    number, phone = line(hertz)
    pbx.change(number, voice_mail={"voicemail_pin": VOICE_PIN, **more})
    return number, phone


def leave(pbx: Pbx, phone, number):
    """Leave a message in a mailbox."""
    before = len(pbx.messages(number))
    pbx.change(
        number, forward_rules={"available": {"no_answer_action": "CONNECT_TO_VOICE_MAIL", "no_answer_timeval": 1}}
    )
    call = phone.call(number)
    assert call.stream.hears(BEEP, 25)
    time.sleep(5)
    call.hang_up()
    wait_until(lambda: len(pbx.messages(number)) > before, "a message", 20)
    pbx.recorder.note("message", number, phone.user)


def enter(phone, *pins):
    """Come into the own mailbox, and return the call."""
    call = phone.call(NUMBER)
    call.wait("200")
    for pin in pins:
        assert call.stream.hears(PIN)
        call.press(f"{pin}#")
    assert call.stream.hears(MENU, 15)
    return call


def test_messages_are_heard_saved_and_deleted_and_phones_are_told(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = mailbox(pbx, line)
    leave(pbx, anns, bob)
    leave(pbx, anns, bob)
    pbx.wait_told(bob, bobs, "2/0 (0/0)")
    call = enter(bobs, "1111", VOICE_PIN)
    call.press("1")
    assert call.stream.hears(ANN)
    pbx.wait_told(bob, bobs, "1/1 (0/0)")
    assert call.stream.hears(KEYS, 15)
    call.press("2")
    assert call.stream.hears(SAVED)
    assert call.stream.hears(ANN)
    pbx.wait_told(bob, bobs, "0/1 (0/0)")
    call.press("3")  # while it is heard
    assert call.stream.hears(DELETED) or call.stream.hears(MENU, 15)
    pbx.wait_told(bob, bobs, "0/0 (0/0)")
    assert call.stream.hears(MENU, 15)
    call.press("1")
    assert call.stream.hears(NO_MORE)
    assert call.stream.hears(MENU, 15)
    call.press("*")
    call.wait("BYE")
    assert len(pbx.messages(bob)) == 1
    check_row(pbx, bob, NUMBER, "CALLEE_HANGUP")
    check_row(pbx, ann, bob, "CALLER_HANGUP", calls=2)


def test_who_called_is_called_back(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = mailbox(pbx, line, enable_vm_pin_auth=False)
    leave(pbx, anns, bob)
    call = enter(bobs)
    call.press("1")
    assert call.stream.hears(ANN)
    call.press("5")
    rings = anns.incoming()
    assert f"<sip:{bob}@" in rings.invite.get("from")
    rings.answer()
    assert rings.stream.hears(BOB)
    call.hang_up()
    rings.wait("BYE")
    check_row(pbx, bob, NUMBER, "CALLER_HANGUP", by=ann)


def test_a_greeting_is_recorded_by_phone_and_heard_by_callers(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob, bobs = mailbox(pbx, line, enable_vm_pin_auth=False)
    call = enter(bobs)
    call.press("3")
    assert call.stream.hears(RECORD)
    assert call.stream.hears(BEEP)
    time.sleep(2)
    call.press("#")
    assert call.stream.hears(REVIEW)
    call.press("2")
    assert call.stream.hears(BOB)
    assert call.stream.hears(REVIEW, 15)
    call.press("1")
    assert call.stream.hears(USED)
    call.hang_up()
    bobs.register(0)
    pbx.wait_status(bob, "OFFLINE")
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, bob, NUMBER, "CALLER_HANGUP")
    check_row(pbx, ann, bob, "CALLER_HANGUP")


def test_another_phone_names_the_mailbox_and_nobody_dials_into_one(pbx: Pbx, line):
    ann, anns = mailbox(pbx, line, ANN)
    bob, _ = mailbox(pbx, line, enable_vm_pin_auth=False)
    call = anns.call(NUMBER)
    call.wait("200")
    assert call.stream.hears(PIN)
    call.press("*#")
    assert call.stream.hears(MAILBOX)
    call.press(f"{bob}#")
    assert call.stream.hears(PIN)
    call.press(f"{VOICE_PIN}#")
    assert call.stream.hears(MENU, 15)
    call.hang_up()
    call = anns.call(f"mailbox~menu~{bob}~0")
    assert call.wait("200", "404") == "404"
    check_row(pbx, ann, NUMBER, "CALLER_HANGUP")
    check_row(pbx, ann, f"mailbox~menu~{bob}~0", "FAILED")


def test_keys_in_a_greeting_lead_where_the_personal_attendant_says(pbx: Pbx, line):
    ann, anns = line(ANN)
    bob = pbx.extension()
    eve, eves = line(EVE)
    pbx.greet(bob, "hello.wav", wav(MENU, 4))
    pbx.attend(bob, {"5": eve})
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("5")
    rings = eves.incoming()
    rings.answer()
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)


@pytest.mark.unrecorded  # it is long, and says nothing new
def test_a_caller_presses_more_keys_than_calls_are_forwarded(pbx: Pbx, line):
    _, anns = line(ANN)
    bob, bobs = mailbox(pbx, line, enable_vm_pin_auth=False)
    leave(pbx, anns, bob)
    call = enter(bobs)
    call.press("1")
    assert call.stream.hears(ANN)
    for _ in range(100):
        call.press("1")
        time.sleep(0.1)
    assert "BYE" not in call.seen
    call.press("*")
    assert call.stream.hears(MENU, 15)
    call.hang_up()
    check_row(pbx, bob, NUMBER, "CALLER_HANGUP", within=60)


@pytest.mark.unrecorded  # the record is told late
def test_a_pin_is_written_nowhere(pbx: Pbx, line):
    bob, bobs = mailbox(pbx, line)
    call = enter(bobs, VOICE_PIN)
    channels = json.loads(pbx.engine.api("show", "channels", "as", "json"))["rows"]
    (uuid,) = [row["uuid"] for row in channels if row["cid_num"] == bob]
    assert VOICE_PIN not in pbx.engine.api("uuid_dump", uuid, "json")
    with pbx.away():
        call.hang_up()
        record = wait_until(lambda: list(pbx.recorded.glob(f"{uuid}.cdr.json")), "a record in the folder", 60)
        text = record[0].read_text()
    assert '"digits_dialed":"X' in text
    assert VOICE_PIN not in text
