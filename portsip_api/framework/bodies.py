"""The body of a request: whether there is one, and how much of it is read."""

from codecs import BOM_UTF8
from collections.abc import Iterable
from typing import Any, Final

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

MOST_UNKNOWN: Final = 64 << 10  # bytes that are read for a client of whom nothing is known
DEEPEST: Final = 32  # levels of what is read as JSON or XML
FORM: Final = "multipart/form-data"


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


def sent() -> bytes:
    """Return the body, which was read, without the mark of UTF-8 that Windows programs begin files with."""
    return request.get_data(cache=True).removeprefix(BOM_UTF8)


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
