"""WAV files for tests, made here: good ones of every kind that is taken, and hostile ones."""

import io
import math
import struct
import wave
import zipfile

PCM, FLOAT, ALAW, MULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a file, filled to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def fmt(tag: int = PCM, channels: int = 1, rate: int = 8000, bits: int = 16, more: bytes = b"", **lies: int) -> bytes:
    """The part that says how the samples are encoded; `lies` replace what follows from the rest."""
    frame = lies.get("frame", channels * bits // 8)
    byte_rate = lies.get("byte_rate", (rate * frame) & 0xFFFFFFFF)
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, byte_rate, frame, bits) + more)


def riff(*chunks: bytes, kind: bytes = b"RIFF", form: bytes = b"WAVE", size: int | None = None) -> bytes:
    """A file of these parts."""
    body = form + b"".join(chunks)
    return kind + struct.pack("<I", len(body) if size is None else size) + body


def extensible(bits: int, valid: int, tag: int = PCM, tail: bytes = _GUID_TAIL) -> bytes:
    """The format of an extensible file."""
    return fmt(EXTENSIBLE, 1, 16_000, bits, struct.pack("<HHIH14s", 22, valid, 4, tag, tail))


def samples(seconds: float, rate: int, channels: int = 1, width: int = 2) -> bytes:
    """A tone of 440 Hz at half of full scale, in bytes of `width` for each sample."""
    frames = bytearray()
    for n in range(int(seconds * rate)):
        level = 0.5 * math.sin(2 * math.pi * 440 * n / rate)
        value = round(level * ((1 << (8 * width - 1)) - 1))
        if width == 1:
            value += 128
        frames += value.to_bytes(width, "little", signed=width > 1) * channels
    return bytes(frames)


def wav(seconds: float = 0.2, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A good PCM file."""
    data = samples(seconds, rate, channels, width)
    return riff(fmt(PCM, channels, rate, 8 * width), chunk(b"data", data))


def silence(size: int) -> bytes:
    """A good file of `size` bytes, an even number from 44."""
    return riff(fmt(PCM, 2, 48_000, 16), chunk(b"data", bytes(size - 44)))


def check_plays(content: bytes, seconds: float | None = None) -> None:
    """`content` is what is stored: a WAV of 16 bits, mono, at 8 or 16 kHz, whole."""
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() in {8_000, 16_000}
        frames = file.readframes(file.getnframes())
        assert len(frames) == 2 * file.getnframes() > 0
        assert len(content) == 44 + len(frames)
        if seconds is not None:
            assert abs(file.getnframes() / file.getframerate() - seconds) < 0.01


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return packed.getvalue()


_GOOD = wav()
_DATA = chunk(b"data", samples(0.1, 8000))
_HTML = b"<html><script>alert(1)</script></html>"

_OPEN = 0xFFFFFFFF


def _open(size: int) -> bytes:
    """Samples said to be `size` bytes, an honest number of which follow."""
    return b"data" + struct.pack("<I", size) + _DATA[8:]


def floats(*levels: float) -> bytes:
    """A good file of 32-bit floats."""
    content = struct.pack(f"<{len(levels)}f", *levels)
    fact = chunk(b"fact", struct.pack("<I", len(levels)))
    return riff(fmt(FLOAT, bits=32, more=bytes(2)), fact, chunk(b"data", content))


_NOTES = b"LIST" + struct.pack("<I", 17) + b"INFOICMT" + struct.pack("<I", 5) + b"abcde"  # odd, and not filled
_TAG = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10)

# name: content; each has the samples of `MACHINE_MADE["whole"]`, and lengths as machines write them
MACHINE_MADE: dict[str, bytes] = {
    "whole": riff(fmt(), _DATA),
    "a whole length of 4 GB": riff(fmt(), _DATA, size=_OPEN),
    "a whole length of 0": riff(fmt(), _DATA, size=0),
    "both lengths 0": riff(fmt(), _open(0), size=0),
    "both lengths 4 GB": riff(fmt(), _open(_OPEN), size=_OPEN),
    "4 GB of samples and a length that fits them": riff(fmt(), _open(_OPEN), size=35),
    "4 GB of samples in a file of the right length": riff(fmt(), _open(_OPEN)),
    "0 samples and a length that fits them": riff(fmt(), _open(0), size=36),
    "0 samples behind notes and a length that fits them": riff(fmt(), _NOTES + b"\0", _open(0), size=62),
    "a recorder that was killed": riff(fmt(), _open(0), size=8),  # libsndfile
    "a pipe of SoX": riff(fmt(), _open(0x7FFFF000), size=36 + 0x7FFFF000),
    "odd notes that are not filled": riff(fmt(), _NOTES, _DATA),
    "odd notes that are not filled, of an open length": riff(fmt(), _NOTES, _open(_OPEN), size=_OPEN),
    "odd notes that are filled with something": riff(fmt(), _NOTES + b"x", _DATA),
    "odd notes that end it, not filled": riff(fmt(), _DATA, _NOTES),
    "odd notes whose filling byte is not counted": riff(fmt(), _DATA, _NOTES) + b"\0",
    "a tag after it": riff(fmt(), _DATA) + _TAG,
    "an old tag after it": riff(fmt(), _DATA) + b"TAG" + bytes(125),
    "both tags after it": riff(fmt(), _DATA) + _TAG + b"TAG" + bytes(125),
}

# name: (content, whether it is of a kind that is not taken, as against a WAV that is not as it must be)
HOSTILE: dict[str, tuple[bytes, bool]] = {
    "nothing": (b"", True),
    "one byte": (b"R", True),
    "text": (b"hello, world" * 100, True),
    "HTML": (_HTML, True),
    "renamed MP3": (b"ID3\x04\x00\x00\x00\x00\x00\x21" + b"\xff\xfb\x90\x64" + bytes(413), True),
    "MP3 without a tag": ((b"\xff\xfb\x90\x64" + bytes(413)) * 20, True),
    "OGG": (b"OggS\x00\x02" + bytes(200), True),
    "FLAC": (b"fLaC\x00\x00\x00\x22" + bytes(200), True),
    "AIFF": (b"FORM\x00\x00\x00\x20AIFFCOMM" + bytes(24), True),
    "AU": (b".snd\x00\x00\x00\x18" + bytes(200), True),
    "ELF": (b"\x7fELF" + bytes(200), True),
    "ZIP": (_zip(), True),
    "AVI": (riff(chunk(b"LIST", bytes(40)), form=b"AVI "), True),
    "RF64": (riff(fmt(), _DATA, kind=b"RF64", size=0xFFFFFFFF), True),
    "RIFX": (riff(fmt(), _DATA, kind=b"RIFX"), True),
    "BW64": (riff(fmt(), _DATA, kind=b"BW64"), True),
    "lower case": (riff(fmt(), _DATA, kind=b"riff"), True),
    "data before it": (b"\n" + _GOOD, True),
    "HTML before it": (_HTML + _GOOD, True),
    "only RIFF": (b"RIFF", False),
    "only RIFF and a length": (b"RIFF\x24\x00\x00\x00", False),
    "only the form": (riff(), False),
    "cut off by a byte": (_GOOD[:-1], False),
    "cut off in the middle": (_GOOD[: len(_GOOD) // 2], False),
    "cut off in the header": (_GOOD[:30], False),
    "a length of 2 GB": (riff(fmt(), b"data" + struct.pack("<I", 0x7FFFFFFF) + bytes(64)), False),
    "a whole length that is short": (riff(fmt(), _DATA, size=len(_DATA)), False),
    "a format of 4 GB": (riff(b"fmt " + b"\xff" * 4 + bytes(16), _DATA), False),
    "a length of 4 GB and 1 byte": (riff(fmt(), b"data\xff\xff\xff\xff\x00"), False),
    "4 GB of samples in a file of another length": (riff(fmt(), _open(_OPEN), size=4_000), False),
    "4 GB of samples in a file that is shorter": (riff(fmt(), _open(_OPEN), size=400), False),
    "no samples in a file of an open length": (riff(fmt(), _open(0)[:8], size=0), False),
    "half a sample in a file of an open length": (riff(fmt(), _open(0)[:-1], size=0), False),
    "a part behind the samples of a file of an open length": (riff(fmt(), _DATA, _NOTES, size=0), False),
    "HTML behind the samples of a file of an open length": (riff(fmt(), _DATA, _HTML, size=_OPEN), False),
    "notes of 4 GB in a file of an open length": (
        riff(fmt(), b"LIST" + struct.pack("<I", _OPEN), _DATA, size=_OPEN),
        False,
    ),
    "a tag after it that is longer": (_GOOD + _TAG[:-1], False),
    "a tag after it and more": (_GOOD + _TAG + b"x", False),
    "ZIP after a tag after it": (_GOOD + _TAG + _zip(), False),
    "an old tag after it that is cut off": (_GOOD + b"TAG" + bytes(124), False),
    "floats that have no end": (floats(0.5, float("inf")), True),
    "ZIP after it": (_GOOD + _zip(), False),
    "HTML after it": (_GOOD + _HTML, False),
    "a byte after it": (_GOOD + b"\0", False),
    "two of them": (_GOOD + _GOOD, False),
    "ZIP inside, without a name": (riff(fmt(), _DATA, _zip()), False),
    "bytes inside that no part has": (riff(fmt(), _DATA, b"abc"), False),
    "a part with a name that is none": (riff(fmt(), chunk(b"\0\1\2\3", b"ab"), _DATA), False),
    "a thousand parts": (riff(fmt(), chunk(b"junk", b"") * 1_000, _DATA), False),
    "no samples": (riff(fmt(), chunk(b"data", b"")), False),
    "no part with samples": (riff(fmt(), chunk(b"LIST", b"INFO")), False),
    "no format": (riff(_DATA), False),
    "the format after the samples": (riff(_DATA, fmt()), False),
    "two formats": (riff(fmt(), fmt(rate=48_000), _DATA), False),
    "two parts with samples": (riff(fmt(), _DATA, _DATA), False),
    "a format that is cut off": (riff(chunk(b"fmt ", struct.pack("<HHI", 1, 1, 8000)), _DATA), False),
    "half a sample": (riff(fmt(), chunk(b"data", bytes(801))), False),
    "half a frame": (riff(fmt(channels=2), chunk(b"data", bytes(802))), False),
    "frames of no bytes": (riff(fmt(frame=0), _DATA), False),
    "frames that are too large": (riff(fmt(frame=4096), _DATA), False),
    "a byte rate that is wrong": (riff(fmt(byte_rate=1), _DATA), False),
    "five minutes and a sample": (riff(fmt(bits=8), chunk(b"data", bytes(8_000 * 300 + 1))), False),
    "one sample at 48 kHz": (riff(fmt(rate=48_000), chunk(b"data", b"\1\0")), False),
    "extensible, cut off": (riff(fmt(EXTENSIBLE), _DATA), False),
    "extensible, more bits than there are": (riff(extensible(16, 24), _DATA), False),
    "extensible, no bits": (riff(extensible(16, 0), _DATA), False),
    "extensible, something else": (riff(extensible(16, 16, tail=bytes(14)), _DATA), True),
    "extensible, within itself": (riff(extensible(16, 16, EXTENSIBLE), _DATA), True),
    "no channel": (riff(fmt(channels=0), _DATA), True),
    "three channels": (riff(fmt(channels=3), chunk(b"data", bytes(600))), True),
    "65,535 channels": (riff(fmt(channels=65_535, frame=65_534), _DATA), True),
    "a rate of 0": (riff(fmt(rate=0), _DATA), True),
    "a rate of 7,999 Hz": (riff(fmt(rate=7_999), _DATA), True),
    "a rate of 48,001 Hz": (riff(fmt(rate=48_001), _DATA), True),
    "a rate of 192 kHz": (riff(fmt(rate=192_000), _DATA), True),
    "a rate of 4 GHz": (riff(fmt(rate=0xFFFFFFFF), _DATA), True),
    "no bits": (riff(fmt(bits=0), _DATA), True),
    "12 bits": (riff(fmt(bits=12, frame=2), _DATA), True),
    "64 bits": (riff(fmt(bits=64), chunk(b"data", bytes(800))), True),
    "floats that are no numbers": (riff(fmt(FLOAT, bits=32), chunk(b"data", b"\0\0\xc0\x7f" * 800)), True),
    "doubles": (riff(fmt(FLOAT, bits=64), chunk(b"data", bytes(800))), True),
    "MS ADPCM": (riff(fmt(2, bits=4, frame=256), chunk(b"data", bytes(512))), True),
    "GSM": (riff(fmt(0x31, bits=0, frame=65), chunk(b"data", bytes(650))), True),
    "MP3 in WAV": (riff(fmt(0x55, bits=0, frame=1), chunk(b"data", bytes(800))), True),
    "G.711 of 16 bits": (riff(fmt(ALAW), _DATA), True),
    "a format tag of 0": (riff(fmt(0), _DATA), True),
}
