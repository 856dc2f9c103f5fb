"""What is heard while a call is held."""

import pytest

from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, Pbx
from tests.live.rows import check_row

MUSIC, MORE = 700, 1200  # tones in hertz


def test_who_is_held_hears_the_music_of_who_holds(pbx: Pbx, line):
    (ann, anns), (bob, bobs) = line(), line(hertz=BOB)
    pbx.play_on_hold(ann, a=wav(MUSIC, 2), b=wav(MORE, 2))
    pbx.wait_forgotten()
    call = anns.call(bob)
    heard = bobs.incoming()
    heard.answer()
    call.wait("200")
    assert heard.stream.hears(ANN)
    call.hold()
    for hertz in (MUSIC, MORE, MUSIC):  # one after the other, and from the beginning again
        assert heard.stream.hears(hertz, 10)
    call.hang_up()
    heard.wait("BYE")
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=bob)


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_who_is_held_hears_the_music_of_the_tenant(pbx: Pbx, line, who):
    with pbx.prompt("moh", "calm.wav", wav(MUSIC, 2)):
        (ann, anns), (bob, bobs) = line(), line(hertz=BOB)
        call = anns.call(bob)
        rings = bobs.incoming()
        rings.answer()
        call.wait("200")
        assert rings.stream.hears(ANN)
        holds, held = (call, rings) if who == "caller" else (rings, call)
        holds.hold()
        assert held.stream.hears(MUSIC, 10)
        holds.hang_up()
        held.wait("BYE")
    check_row(pbx, ann, bob, f"{who.upper()}_HANGUP", by=bob)
