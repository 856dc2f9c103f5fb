"""Walking a WAV file: what it says it is, held against what is there, before anything decodes it.

Nothing is believed and no length is used before it is known to lie within the file. Only the samples go on to the
decoder, never a header. What a writer left open that could not go back (a pipe, a recorder that broke off) is read to
the end of the file; what it states wrongly is refused. Source: "Multimedia Programming Interface and Data
Specifications 1.0" (RIFF, WAVE), RFC 2361 (format tags), and Microsoft's "Multiple Channel Audio Data and WAVE Files"
(WAVE_FORMAT_EXTENSIBLE).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from portsip_api.pbx.errors import Invalid, Unsupported
from portsip_api.pbx.media import id3

TAKEN: Final = "a WAV file, PCM of 8, 16, 24 or 32 bits, 32-bit float or G.711, mono or stereo, at 8 to 48 kHz"
MOST_CHUNKS: Final = 1_000
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_FLOAT_32: Final = "FLOAT"
_LARGEST: Final = 0xFFFFFFFF
# Lengths that stand for one that the writer did not know: 8 is what libsndfile writes before it closes a file, and
# 0x7FFFF000 what SoX writes to a pipe.
_OPEN_FILE: Final = (0, 8, _LARGEST)
_OPEN_DATA: Final = (0, 0x7FFFF000, _LARGEST)
# (format tag, bits of a sample): what the decoder calls it
_ENCODINGS: Final = {
    (_PCM, 8): "PCM_U8",
    (_PCM, 16): "PCM_16",
    (_PCM, 24): "PCM_24",
    (_PCM, 32): "PCM_32",
    (_FLOAT, 32): _FLOAT_32,
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
    what is not so, or has anything before or after it but a tag.
    """
    if content[:4] != b"RIFF" or content[8:12] not in {b"WAVE", b""}:
        raise Unsupported(f"The file must be {TAKEN}.")
    if len(content) < 12:
        _refuse("Is cut off.")
    declared = int.from_bytes(content[4:8], "little")
    end = len(content) if declared in _OPEN_FILE else _stated_end(content, declared)
    found: dict[bytes, _Part] = {}
    for part in _parts(content, declared, end):
        if part.name in found and part.name in {b"fmt ", b"data"}:
            _refuse("Has two formats or two parts with samples.")
        if part.name == b"data" and b"fmt " not in found:
            _refuse("Does not say how its samples are encoded before they come.")
        if declared in _OPEN_FILE and b"data" in found:
            _refuse("Has parts behind its samples, but does not say how long it is.")
        found[part.name] = part
    if b"data" not in found:
        _refuse("Has no samples.")
    format_ = found[b"fmt "]
    samples = _samples(content[format_.start : format_.end], found[b"data"])
    if samples.encoding == _FLOAT_32:
        _require_numbers(content, samples)
    return samples


def tidied(content: bytes, samples: Samples) -> bytes:
    """Return the WAV file `content`, of which `read` returned `samples`, as every player understands it.

    That is itself when all its lengths are right, else a file of the same samples with nothing beside them.
    """
    if _is_exact(content):
        return content
    tag, bits = next(key for key, name in _ENCODINGS.items() if name == samples.encoding)
    byte_rate = samples.rate * samples.frame_bytes
    format_ = _FMT.pack(tag, samples.channels, samples.rate, byte_rate, samples.frame_bytes, bits)
    parts = [_chunk(b"fmt ", format_)]
    if tag != _PCM:  # the others say how long their extension is, and how many frames there are
        parts = [_chunk(b"fmt ", format_ + bytes(2)), _chunk(b"fact", samples.frames.to_bytes(4, "little"))]
    return _chunk(b"RIFF", b"".join([b"WAVE", *parts, _chunk(b"data", content[samples.start : samples.end])]))


def _is_exact(content: bytes) -> bool:
    """Tell whether the lengths in a file are those that its parts have; the last filling byte may be left out."""
    position = 12
    while position < len(content):
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    return int.from_bytes(content[4:8], "little") + 8 == len(content) and position <= len(content) + 1


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


class _Part(NamedTuple):
    """A chunk: its name, the position of its first byte and the one after its last."""

    name: bytes
    start: int
    end: int


def _stated_end(content: bytes, declared: int) -> int:
    """Return where the file ends by its own word, which what is behind it must not belie.

    A header that was written before its samples, and never again, ends where they begin: they go on to the end.
    """
    end = declared + 8
    if _is_open_header(content, declared):
        return len(content)
    if end > len(content):
        _refuse("Is cut off, or says that it is longer than it is.")
    if end < len(content) and not _is_tail(content, end):
        _refuse("Has data after its end.")
    return end


def _is_open_header(content: bytes, declared: int) -> bool:
    """Tell whether all of the header fits a part with samples of a length that means: not known yet."""
    position = 12
    for _ in range(MOST_CHUNKS):
        header = content[position : position + 8]
        if len(header) < 8:
            return False
        size, start = int.from_bytes(header[4:], "little"), position + 8
        if header[:4] == b"data":
            return size in _OPEN_DATA and declared == (start - 8 + size) & _LARGEST and len(content) > start
        position = _next(content, start + size, start, len(content))
    return False


def _parts(content: bytes, declared: int, end: int) -> Iterator[_Part]:
    """Yield the chunks, which fill the file to `end`."""
    position = 12
    for _ in range(MOST_CHUNKS):
        if position >= end:  # beyond it when the last chunk is odd and its filling byte was left out
            return
        header = content[position : min(position + 8, end)]
        if len(header) < 8 or not _is_name(header[:4]):
            _refuse("Has bytes that belong to no part of it.")
        start, size = position + 8, int.from_bytes(header[4:], "little")
        if header[:4] == b"data" and _is_open(size, start, declared, len(content)):
            size = end - start
        if start + size > end:
            _refuse("Has a part that says it is longer than the file.")
        yield _Part(header[:4], start, start + size)
        position = _next(content, start + size, start, end)
    _refuse(f"Has more than {MOST_CHUNKS} parts.")


def _is_open(size: int, start: int, declared: int, length: int) -> bool:
    """Tell whether samples said to be `size` bytes go on to the end of the file, whose writer did not know it yet."""
    if size not in _OPEN_DATA:
        return False
    if declared in _OPEN_FILE or declared == (start - 8 + size) & _LARGEST:
        return True
    return size != 0 and declared + 8 == length


def _next(content: bytes, position: int, start: int, end: int) -> int:
    """Return where the chunk after the one from `start` to `position` begins.

    An odd chunk is filled with a byte, which some writers leave out: the next chunk then stands where it would be. No
    name begins with the byte that is mostly it, 0.
    """
    if (position - start) % 2 == 0:
        return position
    header = content[position : min(position + 8, end)]
    if len(header) == 8 and _is_name(header[:4]):
        size = int.from_bytes(header[4:], "little")
        if position + 8 + size <= end or header[:4] == b"data":
            return position
    return position + 1


def _is_name(name: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in name)


def _is_tail(content: bytes, position: int) -> bool:
    """Tell whether nothing stands from `position` on but a filling byte that was not counted, and ID3 tags."""
    if position % 2 and content[position : position + 1] == b"\0":
        position += 1
    position += id3.length(content[position : position + id3.HEADER])
    rest = len(content) - position
    return rest == 0 or (rest == id3.OLD_LENGTH and content[position : position + 3] == b"TAG")


def _require_numbers(content: bytes, samples: Samples) -> None:
    import numpy as np  # noqa: PLC0415 — 12 MiB in each process, for the few files that are of floats

    levels = np.frombuffer(content, "<f4", samples.frames * samples.channels, samples.start)
    if not np.isfinite(levels).all():
        raise Unsupported(f"The file must be {TAKEN}, and its samples must be numbers.")


def _samples(format_: bytes, data: _Part) -> Samples:
    """Return the samples in `data`, when they are of a kind that is taken."""
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
    size = data.end - data.start
    if size == 0:
        _refuse("Has no samples.")
    if size % frame_bytes:
        _refuse("Ends in the middle of a sample.")
    return Samples(encoding, rate, channels, data.start, size // frame_bytes, frame_bytes)


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
