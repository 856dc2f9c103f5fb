"""Pictures: whatever is sent becomes a small square PNG without metadata.

The library takes 4 MiB in each process, so that this is loaded by the first who needs it. Source: contract,
section 5.10.
"""

import io
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from portsip_api.pbx.errors import TooLarge, Unsupported

SIDE: Final = 128  # pixels
MOST_PIXELS: Final = 25_000_000
FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_BACKGROUND: Final = "#c3cad3"
_FIGURE: Final = "#ffffff"
_TOO_MANY_PIXELS: Final = f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels."


def square(content: bytes) -> bytes:
    """Return the middle of a picture as a square PNG of SIDE pixels.

    Raises Unsupported (no picture of one of FORMATS, or a broken one) and TooLarge (more than MOST_PIXELS).
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            upright = _decode(picture)
    except (TooLarge, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(_TOO_MANY_PIXELS) from error
    except Exception as error:  # a decoder raises whatever it stumbles on in a broken file
        raise Unsupported(f"Must be a picture: {', '.join(FORMATS)}.") from error
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    square.info.clear()
    return _png(square)


def _decode(picture: Image.Image) -> Image.Image:
    """Decode a picture, of which only the header has been read, the right way up."""
    if picture.width * picture.height > MOST_PIXELS:
        raise TooLarge(_TOO_MANY_PIXELS)
    picture.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded no larger than it needs to be
    return ImageOps.exif_transpose(picture).convert("RGBA")


@cache
def nobody() -> bytes:
    """Return the picture of who has none: a head and shoulders, in the form that all pictures have."""
    scale = 4  # drawn larger and reduced, for smooth edges
    picture = Image.new("RGBA", (SIDE * scale, SIDE * scale), _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([side * scale for side in (40, 22, 88, 70)], _FIGURE)
    draw.ellipse([side * scale for side in (20, 80, 108, 176)], _FIGURE)
    return _png(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
