"""A server that is slow: a proxy that waits before it asks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live import proxy


class Slowness:
    """How many seconds each answer takes longer, from the next request on; and how many requests have waited."""

    seconds = 0.0
    waited = 0


@contextmanager
def before(url: str, slowness: Slowness) -> Iterator[str]:
    """Stand between the engine and the server at `url`, and yield where."""

    def wait() -> None:
        if slowness.seconds:
            slowness.waited += 1
            time.sleep(slowness.seconds)

    with proxy.before(url, first=wait) as place:
        yield place
