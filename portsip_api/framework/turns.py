"""Work of which a process does little at a time, since it takes much memory or much of the interpreter."""

import threading
from typing import Final, Literal

from flask import g

from portsip_api.pbx.errors import Busy

_WAIT: Final = 5.0  # seconds
_MOST: Final = {1: "one is", 2: "two are"}


class Turns:
    """Turns at one kind of work, `what` in a plural, of which `at_once` are carried out at a time.

    One request waits for its turn at most: whoever waits holds one of the few threads of a worker, which all other
    requests need.
    """

    def __init__(self, what: str, at_once: Literal[1, 2] = 1) -> None:
        """Let the first ones begin at once."""
        self._rule = f"Of {what} {_MOST[at_once]} carried out at a time"
        self._turn = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + 1)

    def take(self) -> None:
        """Wait until it is the turn of this request; its turn ends with it. Raises Busy when others are before it."""
        if self._places.acquire(blocking=False):
            if self._turn.acquire(timeout=_WAIT):
                g.turns = self
                return
            self._places.release()
        raise Busy(f"{self._rule}; try again in a moment.")

    def end(self) -> None:
        """Let the next one begin."""
        self._turn.release()
        self._places.release()


def end(_: BaseException | None) -> None:
    """End the turn of this request together with what it has read, which is what would add up."""
    if "turns" in g:
        g.pop("fields", None)
        g.pop("turns").end()
