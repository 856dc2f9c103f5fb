"""The one thread that tells the SIP engine of changes, whoever makes them: no request waits for it.

It tells whose account the engine is to ask for again, and what waits in mailboxes.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from portsip_api.pbx.calls.kept.forgetting import Forgetting, Keeper
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.mailboxes import telling
from portsip_api.pbx.mailboxes.telling import MessageWaiting
from portsip_api.store import database, volatile

TURN: Final = 0.2  # seconds: for as long a password that was changed is still good
LONGEST_WAIT: Final = 8.0  # while the engine is not there

_log = logging.getLogger("pbx.switch")


class Told(Keeper, MessageWaiting, Protocol):
    """What is told."""


class Teller:
    """Tells from `run` until it is told to stop."""

    def __init__(self, switch: Callable[[], Told]) -> None:
        """`switch` returns the engine of this process."""
        self._switch = switch
        self._forgetting = Forgetting()

    def run(self, stopping: threading.Event) -> None:
        """Tell what has changed, again and again, until `stopping` is set."""
        wait = TURN
        while not stopping.wait(wait):
            wait = TURN if self._has_told() else min(wait * 2, LONGEST_WAIT)

    def _has_told(self) -> bool:
        """Tell what there is to tell, and return whether the engine took it."""
        try:
            self._forgetting.tell(self._switch())
            while telling.tell(self._switch()) == telling.MOST_AT_ONCE:
                pass
        except SwitchUnavailable:
            return False  # the listener says so in the log
        except Exception:  # noqa: BLE001 — whatever it is, the next turn tries again
            _log.exception("The SIP engine could not be told of changes.")
            return False
        finally:
            database.db.leave()
            volatile.db.leave()
        return True
