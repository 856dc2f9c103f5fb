"""What is taken as a greeting, decided by its content; what it becomes; and a corpus of what is refused."""

import io
import struct
import subprocess
import sys
import tracemalloc
import wave

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.pbx.errors import Invalid, TooLarge, Unsupported
from portsip_api.pbx.media import audio
from portsip_api.pbx.media import riff as wav_parts
from portsip_api.settings import ROOT
from tests.audio import (
    ALAW,
    FLOAT,
    HOSTILE,
    MACHINE_MADE,
    MULAW,
    PCM,
    check_plays,
    chunk,
    extensible,
    floats,
    fmt,
    riff,
    samples,
    silence,
    wav,
)

SECONDS = 0.25


def peak_frequency(content: bytes) -> float:
    """The loudest frequency in a stored file, in Hz."""
    with wave.open(io.BytesIO(content)) as file:
        levels = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        spectrum = np.abs(np.fft.rfft(levels))
        return float(np.argmax(spectrum) * file.getframerate() / len(levels))


def loudest(content: bytes) -> float:
    """The largest level in the middle of a stored file, as a part of full scale."""
    levels = np.frombuffer(content[44:], "<i2").astype(float)
    middle = levels[len(levels) // 4 : -len(levels) // 4]
    return float(np.max(np.abs(middle))) / 32768


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 11_025, 15_999, 16_000, 22_050, 44_100, 48_000])
def test_every_pcm_kind_becomes_the_same_tone(width: int, channels: int, rate: int) -> None:
    recording = audio.convert(wav(SECONDS, rate, channels, width))
    check_plays(recording.content, SECONDS)
    with wave.open(io.BytesIO(recording.content)) as file:
        assert file.getframerate() == (8_000 if rate < 16_000 else 16_000)
    assert abs(peak_frequency(recording.content) - 440) <= 4
    assert abs(loudest(recording.content) - 0.5) < 0.03
    assert (recording.sample_rate, recording.channels) == (rate, channels)
    assert recording.duration == pytest.approx(SECONDS, abs=0.001)


@pytest.mark.parametrize(("tag", "loud"), [(ALAW, 0xAA), (MULAW, 0x80)])
def test_g711_is_decoded(tag: int, loud: int) -> None:
    """Each law's loudest byte is nearly full scale: 32256 and 32124 (G.711, tables 1a and 2a, in 16 bits)."""
    content = riff(
        fmt(tag, bits=8, more=b"\0\0"), chunk(b"fact", struct.pack("<I", 801)), chunk(b"data", bytes([loud]) * 801)
    )
    recording = audio.convert(content)
    check_plays(recording.content)
    assert set(np.frombuffer(recording.content[44:], "<i2")) == {32256 if tag == ALAW else 32124}


def test_the_extremes_of_16_bits_stay_as_they_are() -> None:
    levels = struct.pack("<4h", -32768, 32767, 0, -1)
    assert audio.convert(riff(fmt(), chunk(b"data", levels))).content[44:] == levels


def test_two_channels_become_their_mean() -> None:
    content = riff(fmt(channels=2), chunk(b"data", struct.pack("<4h", 1000, 3000, -32768, -32768)))
    assert audio.convert(content).content[44:] == struct.pack("<2h", 2000, -32768)


@pytest.mark.parametrize(("bits", "valid", "tag"), [(16, 16, PCM), (32, 24, PCM), (8, 8, ALAW), (8, 8, MULAW)])
def test_an_extensible_format_is_read(bits: int, valid: int, tag: int) -> None:
    check_plays(audio.convert(riff(extensible(bits, valid, tag), chunk(b"data", bytes(bits) * 400))).content)


def test_other_parts_of_a_file_are_passed_over() -> None:
    data = samples(SECONDS, 8_000)
    notes = chunk(b"LIST", b"INFOISFT" + bytes(5))
    content = riff(chunk(b"JUNK", bytes(28)), fmt(), notes, chunk(b"data", data), chunk(b"id3 ", b"<html>"))
    assert audio.convert(content).content == audio.convert(riff(fmt(), chunk(b"data", data))).content


def test_the_last_part_may_lack_its_filling_byte() -> None:
    content = riff(fmt(bits=8), b"data" + struct.pack("<I", 801) + bytes(801))
    check_plays(audio.convert(content).content)


@pytest.mark.parametrize("name", MACHINE_MADE)
def test_lengths_are_taken_as_machines_write_them(name: str) -> None:
    assert audio.convert(MACHINE_MADE[name]).content == audio.convert(MACHINE_MADE["whole"]).content


@pytest.mark.parametrize("name", MACHINE_MADE)
def test_a_tidied_file_has_the_same_samples_and_only_right_lengths(name: str) -> None:
    content = MACHINE_MADE[name]
    tidy = wav_parts.tidied(content, wav_parts.read(content))
    with wave.open(io.BytesIO(tidy)) as file:
        assert file.readframes(file.getnframes()) == MACHINE_MADE["whole"][44:]
        assert int.from_bytes(tidy[4:8], "little") + 8 == len(tidy)
    assert wav_parts.tidied(tidy, wav_parts.read(tidy)) == tidy


@pytest.mark.parametrize("header", [fmt(FLOAT, bits=32), fmt(ALAW, bits=8, more=bytes(2)), fmt(bits=8)])
def test_a_tidied_file_says_how_its_samples_are_encoded(header: bytes) -> None:
    content = riff(header, b"data" + bytes(4), bytes(400), size=0)
    tidy = wav_parts.tidied(content, wav_parts.read(content))
    assert soundfile.read(io.BytesIO(tidy))[0].tolist() == (
        soundfile.read(io.BytesIO(riff(header, chunk(b"data", bytes(400)))))[0].tolist()
    )
    assert audio.convert(tidy).content == audio.convert(content).content


def test_floats_are_decoded_and_kept_within_full_scale() -> None:
    recording = audio.convert(floats(0.5, -1.0, 1.0, 7.0, -7.0, 3e38, -3e38))
    levels = [16384, -32768, 32767, 32767, -32768, 32767, -32768]
    assert np.frombuffer(recording.content[44:], "<i2").tolist() == levels
    loud = riff(fmt(FLOAT, channels=2, rate=44_100, bits=32), chunk(b"data", struct.pack("<2f", 3e38, 3e38) * 4_410))
    assert loudest(audio.convert(loud).content) > 0.99
    check_plays(audio.convert(riff(extensible(32, 32, FLOAT), chunk(b"data", bytes(1600)))).content)


def test_what_is_stored_is_taken_again_and_stays_the_same() -> None:
    stored = audio.convert(wav(SECONDS, 44_100, 2)).content
    assert audio.convert(stored).content == stored


def test_the_longest_file_is_taken() -> None:
    recording = audio.convert(riff(fmt(bits=8), chunk(b"data", b"\x80" * (8_000 * 300))))
    assert recording.duration == 300
    check_plays(recording.content, 300)


def test_the_largest_file_is_taken_and_one_byte_more_is_not() -> None:
    check_plays(audio.convert(silence(10 << 20)).content)
    with pytest.raises(TooLarge, match="10 MiB"):
        audio.convert(silence((10 << 20) + 2))


def test_a_corpus_is_large_enough() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(name: str) -> None:
    content, is_other_kind = HOSTILE[name]
    with pytest.raises(Unsupported if is_other_kind else Invalid) as caught:
        audio.convert(content)
    assert str(caught.value).endswith(".")
    if isinstance(caught.value, Invalid):
        assert list(caught.value.errors) == ["file"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_length_in_a_file_is_allocated(name: str) -> None:
    content, _ = HOSTILE[name]
    tracemalloc.start()
    try:
        with pytest.raises((Unsupported, Invalid)):
            audio.convert(content)
        assert tracemalloc.get_traced_memory()[1] < len(content) + 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", range(0, len(wav(0.01)), 7))
def test_a_file_that_is_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises((Unsupported, Invalid)):
        audio.convert(wav(0.01)[:cut])


@given(position=st.integers(0, 43), value=st.integers(0, 255), size=st.integers(0, 64))
def test_a_header_with_any_byte_changed_is_refused_or_plays(position: int, value: int, size: int) -> None:
    content = bytearray(riff(fmt(), chunk(b"data", bytes(2 * size))))
    content[position] = value
    try:
        recording = audio.convert(bytes(content))
    except (Unsupported, Invalid):
        return
    check_plays(recording.content)


@given(st.binary(max_size=200))
def test_anything_behind_a_header_is_refused_or_plays(rest: bytes) -> None:
    for content in (rest, riff(rest), riff(fmt(), rest)):
        try:
            recording = audio.convert(content)
        except (Unsupported, Invalid):
            continue
        check_plays(recording.content)


def test_the_system_default_is_a_good_greeting() -> None:
    recording = audio.default_greeting()
    check_plays(recording.content, recording.duration)
    assert audio.convert(recording.content).content == recording.content
    assert loudest(recording.content) > 0.1


_HARDENED = """
import ctypes
ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)  # PR_SET_MDWE; a kernel before 6.3 does not know it
from portsip_api.pbx.media import audio
from tests.audio import wav
print(len(audio.convert(wav(0.2, 44_100, 2)).content))
"""


def test_no_memory_need_be_writable_and_executable() -> None:
    """As `MemoryDenyWriteExecute` in deploy/portsip-api.service has it."""
    command = [sys.executable, "-c", _HARDENED]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (0, "6444\n"), outcome.stderr


def test_the_default_greeting_is_what_its_conversion_would_be() -> None:
    default = audio.default_greeting()
    assert audio.convert(default.content) == default
