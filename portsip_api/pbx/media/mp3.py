"""Telling an MP3 file by its frames, without decoding it.

Source: ISO/IEC 11172-3 and 13818-3 (the header of a frame of layer III).
"""

from typing import Final

from portsip_api.pbx.errors import Unsupported
from portsip_api.pbx.media import id3

TAKEN: Final = "a WAV file of PCM, 32-bit float or G.711, or an MP3 file"
_FRAMES: Final = 3  # as many in a row do not come about by chance
_MPEG_1, _MPEG_2 = 3, 2
_KBITS: Final = {
    _MPEG_1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    _MPEG_2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def require(content: bytes) -> None:
    """Raise Unsupported unless `content` is an ID3v2 tag or none and then frames of an MP3."""
    position = id3.length(content[: id3.HEADER])
    for _ in range(_FRAMES):
        length = _frame_length(content[position : position + 4])
        if not length or position + length > len(content):
            raise Unsupported(f"The file must be {TAKEN}.")
        position += length


def _frame_length(header: bytes) -> int:
    """Return the number of bytes of the frame of layer III with this header; 0 when it is no such header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate_index = header[1] >> 3 & 3, header[2] >> 2 & 3
    if version not in _RATES or rate_index == 3:
        return 0
    is_first = version == _MPEG_1
    kbits = _KBITS[_MPEG_1 if is_first else _MPEG_2][header[2] >> 4]
    padding = header[2] >> 1 & 1
    return (144_000 if is_first else 72_000) * kbits // _RATES[version][rate_index] + padding if kbits else 0
