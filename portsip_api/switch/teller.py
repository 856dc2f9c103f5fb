"""The one thread that tells the SIP engine what waits in mailboxes, whoever has changed it: no request waits for it."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.mailboxes import telling
from portsip_api.pbx.mailboxes.telling import MessageWaiting
from portsip_api.store import database, volatile

TURN: Final = 0.5  # seconds
LONGEST_WAIT: Final = 8.0  # while the engine is not there

_log = logging.getLogger("pbx.switch")


class Teller:
    """Tells from `run` until it is told to stop."""

    def __init__(self, switch: Callable[[], MessageWaiting]) -> None:
        """`switch` returns the engine of this process."""
        self._switch = switch

    def run(self, stopping: threading.Event) -> None:
        """Tell what has changed, again and again, until `stopping` is set."""
        wait = TURN
        while not stopping.wait(wait):
            wait = TURN if self._has_told() else min(wait * 2, LONGEST_WAIT)

    def _has_told(self) -> bool:
        """Tell what there is to tell, and return whether the engine took it."""
        try:
            while telling.tell(self._switch()) == telling.MOST_AT_ONCE:
                pass
        except SwitchUnavailable:
            return False  # the listener says so in the log
        except Exception:  # noqa: BLE001 — whatever it is, the next turn tries again
            _log.exception("The SIP engine could not be told what waits in mailboxes.")
            return False
        finally:
            database.db.leave()
            volatile.db.leave()
        return True
