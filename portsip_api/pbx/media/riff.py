"""Walking a WAV file: what it says it is, held against what is there, before anything decodes it.

Nothing is believed and no length is used before it is known to lie within the file. Only the samples go on to the
decoder, never a header. Source: "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, WAVE), RFC 2361
(format tags), and Microsoft's "Multiple Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from portsip_api.pbx.errors import Invalid, Unsupported

TAKEN: Final = "a WAV file, PCM of 8, 16, 24 or 32 bits or G.711, mono or stereo, at 8 to 48 kHz"
MOST_CHUNKS: Final = 1_000
_PCM, _ALAW, _MULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
# (format tag, bits of a sample): what the decoder calls it
_ENCODINGS: Final = {
    (_PCM, 8): "PCM_U8",
    (_PCM, 16): "PCM_16",
    (_PCM, 24): "PCM_24",
    (_PCM, 32): "PCM_32",
    (_ALAW, 8): "ALAW",
    (_MULAW, 8): "ULAW",
}
_FMT: Final = struct.Struct("<HHIIHH")
_EXTENSION: Final = struct.Struct("<HHIH14s")
_GUID_TAIL: Final = bytes.fromhex("000000001000800000aa00389b71")
_RATES: Final = range(8_000, 48_001)
_CHANNELS: Final = (1, 2)


@dataclass(frozen=True)
class Samples:
    """Where the samples of a file are and how they are encoded; `rate` in Hz, a frame is a sample of each channel."""

    encoding: str
    rate: int
    channels: int
    start: int
    frames: int
    frame_bytes: int

    @property
    def end(self) -> int:
        """The position after the last sample."""
        return self.start + self.frames * self.frame_bytes


def read(content: bytes) -> Samples:
    """Return the samples of the WAV file `content`.

    Raises Unsupported when it is something else, and Invalid, naming `file`, when it is a WAV that is not whole, says
    what is not so, or has anything before or after it.
    """
    if content[:4] != b"RIFF" or content[8:12] not in {b"WAVE", b""}:
        raise Unsupported(f"The file must be {TAKEN}.")
    if len(content) < 12:
        _refuse("Is cut off.")
    length = int.from_bytes(content[4:8], "little") + 8
    if length > len(content):
        _refuse("Is cut off, or says that it is longer than it is.")
    if length < len(content):
        _refuse("Has data after its end.")
    found: dict[bytes, tuple[int, int]] = {}
    for name, start, size in _chunks(content):
        if name in found and name in {b"fmt ", b"data"}:
            _refuse("Has two formats or two parts with samples.")
        if name == b"data" and b"fmt " not in found:
            _refuse("Does not say how its samples are encoded before they come.")
        found[name] = start, size
    if b"data" not in found:
        _refuse("Has no samples.")
    start, size = found[b"fmt "]
    return _samples(content[start : start + size], *found[b"data"])


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, position of the first byte, number of bytes) of the chunks, which fill the file to its end."""
    position = 12
    for _ in range(MOST_CHUNKS):
        if position >= len(content):  # beyond it when the last chunk is odd and its filling byte was left out
            return
        header = content[position : position + 8]
        if len(header) < 8 or not all(0x20 <= byte < 0x7F for byte in header[:4]):
            _refuse("Has bytes that belong to no part of it.")
        start, size = position + 8, int.from_bytes(header[4:], "little")
        if start + size > len(content):
            _refuse("Has a part that says it is longer than the file.")
        yield header[:4], start, size
        position = start + size + size % 2
    _refuse(f"Has more than {MOST_CHUNKS} parts.")


def _samples(format_: bytes, start: int, size: int) -> Samples:
    """Return the samples in the `size` bytes at `start`, when they are of a kind that is taken."""
    if len(format_) < _FMT.size:
        _refuse("Does not say in full how its samples are encoded.")
    tag, channels, rate, byte_rate, frame_bytes, bits = _FMT.unpack_from(format_)
    if tag == _EXTENSIBLE:
        tag = _extended_tag(format_, bits)
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None or channels not in _CHANNELS or rate not in _RATES:
        raise Unsupported(f"The file must be {TAKEN}.")
    if frame_bytes != channels * bits // 8 or byte_rate != rate * frame_bytes:
        _refuse("Contradicts itself about the size of its samples.")
    if size == 0:
        _refuse("Has no samples.")
    if size % frame_bytes:
        _refuse("Ends in the middle of a sample.")
    return Samples(encoding, rate, channels, start, size // frame_bytes, frame_bytes)


def _extended_tag(format_: bytes, bits: int) -> int:
    """Return the format tag that an extensible format stands for; 0 when it stands for none."""
    if len(format_) < _FMT.size + _EXTENSION.size:
        _refuse("Does not say in full how its samples are encoded.")
    _, valid_bits, _, tag, rest = _EXTENSION.unpack_from(format_, _FMT.size)
    if not 0 < valid_bits <= bits:
        _refuse("Contradicts itself about the size of its samples.")
    return int(tag) if rest == _GUID_TAIL else 0


def _refuse(reason: str) -> NoReturn:
    raise Invalid({"file": [reason]})
