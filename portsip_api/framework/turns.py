"""Work of which a process does one at a time, since it takes much memory or much of the interpreter."""

import threading
from typing import Final

from flask import g

from portsip_api.pbx.errors import Busy

_WAIT: Final = 5.0  # seconds


class Turns:
    """Turns at one kind of work, `what` in a plural.

    One request waits for its turn at most: whoever waits holds one of the few threads of a worker, which all other
    requests need.
    """

    def __init__(self, what: str) -> None:
        """Let the first one begin at once."""
        self._what = what
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(2)

    def take(self) -> None:
        """Wait until it is the turn of this request; its turn ends with it. Raises Busy when others are before it."""
        if self._places.acquire(blocking=False):
            if self._turn.acquire(timeout=_WAIT):
                g.turns = self
                return
            self._places.release()
        raise Busy(f"Of {self._what} one is carried out at a time; try again in a moment.")

    def end(self) -> None:
        """Let the next one begin."""
        self._turn.release()
        self._places.release()


def end(_: BaseException | None) -> None:
    """End the turn of this request together with what it has read, which is what would add up."""
    if "turns" in g:
        g.pop("fields", None)
        g.pop("turns").end()
