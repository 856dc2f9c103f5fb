"""What a process keeps of what it has read, for as long as the revision holds that it was read at.

Whoever asks reads the revision from the store first, so that a change which any process has committed is seen by the
next question. What was read after the revision may be newer than that, and is then never found again: its revision has
passed.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final

from portsip_api.store import database

_LARGEST_SHARE: Final = 8  # a single value takes at most this part of the whole


class RevisionCache:
    """Values by key, the least recently used of which go when all together pass a number of bytes; for any thread."""

    def __init__(self, most_bytes: int) -> None:
        """Start empty."""
        self.most_bytes = most_bytes
        self._bytes = 0
        self._entries: OrderedDict[Hashable, tuple[int, Any, int]] = OrderedDict()
        self._guard = threading.Lock()

    def find(self, key: Hashable, revision: int) -> Any:
        """Return the value that was kept under `key` at `revision`, or None."""
        at = (database.file_number(), key)
        with self._guard:
            entry = self._entries.get(at)
            if entry is None or entry[0] != revision:
                return None
            self._entries.move_to_end(at)
            return entry[1]

    def keep(self, key: Hashable, revision: int, value: Any, size: int) -> None:
        """Keep `value` of `size` bytes, read after `revision` was; it takes the place of one of another revision.

        Not inside a transaction: its revision may be rolled back, and then come again with another content.
        """
        if size * _LARGEST_SHARE > self.most_bytes or database.db.in_transaction():
            return
        at = (database.file_number(), key)
        with self._guard:
            self._bytes += size - self._entries.pop(at, (0, None, 0))[2]
            self._entries[at] = (revision, value, size)
            while self._bytes > self.most_bytes:
                self._bytes -= self._entries.popitem(last=False)[1][2]
