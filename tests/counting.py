"""Bodies of which the bytes that are read are counted."""

import io
from typing import Any


class Counting(io.RawIOBase):
    """A `wsgi.input`; `taken` is how many of its bytes were read."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)
        self.taken = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as the content goes."""
        part = self._content.read(len(buffer))
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)
