"""Fetching greetings in the background: a few at a time, each in a thread of its own, so that no other job waits.

The threads are daemons: a process that ends does not wait for a slow server. The greeting stays FETCHING then, and is
handed out again, to whichever process runs the jobs next. A URL may hold a secret, so that the log names the greeting
by its id.
"""

import logging
import threading
from types import TracebackType
from typing import Final

from portsip_api.ops.fetch import FetchFailed, fetch
from portsip_api.pbx.media import greetings
from portsip_api.store import database

AT_ONCE: Final = 4

_log = logging.getLogger("pbx.greetings")
_threads: list["_Fetch"] = []


def start_due() -> None:
    """Begin to fetch what is due, as far as there is room, a tenant in turn. Only one thread at a time may call it."""
    _threads[:] = [thread for thread in _threads if thread.is_alive()]
    room = AT_ONCE - len(_threads)
    under_way = [thread.greeting_id for thread in _threads]
    for greeting_id, url in greetings.claim_due(room, under_way) if room else ():
        thread = _Fetch(greeting_id, url)
        _threads.append(thread)
        thread.start()


class _Fetch(threading.Thread):
    """The fetch of one greeting."""

    def __init__(self, greeting_id: int, url: str) -> None:
        super().__init__(name="fetch", daemon=True)
        self.greeting_id = greeting_id
        self._url = url

    def run(self) -> None:
        """Fetch it."""
        _perform(self.greeting_id, self._url)


def _perform(greeting_id: int, url: str) -> None:
    with _Guard(greeting_id):
        try:
            content = fetch(url)
        except FetchFailed as error:
            greetings.fail(greeting_id, error.reason, error.is_transient)
            told = {"greeting": greeting_id, "cause": error.cause}
            _log.info("A greeting could not be fetched.", extra={"fields": told})
        else:
            greetings.store_fetched(greeting_id, content)
            _log.info("A greeting was fetched.", extra={"fields": {"greeting": greeting_id}})


class _Guard:
    """What a thread ends with: no connection to the store, and an error that nobody foresaw in the log.

    Python itself would print such an error with its message, which may repeat the URL.
    """

    def __init__(self, greeting_id: int) -> None:
        self._greeting_id = greeting_id

    def __enter__(self) -> None:
        """Nothing is needed at the beginning."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        database.db.leave()
        if error:
            told = {"greeting": self._greeting_id}
            _log.error("A greeting's fetch failed; it is tried again.", exc_info=error, extra={"fields": told})
        return True
