"""What FreeSWITCH's event socket sends, taken apart as it comes in: blocks of headers, some with a body. Pure.

A block ends with a blank line; a body has the length that the block says. Values are percent-encoded.
Source: FreeSWITCH, mod_event_socket; what 1.10.12 was seen to send.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

MOST_HEAD: Final = 64 << 10  # bytes of a block of headers: those of a greeting or a reply have a few hundred
MOST_BODY: Final = 64 << 20  # bytes of a body: a list of 100,000 registrations has about 40 million


class Garbled(Exception):
    """What came in is not what an event socket sends."""


@dataclass(frozen=True)
class Message:
    """A block of headers, its names in lower case, and the body that followed it."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What it is, such as `command/reply`."""
        return self.headers.get("content-type", "")


class Reader:
    """Makes messages of bytes, however they are cut."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._rest = bytearray()
        self._head: dict[str, str] | None = None
        self._length = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that `data` completes. Raises Garbled."""
        self._rest += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> Message | None:
        if self._head is None and not self._take_head():
            return None
        if len(self._rest) < self._length:
            return None
        body = bytes(self._rest[: self._length])
        del self._rest[: self._length]
        headers, self._head = self._head or {}, None
        return Message(headers, body)

    def _take_head(self) -> bool:
        while self._rest.startswith(b"\n"):
            del self._rest[:1]
        end = self._rest.find(b"\n\n")
        if max(end, len(self._rest) if end < 0 else 0) > MOST_HEAD:
            raise Garbled("A block of headers does not end.")
        if end < 0:
            return False
        self._head = _headers(self._rest[:end].decode("utf-8", "replace"))
        del self._rest[: end + 2]
        length = self._head.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > MOST_BODY:
            raise Garbled("A body has no length that can be.")
        self._length = int(length)
        return True


def _headers(block: str) -> dict[str, str]:
    headers = {}
    for line in block.split("\n"):
        name, colon, value = line.partition(":")
        if not colon:
            raise Garbled("A line is no header.")
        headers[name.strip().lower()] = unquote(value.strip())
    return headers
