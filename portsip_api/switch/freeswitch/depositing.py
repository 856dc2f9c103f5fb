"""What FreeSWITCH leaves in the folder is kept, in a thread of its own, since it takes a while: messages that it has
recorded, and records of calls that it could not send.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from portsip_api.store import database, volatile
from portsip_api.switch.freeswitch import call_recordings, cdr, recorded, room_recordings

SWEEP_SECONDS: Final = 30.0
_MOST_WAITING: Final = 10_000  # files; what is too much is swept
_TURN: Final = 0.5
_KINDS: Final = (room_recordings.RECORDINGS, call_recordings.RECORDINGS, recorded.MESSAGES)

_log = logging.getLogger("pbx.switch")


class Depositor:
    """Takes files that it is told of, and now and then those that nobody told it of, until it is told to stop."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._files: queue.Queue[Path] = queue.Queue(_MOST_WAITING)

    def put(self, path: Path) -> None:
        """Let a file be taken soon, whose recording has ended."""
        try:
            self._files.put_nowait(path)
        except queue.Full:
            _log.warning("More is recorded than can be kept at once: the rest is kept later.")

    def run(self, stopping: threading.Event) -> None:
        """Take files until `stopping` is set."""
        swept = 0.0
        while not stopping.is_set():
            try:
                path = self._files.get(timeout=_TURN)
            except queue.Empty:
                if time.monotonic() - swept > SWEEP_SECONDS:
                    swept = time.monotonic()
                    _whatever_happens(_sweep)
                continue
            _whatever_happens(partial(take, path))


def _whatever_happens(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # noqa: BLE001 — whatever it is, the file is swept
        _log.exception("What the SIP engine has left could not be kept now.")
    finally:
        database.db.leave()
        volatile.db.leave()


def _sweep() -> None:
    cdr.sweep()
    recorded.remove_dead_links()
    recorded.remove_left_sounds()
    for path in recorded.left_over():
        take(path)


def take(path: Path) -> bool:
    """Keep what FreeSWITCH has recorded into a file, and return whether it is one of ours."""
    return recorded.take(path, _KINDS)
