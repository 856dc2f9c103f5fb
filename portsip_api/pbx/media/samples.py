"""The samples of audio: decoding, mixing, another rate. This is all that needs the numeric libraries, 14 MiB in
each process, so that it is loaded by whoever first needs it.

The samples are decoded and converted in blocks, and the decoder is told what they are instead of reading a header.
"""

import math
import tempfile
from collections.abc import Iterator
from typing import Final

import numpy as np
import soundfile
import soxr

from portsip_api.pbx.media.riff import Samples

_BLOCK: Final = 65_536  # frames
_FULL_SCALE: Final = 32_768.0

_Mono = np.ndarray[tuple[int], np.dtype[np.float32]]


def pcm(content: bytes, samples: Samples, rate: int) -> bytes:
    """Return the samples of a file as 16-bit mono at `rate` Hz, little-endian."""
    return b"".join(_pcm(block) for block in _at_rate(_blocks(content, samples), samples.rate, rate))


def tone(frequency: float, rate: int) -> bytes:
    """Return half a second of a tone in the same form, which begins and ends without a click. `frequency` is in Hz."""
    frames = np.arange(rate // 2)
    swell = np.sin(math.pi * frames / len(frames))
    return _pcm((0.3 * swell * np.sin(2 * math.pi * frequency * frames / rate)).astype(np.float32))


def _blocks(content: bytes, samples: Samples) -> Iterator[_Mono]:
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
    made: bytes = levels.astype("<i2").tobytes()
    return made
