"""Pictures of users: whatever is sent becomes a small square PNG without metadata.

Source: contract, section 5.10.
"""

import io
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from portsip_api.pbx.errors import TooLarge, Unsupported
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.extensions.tables import Avatar
from portsip_api.store import database

SIDE: Final = 128  # pixels
MOST_BYTES: Final = 5 << 20
MOST_PIXELS: Final = 25_000_000
FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_BACKGROUND: Final = "#c3cad3"
_FIGURE: Final = "#ffffff"


def show(tenant_id: int, name: str) -> bytes:
    """Return the picture of the user whose user name or alias is `name`, as PNG.

    Who has no picture, and who does not exist, has the default one: anybody may ask, and learns of no user.
    """
    avatar = Avatar.find(tenant_id, Avatar.extension_id.in_(user_directory.named(tenant_id, name)))
    return bytes(avatar.png) if avatar is not None else default_picture()


def replace(tenant_id: int, name: str, content: bytes) -> None:
    """Make the largest square in the middle of a picture that of the user whose user name or alias is `name`.

    Raises NotFound, Unsupported (no picture of one of FORMATS, or a broken one) and TooLarge (more than MOST_BYTES or
    MOST_PIXELS).
    """
    user_directory.find(tenant_id, name)
    png = reduce(content)
    with database.writing():
        user_id = user_directory.find(tenant_id, name)
        if not Avatar.update(tenant_id, {"png": png}, extension_id=user_id):
            Avatar.insert(tenant_id, extension_id=user_id, png=png)


def reduce(content: bytes) -> bytes:
    """Return the middle of a picture as a square PNG of SIDE pixels. Raises Unsupported and TooLarge."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"A picture has at most {MOST_BYTES >> 20} MiB.")
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
def default_picture() -> bytes:
    """Return the picture of who has none: a head and shoulders, in the form that all pictures have."""
    scale = 4  # drawn larger and reduced, for smooth edges
    picture = Image.new("RGBA", (SIDE * scale, SIDE * scale), _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([side * scale for side in (40, 22, 88, 70)], _FIGURE)
    draw.ellipse([side * scale for side in (20, 80, 108, 176)], _FIGURE)
    return _png(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


_TOO_MANY_PIXELS: Final = f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels."


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
