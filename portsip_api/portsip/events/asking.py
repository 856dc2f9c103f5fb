"""Threads that ask the store for an event loop, whose own thread must not wait.

They are none of `concurrent.futures`: the interpreter closes those when the process ends, before anything is stopped.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from portsip_api.store import database, volatile

_T = TypeVar("_T")
_Task = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Askers:
    """So many threads, each of which does one thing at a time and then closes its connections to the store."""

    def __init__(self, count: int) -> None:
        """Start them."""
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._run, name=f"events-{number}", daemon=True).start()

    async def do(self, work: Callable[[], _T]) -> _T:
        """Return what `work` does. Raises what that raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        self._tasks.put((loop, future, work))
        return await future

    def _run(self) -> None:
        while True:
            loop, future, work = self._tasks.get()
            outcome = _outcome(future, work)
            with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                loop.call_soon_threadsafe(outcome)


def _outcome(future: "asyncio.Future[Any]", work: Callable[[], Any]) -> Callable[[], None]:
    """Do it, and return what tells whoever waits for it of the end."""
    tell: Callable[[], None]
    try:
        value = work()
        tell = lambda: future.set_result(value)  # noqa: E731
    except BaseException as error:  # noqa: BLE001 — whoever waits for it gets it
        caught = error
        tell = lambda: future.set_exception(caught)  # noqa: E731
    finally:
        database.db.leave()
        volatile.db.leave()
    return lambda: None if future.done() else tell()
