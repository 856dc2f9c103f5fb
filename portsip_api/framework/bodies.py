"""The body of a request: whether there is one, and how much of it is read."""

import codecs
import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

MOST_UNKNOWN: Final = 64 << 10  # bytes that are read for a client of whom nothing is known
DEEPEST: Final = 32  # levels of what is read as JSON or XML
FORM: Final = "multipart/form-data"
_CHARSETS: Final = re.compile(r"ascii|utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp125\d|koi8-[ru]")


def is_sent() -> bool:
    """Tell whether the request says that it has a body."""
    environ = request.environ
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def require_plain() -> None:
    """Raise UnsupportedMediaType for a body in a content encoding, so that nothing is ever unpacked."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Bodies are read without a content encoding only.")


def hold_to(most: int) -> None:
    """Let the body have `most` bytes, where it might have more."""
    request.max_content_length = min(most, request.max_content_length or 0)


def read(*, forms: bool = True) -> None:
    """Read the body, which then waits in the request: `forms` as fields and files, all else as bytes.

    Raises RequestEntityTooLarge, for a body that says its length before any of it is read.
    """
    if forms and request.mimetype == FORM:
        _ = request.form
        return
    request.get_data(cache=True)
    if request.content_length is None:
        request.stream.read(1)  # a chunked body is cut at the limit without a word; reading on is what refuses it


class Sent(NamedTuple):
    """A body without the mark of UTF-8 that Windows programs begin files with.

    `is_utf_8`: it is UTF-8, whatever it says itself, since its mark or its label said what it was.
    """

    content: bytes
    is_utf_8: bool


def sent() -> Sent:
    """Return the body, which was read, in the charset that its label names, as UTF-8.

    Raises UnsupportedMediaType for a charset that is unknown or does not fit, unless all of the body is ASCII.
    """
    body = request.get_data(cache=True)
    if body.startswith(BOM_UTF8):
        return Sent(body.removeprefix(BOM_UTF8), is_utf_8=True)
    label = request.mimetype_params.get("charset", "")
    if not label or (body.isascii() and b"\0" not in body):
        return Sent(body, is_utf_8=bool(label))
    try:
        return Sent(body.decode(_codec(label)).encode(), is_utf_8=True)
    except (LookupError, ValueError):
        raise UnsupportedMediaType("The body is not in the charset that Content-Type names.") from None


def sent_json() -> bytes:
    """Return the body, which was read and is to be JSON: UTF-8 whatever its label says, or else what the label says."""
    body = request.get_data(cache=True).removeprefix(BOM_UTF8)
    if not _is_utf_8(body):
        with suppress(UnsupportedMediaType):
            return sent().content
    return body


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in body  # as every other character of UTF-16 has one


def _codec(label: str) -> str:
    """Return the codec of a charset in which text travels, and of no other that Python has. Raises LookupError."""
    codec = codecs.lookup(label).name
    if not _CHARSETS.fullmatch(codec):
        raise LookupError(label)
    return codec


def is_deep(value: object) -> bool:
    """Tell whether arrays and objects are nested more than DEEPEST levels in a JSON value."""
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        level = [item for container in level for item in _items(container)]
        if not level:
            return False
    return True


def _items(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
