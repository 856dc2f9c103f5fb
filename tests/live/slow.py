"""A server that is slow: a proxy that waits before it asks."""

import time
from contextlib import AbstractContextManager

from tests.live import proxy


class Slowness:
    """How many seconds each answer takes longer, from the next request on; and how many requests have waited."""

    seconds = 0.0
    waited = 0


def before(url: str, slowness: Slowness) -> AbstractContextManager[str]:
    """Stand between the engine and the server at `url`, and yield where."""

    def wait() -> None:
        if slowness.seconds:
            slowness.waited += 1
            time.sleep(slowness.seconds)

    return proxy.before(url, first=wait)
