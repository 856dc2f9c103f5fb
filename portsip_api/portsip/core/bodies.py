"""How much of a body is read before who asks is known, and the token that is looked for in it.

A token in the header or the query is judged before anything of the body is read. Only a client without one has its
token looked for in the body, of which little is read for that: whoever has no token at all can make a worker hold no
more. Of a form with files these are the parts before the first file.
"""

import io
from collections.abc import Iterator
from typing import Any, Final

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Field, File, MultipartDecoder, NeedData
from werkzeug.wsgi import get_input_stream

from portsip_api.framework import bodies
from portsip_api.framework.bodies import MOST_UNKNOWN
from portsip_api.pbx.errors import TooLarge

MOST_WITH_MEMBERS: Final = 256 << 10  # bytes that are read without a token, of a body with a list of members
_PORTION: Final = 16 << 10  # bytes


def read_unknown(most: int) -> None:
    """Read the body of a client that has sent no token with the header or the query; at most `most` bytes are read.

    Raises TooLarge, which says where a token belongs, and RequestEntityTooLarge when `most` is more than the operation
    takes at all.
    """
    largest = request.max_content_length or 0
    bodies.hold_to(most)
    try:
        bodies.read()
    except RequestEntityTooLarge:
        if most >= largest:
            raise
        raise _misplaced(most) from None


def find_form_token() -> str | None:
    """Return the token in the parts of a form before its first file, or None; all of the body can still be read.

    Raises TooLarge when neither is within MOST_UNKNOWN bytes, and RequestEntityTooLarge for a length above the limit.
    """
    largest = request.max_content_length or 0
    if (request.content_length or 0) > largest:
        raise RequestEntityTooLarge
    source = get_input_stream(request.environ)
    portions: list[bytes] = []
    try:
        return _first_token(_portions(source, portions))
    finally:
        request.environ["wsgi.input"] = _Again(b"".join(portions), source)
        request.environ["wsgi.input_terminated"] = True  # as `source` is, by a length or by its chunks


def _portions(source: Any, portions: list[bytes]) -> Iterator[bytes]:
    """Yield what `source` gives, and keep it in `portions`."""
    left = MOST_UNKNOWN
    while portion := source.read(min(_PORTION, left + 1)):
        left -= len(portion)
        if left < 0:
            raise _misplaced(MOST_UNKNOWN)
        portions.append(portion)
        yield portion


def _first_token(portions: Iterator[bytes]) -> str | None:
    """Return the token of a form, or None when a file, its end or something that is no form comes first."""
    name, value = "", b""
    try:
        decoder = MultipartDecoder(request.mimetype_params.get("boundary", "").encode("ascii"))
        for portion in portions:
            decoder.receive_data(portion)
            while not isinstance(event := decoder.next_event(), NeedData):
                if isinstance(event, File):
                    return None
                if isinstance(event, Field):
                    name, value = event.name, b""
                elif isinstance(event, Data):
                    value += event.data
                    if name == "access_token" and not event.more_data:
                        return value.decode(errors="replace")
    except ValueError:  # what werkzeug says of a form that is none
        return None
    return None


def _misplaced(most: int) -> TooLarge:
    return TooLarge(
        f"Without an access token in the header or the query at most {most >> 10} KiB of a body are read to find one "
        "in it: put the token into the header or the query."
    )


class _Again(io.RawIOBase):
    """A readable file of what was read already and of what is left."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
