"""Callers leave messages, which phones are told of and which the API has."""

import io
import struct
import time
import wave

import pytest

from tests.contract.servers import wait_until
from tests.live.audio import encode, loudness, wav
from tests.live.conftest import Pbx
from tests.live.phone import Call
from tests.live.rows import check_row

ANN, BEEP, GREETING = 440, 1000, 700  # tones in hertz
RULES = {"no_answer_timeval": 2}


def tone_in(content: bytes, hertz: float) -> float:
    """How much of a tone is in a WAV file, its first half second left out."""
    with wave.open(io.BytesIO(content)) as reader:
        frames = reader.readframes(reader.getnframes())[8_000:]
    sound = bytes(encode(value) for (value,) in struct.iter_unpack("<h", frames))
    return loudness(sound, hertz)


@pytest.fixture
def anns(pbx: Pbx, phone):
    """Ann's phone."""
    one = phone(pbx.extension(), hertz=ANN)
    assert one.register() == 200
    return one


def message_after(call: Call, seconds: float) -> None:
    """Talk for some seconds after the beep, and hang up."""
    assert call.stream.hears(BEEP, 15)
    time.sleep(1 + seconds)
    call.hang_up()


def the_message(pbx: Pbx, number: str):
    """The one message in a mailbox, waiting for it."""
    (message,) = wait_until(lambda: pbx.messages(number), "a message", 20)
    return message


def test_a_message_after_the_uploaded_greeting_is_heard_over_the_api(pbx: Pbx, anns):
    bob = pbx.extension()
    pbx.greet(bob, "hello.wav", wav(GREETING, 3))
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(GREETING)
    message_after(call, 4)
    message = the_message(pbx, bob)
    assert (message["caller"], message["status"], int(message["duration"]) in {3, 4, 5, 6}) == (
        anns.user,
        "UNREAD",
        True,
    )
    content = pbx.download(message["path"])
    assert tone_in(content, ANN) > 0.7
    assert list(pbx.recorded.glob("message~*")) == []
    check_row(pbx, anns.user, bob, "CALLER_HANGUP")


def test_who_does_not_answer_gets_a_message_and_the_phone_is_told(pbx: Pbx, anns, phone):
    bob = pbx.extension(forward_rules={"available": RULES})
    bobs = phone(bob)
    assert bobs.register() == 200
    pbx.wait_status(bob, "ONLINE")
    call = anns.call(bob)
    bobs.incoming().wait("CANCEL")
    call.wait("200")
    message_after(call, 4)
    the_message(pbx, bob)
    told = wait_until(lambda: [one.body for one in bobs.notified if "Messages-Waiting: yes" in one.body], "told", 10)
    assert "Voice-Message: 1/0 (0/0)" in told[0]
    check_row(pbx, anns.user, bob, "CALLER_HANGUP")


def test_a_phones_lamp_follows_what_is_done_over_the_apis(pbx: Pbx, anns, phone):
    bob = pbx.extension(forward_rules={"available": RULES})
    bobs = phone(bob)
    assert bobs.register() == 200
    pbx.wait_status(bob, "ONLINE")
    call = anns.call(bob)
    call.wait("200")
    message_after(call, 4)
    message = pbx.the_message(bob)["id"]
    pbx.wait_told(bob, bobs, "1/0 (0/0)")
    for method, path, counts in (
        ("PUT", f"message/{message}/heard", "0/1 (0/0)"),
        ("DELETE", f"message/{message}/heard", "1/0 (0/0)"),
        ("PUT", f"message/{message}/delete", "0/0 (0/0)"),
        ("PUT", f"message/{message}/move/inbox", "1/0 (0/0)"),
    ):
        pbx.own(bob, method, f"redirect/mailbox/{bob}/{path}")
        pbx.wait_told(bob, bobs, counts)
    bobs.notified.clear()
    pbx.own(bob, "PUT", f"redirect/mailbox/{bob}/mwi")
    pbx.wait_told(bob, bobs, "1/0 (0/0)")


def test_a_hash_ends_a_message(pbx: Pbx, anns):
    bob = pbx.extension()
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(BEEP, 15)
    time.sleep(5)
    call.press_by_info("#")
    call.wait("BYE")
    the_message(pbx, bob)
    check_row(pbx, anns.user, bob, "CALLEE_HANGUP")


def test_who_hangs_up_in_the_greeting_or_at_once_leaves_nothing(pbx: Pbx, anns):
    bob = pbx.extension()
    pbx.greet(bob, "hello.wav", wav(GREETING, 3))
    call = anns.call(bob)
    call.wait("200")
    assert call.stream.hears(GREETING)
    call.hang_up()
    call = anns.call(bob)
    call.wait("200")
    message_after(call, 0)
    wait_until(lambda: list(pbx.recorded.glob("message~*")) == [], "it is taken away", 10)
    assert pbx.messages(bob) == []
    check_row(pbx, anns.user, bob, "CALLER_HANGUP", calls=2)


def test_a_phone_that_asks_is_told_what_waits(pbx: Pbx, anns, phone):
    bob = pbx.extension()
    call = anns.call(bob)
    call.wait("200")
    message_after(call, 4)
    the_message(pbx, bob)
    bobs = phone(bob)
    assert bobs.register() == 200
    assert bobs.subscribe("message-summary") in {200, 202}
    told = wait_until(lambda: [one.body for one in bobs.notified if "Message-Account" in one.body], "told", 10)
    assert "Voice-Message: 1/0 (0/0)" in told[-1]


def test_a_message_is_kept_although_the_server_is_away(pbx: Pbx, anns):
    bob = pbx.extension()
    call = anns.call(bob)
    call.wait("200")
    with pbx.away():
        message_after(call, 4)
    the_message(pbx, bob)
    check_row(pbx, anns.user, bob, "CALLER_HANGUP", within=150)
