"""Audio files as greetings: deciding by their content, and converting them into what the switch plays.

Memory is bounded by the size of the file and of its result: the samples are decoded and converted in blocks, and the
decoder is told what they are instead of reading a header. Nothing here takes a lock, and the libraries let other
threads run while they compute. Source of the limits: contract, section 4.
"""

import hashlib
import io
import math
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import soundfile
import soxr

from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.pbx.media import riff, voice

MOST_BYTES: Final = 10 << 20
MOST_SECONDS: Final = 300
NARROW, WIDE = 8_000, 16_000  # Hz
_BLOCK: Final = 65_536  # frames
_FULL_SCALE: Final = 32_768.0

_Mono = np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass(frozen=True)
class Recording:
    """A greeting: the WAV file to store, and what was sent (seconds, Hz, channels, bytes, SHA-256)."""

    content: bytes
    duration: float
    sample_rate: int
    channels: int
    size: int
    sha256: bytes


def convert(content: bytes) -> Recording:
    """Return the WAV file `content` as 16-bit mono, at 8 kHz when it has less than 16 kHz and else at 16 kHz.

    Raises TooLarge, Unsupported (it is of a kind that is not taken) and Invalid, which names `file`.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file must have at most {MOST_BYTES >> 20} MiB.")
    samples = riff.read(content)
    if samples.frames > samples.rate * MOST_SECONDS:
        raise Invalid({"file": [f"Must last at most {MOST_SECONDS // 60} minutes."]})
    rate = NARROW if samples.rate < WIDE else WIDE
    pcm = b"".join(_pcm(block) for block in _at_rate(_blocks(content, samples), samples.rate, rate))
    if not pcm:
        raise Invalid({"file": ["Is too short to be heard."]})
    duration = round(samples.frames / samples.rate, 3)
    sha256 = hashlib.sha256(content).digest()
    return Recording(_wav(pcm, rate), duration, samples.rate, samples.channels, len(content), sha256)


@cache
def default_greeting() -> Recording:
    """Return the system default greeting, which the PBX's own voice says."""
    return convert(convert(voice.own(voice.GREETING)).content)


@cache
def default_tones() -> Recording:
    """Return what is played where there is no music: two soft tones, the second one higher. It needs no file."""
    content = _wav(b"".join(_tone(frequency) for frequency in (440.0, 587.33)), NARROW)
    return Recording(content, 1.0, NARROW, 1, len(content), hashlib.sha256(content).digest())


@cache
def default_music() -> bytes:
    """Return the system's music, a WAV file: soft broken chords, half a minute long. It needs no file."""
    chords = ((220.0, 277.18, 329.63, 440.0), (246.94, 293.66, 369.99, 493.88), (196.0, 246.94, 293.66, 392.0))
    tones = [tone for low, *upper in chords for tone in (low, *upper, *upper[-2::-1], *upper, low)]
    return _wav(b"".join(map(_tone, (*tones, *tones))), NARROW)


def _blocks(content: bytes, samples: riff.Samples) -> Iterator[_Mono]:
    """Yield the samples of `content`, its channels mixed to one, at full scale from -1 to 1."""
    with tempfile.TemporaryFile() as raw:
        raw.write(memoryview(content)[samples.start : samples.end])
        raw.seek(0)
        # By its descriptor: for an object of Python's the library needs memory that is both writable and executable,
        # which a hardened service may not have.
        with soundfile.SoundFile(
            raw.fileno(), "r", samples.rate, samples.channels, samples.encoding, "LITTLE", "RAW", closefd=False
        ) as file:
            while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
                # Floats may be beyond full scale, and so far that their sum is none any more.
                yield np.clip(block, -1.0, 1.0, out=block).mean(axis=1)


def _at_rate(blocks: Iterator[_Mono], given: int, wanted: int) -> Iterator[_Mono]:
    if given == wanted:
        yield from blocks
        return
    stream = soxr.ResampleStream(given, wanted, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)


def _pcm(block: _Mono) -> bytes:
    levels = np.clip(np.rint(block * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
    pcm: bytes = levels.astype("<i2").tobytes()
    return pcm


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()


def _tone(frequency: float) -> bytes:
    """Return half a second of a tone that swells and fades, so that it begins and ends without a click."""
    frames = np.arange(NARROW // 2)
    swell = np.sin(math.pi * frames / len(frames))
    return _pcm((0.3 * swell * np.sin(2 * math.pi * frequency * frames / NARROW)).astype(np.float32))
