"""ID3 tags, which stand before the frames of an MP3 file and which some programs put behind a WAV file.

Source: id3.org, "ID3 tag version 2.4.0", sections 3.1 and 6.2, and "ID3 made easy" (ID3v1).
"""

from typing import Final

HEADER: Final = 10  # bytes of a tag that say how long it is
OLD_LENGTH: Final = 128  # bytes of an ID3v1 tag, which begins with `TAG`


def length(header: bytes) -> int:
    """Return the number of bytes of the ID3v2 tag that begins with `header`; 0 when it begins none."""
    if header[:3] != b"ID3" or len(header) < HEADER:
        return 0
    size = 0
    for byte in header[6:10]:
        size = size << 7 | byte & 0x7F
    has_footer = header[5] & 0x10
    return size + (2 * HEADER if has_footer else HEADER)
