"""Audio files as greetings: deciding by their content, and converting them into what the switch plays.

Memory is bounded by the size of the file and of its result. Nothing here takes a lock, and the libraries let other
threads run while they compute. Source of the limits: contract, section 4.
"""

import hashlib
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.pbx.media import riff, voice

MOST_BYTES: Final = 10 << 20
MOST_SECONDS: Final = 300
NARROW, WIDE = 8_000, 16_000  # Hz


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
    from portsip_api.pbx.media.samples import pcm  # noqa: PLC0415 — see there

    samples = riff.read(content)
    if samples.frames > samples.rate * MOST_SECONDS:
        raise Invalid({"file": [f"Must last at most {MOST_SECONDS // 60} minutes."]})
    rate = NARROW if samples.rate < WIDE else WIDE
    sound = pcm(content, samples, rate)
    if not sound:
        raise Invalid({"file": ["Is too short to be heard."]})
    return _recording(_wav(sound, rate), content, samples)


@cache
def default_greeting() -> Recording:
    """Return the system default greeting, which the PBX's own voice says.

    Its file is one that was converted when it was made: every list of greetings tells how long it lasts, and has to
    where no file can be written, which decoding needs.
    """
    content = voice.own(voice.GREETING)
    return _recording(content, content, riff.read(content))


@cache
def default_tones() -> Recording:
    """Return what is played where there is no music: two soft tones, the second one higher. It needs no file."""
    content = _melody((440.0, 587.33))
    return Recording(content, 1.0, NARROW, 1, len(content), hashlib.sha256(content).digest())


@cache
def default_music() -> bytes:
    """Return the system's music, a WAV file: soft broken chords, half a minute long. It needs no file."""
    chords = ((220.0, 277.18, 329.63, 440.0), (246.94, 293.66, 369.99, 493.88), (196.0, 246.94, 293.66, 392.0))
    tones = [tone for low, *upper in chords for tone in (low, *upper, *upper[-2::-1], *upper, low)]
    return _melody(tones + tones)


def _recording(converted: bytes, sent: bytes, samples: riff.Samples) -> Recording:
    duration = round(samples.frames / samples.rate, 3)
    sha256 = hashlib.sha256(sent).digest()
    return Recording(converted, duration, samples.rate, samples.channels, len(sent), sha256)


def _melody(frequencies: Sequence[float]) -> bytes:
    from portsip_api.pbx.media.samples import tone  # noqa: PLC0415 — see there

    return _wav(b"".join(tone(frequency, NARROW) for frequency in frequencies), NARROW)


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()
