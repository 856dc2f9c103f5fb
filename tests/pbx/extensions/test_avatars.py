"""Avatars: whatever picture is sent, a small square PNG is kept of it."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import NotFound, TooLarge, Unsupported
from portsip_api.pbx.extensions import avatars, users
from portsip_api.pbx.media import pictures

HOME = tenants.DEFAULT_TENANT_ID


@pytest.fixture(autouse=True)
def ann(app: object) -> int:
    """The id of the user 200, also known as ann."""
    return users.create(HOME, {"number": "200", "pin": "x", "aliases": ["ann"]})


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, format_, **options)
    return written.getvalue()


def striped(width: int = 300, height: int = 200) -> Image.Image:
    """Red at the left, green in the middle square, blue at the right."""
    picture = Image.new("RGB", (width, height), "lime")
    edge = (width - height) // 2
    picture.paste("red", (0, 0, edge, height))
    picture.paste("blue", (width - edge, 0, width, height))
    return picture


def shown(name: str = "200") -> Image.Image:
    picture = Image.open(io.BytesIO(avatars.show(HOME, name)))
    picture.load()
    assert (picture.format, picture.size) == ("PNG", (128, 128))
    return picture


@pytest.mark.parametrize("format_", pictures.FORMATS)
def test_the_middle_square_of_a_picture_is_kept(format_: str) -> None:
    avatars.replace(HOME, "200", encoded(striped(), format_))
    picture = shown().convert("RGB")
    for place in ((3, 64), (64, 64), (124, 124)):
        red, green, blue = picture.getpixel(place)  # type: ignore[misc]
        assert (red < 40, green > 215, blue < 40) == (True, True, True)


@pytest.mark.parametrize("size", [(1, 1), (128, 128), (20, 3_000), (3_000, 20)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_and_size(mode: str, size: tuple[int, int]) -> None:
    avatars.replace(HOME, "200", encoded(Image.new(mode, size), "PNG"))
    shown()


def test_a_picture_is_shown_under_every_name_of_its_user() -> None:
    avatars.replace(HOME, "ann", encoded(striped(), "PNG"))
    assert avatars.show(HOME, "ann") == avatars.show(HOME, "200") != avatars.default_picture()


def test_the_last_picture_is_the_one() -> None:
    avatars.replace(HOME, "200", encoded(striped(), "PNG"))
    avatars.replace(HOME, "200", encoded(Image.new("RGB", (9, 9), "blue"), "PNG"))
    assert shown().convert("RGB").getpixel((64, 64)) == (0, 0, 255)


def test_a_transparent_picture_stays_transparent() -> None:
    avatars.replace(HOME, "200", encoded(Image.new("RGBA", (300, 300), (255, 0, 0, 0)), "PNG"))
    assert shown().getpixel((64, 64))[3] == 0  # type: ignore[index]


def test_metadata_is_not_kept_but_for_the_right_way_up() -> None:
    picture = Image.new("RGB", (256, 256), "black")
    picture.paste("white", (0, 0, 256, 128))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter, so that its top is at the right
    exif[0x010E] = "somewhere private"
    avatars.replace(HOME, "200", encoded(picture, "JPEG", exif=exif, icc_profile=b"private too" * 9, comment="private"))
    result = shown()
    assert b"private" not in avatars.show(HOME, "200")
    assert result.info == {}
    assert result.convert("L").getpixel((120, 64)) > 200  # type: ignore[operator]
    assert result.convert("L").getpixel((8, 64)) < 50  # type: ignore[operator]


def test_who_has_no_picture_has_the_default_one_and_so_has_nobody() -> None:
    shown()
    for name in ("200", "ann", "nobody", ""):
        assert avatars.show(HOME, name) == avatars.default_picture()


def test_a_picture_goes_with_its_user(ann: int) -> None:
    avatars.replace(HOME, "200", encoded(striped(), "PNG"))
    users.destroy(HOME, ann)
    users.create(HOME, {"number": "200", "pin": "x"})
    assert avatars.show(HOME, "200") == avatars.default_picture()


def test_other_tenants_have_other_users() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    avatars.replace(HOME, "200", encoded(striped(), "PNG"))
    assert avatars.show(other, "200") == avatars.default_picture()
    calls: list[Callable[[], object]] = [
        lambda: avatars.replace(other, "200", encoded(striped(), "PNG")),
        lambda: avatars.replace(HOME, "nobody", b"no picture"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that claims to be so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(25_000_001, 1), (5_001, 5_000), (10_000, 10_000), (60_000, 60_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "draft", None)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)
    with pytest.raises(TooLarge, match="25 million pixels"):
        avatars.replace(HOME, "200", png_of_size(*size))


def test_a_picture_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(TooLarge, match="5 MiB"):
        avatars.replace(HOME, "200", bytes(avatars.MOST_BYTES + 1))


BROKEN = {
    "nothing": b"",
    "text": b"hello",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "TIFF": encoded(striped(), "TIFF"),
    "ICO": encoded(striped(), "ICO"),
    "cut JPEG": encoded(striped(), "JPEG")[:700],
    "cut PNG": encoded(striped(), "PNG")[:100],
    "cut GIF": encoded(striped(), "GIF")[:60],
    "cut WEBP": encoded(striped(), "WEBP")[:40],
    "PNG without pixels": png_of_size(50, 50),
    "PNG of no size": png_of_size(0, 0),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Unsupported):
        avatars.replace(HOME, "200", content)
    assert avatars.show(HOME, "200") == avatars.default_picture()


@pytest.mark.parametrize("format_", pictures.FORMATS)
def test_broken_pictures_raise_nothing_else(format_: str) -> None:
    whole = encoded(striped(40, 30), format_)
    for place in range(0, min(len(whole), 400), 3):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            avatars.reduce(broken)
        except (Unsupported, TooLarge):
            continue
