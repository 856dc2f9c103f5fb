"""Calls of extensions that have them recorded: who talked, and what, is with the extension."""

import io
import time
import wave

import pytest

from tests.contract.servers import wait_until
from tests.live.audio import encode, loudness
from tests.live.conftest import ANN, BOB, Pbx
from tests.live.test_voicemail import BEEP

pytestmark = pytest.mark.unrecorded


def recordings(pbx: Pbx, number: str):
    """The recordings of an extension's calls."""
    rows = pbx.get("recordfiles/extension/list", tenant_id=1, pagesize=100)["items"]
    return [row for row in rows if number in {row["caller"], row["callee"]}]


def sides(content: bytes) -> list[bytes]:
    """The sound of the left and of the right of a recording, its first half second left out."""
    with wave.open(io.BytesIO(content)) as reader:
        assert reader.getnchannels() == 2
        frames = memoryview(reader.readframes(reader.getnframes())).cast("h")[8_000:]
    return [bytes(encode(value) for value in frames[side::2]) for side in (0, 1)]


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_what_an_extension_talks_is_recorded(pbx: Pbx, line, who):
    ann, anns = line()
    bob, bobs = line(BOB)
    pbx.change(ann if who == "caller" else bob, options={"enable_audio_record_calls": True})
    pbx.wait_forgotten()
    call = anns.call(bob)
    rings = bobs.incoming()
    time.sleep(1)
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    time.sleep(3)
    call.hang_up()
    (row,) = wait_until(lambda: recordings(pbx, ann), "the recording", 20)
    assert (row["caller"], row["callee"]) == (ann, bob)
    (past,) = wait_until(lambda: pbx.get("call_logs/list", caller=ann, tenant_id=1)["items"], "the row", 20)
    assert (row["call_id"], row["session_id"]) == (past["call_id"], past["session_id"])
    own, other = sides(pbx.download(row["filepath"]))
    mine, theirs = (ANN, BOB) if who == "caller" else (BOB, ANN)
    assert loudness(own, mine) > 0.5 > loudness(own, theirs)
    assert loudness(other, theirs) > 0.5 > loudness(other, mine)
    assert list(pbx.recorded.glob("call~*")) == []


def test_a_call_that_a_client_places_is_recorded(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB)
    pbx.change(ann, options={"enable_audio_record_calls": True})
    pbx.wait_forgotten()
    pbx.post("extensions/call", extension=ann, to=bob, tenant_id=1)
    anns.incoming().answer()
    rings = bobs.incoming()
    rings.answer()
    assert rings.stream.hears(ANN)
    time.sleep(3)
    rings.hang_up()
    (row,) = wait_until(lambda: recordings(pbx, ann), "the recording", 20)
    assert (row["caller"], row["callee"]) == (ann, bob)


def test_a_message_is_no_talk(pbx: Pbx, line):
    ann, anns = line()
    pbx.change(ann, options={"enable_audio_record_calls": True})
    pbx.wait_forgotten()
    box = pbx.extension()
    call = anns.call(box)
    assert call.stream.hears(BEEP, 20)
    time.sleep(5)
    call.hang_up()
    wait_until(lambda: pbx.messages(box), "the message", 20)
    wait_until(lambda: list(pbx.recorded.glob("call~*")) == [], "nothing is left", 20)
    assert recordings(pbx, ann) == []
