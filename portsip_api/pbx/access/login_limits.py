"""How many log-ins may fail: per (account, address), and per address over all accounts.

An account alone is never limited, so that nobody can lock another out from elsewhere. The counters stand in a file
(`store/volatile.py`) where all workers see them; what is verified after a limit was reached is refused, right or wrong,
so that guesses which run at the same moment teach nothing.

How long a failure takes must not tell whether the account exists. The work is alike for both, to a few microseconds;
so that these do not show either, a failure is answered when a whole number of `STEP` has passed since it was begun.
"""

import hashlib
import ipaddress
import time
from typing import Final

from portsip_api import settings
from portsip_api.pbx.access import login_limits_sql
from portsip_api.pbx.errors import TooManyFailures
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.store.search import fold

STEP: Final = 0.005  # seconds; several times what a failure without argon2id takes


class Attempt:
    """One log-in under way, made before its account is looked up.

    Ask `check` before it is verified and again when it succeeds, or call `failed`.
    """

    def __init__(self, account: str, address: str) -> None:
        """`account` is the name as it was typed, which is compared without case; `address` the client's IP address."""
        self._began = time.perf_counter()  # not the store's clock, which may be set: the wait is a real one
        network = _network(address)
        limits = settings.current()
        self._account, self._address = _key("account", fold(account), network), _key("address", network)
        self._limits = {self._account: limits.login_failures, self._address: limits.login_failures_address}
        self._account_failed = False

    def check(self) -> None:
        """Raise TooManyFailures when a limit has been reached."""
        rows = login_limits_sql.running((self._account, self._address), clock.boot())
        self._account_failed = self._account in {row[0] for row in rows}
        self._refuse([window_ends for key, failures, window_ends in rows if failures >= self._limits[key]])

    def failed(self) -> None:
        """Count a failure, and wait for its step to end.

        Raises TooManyFailures when others had reached a limit before this one was counted.
        """
        now = clock.boot()
        over = []
        with volatile.writing():
            for key, limit in self._limits.items():
                failures, window_ends = login_limits_sql.count(key, now + settings.current().login_window, now)
                if failures > limit:
                    over.append(window_ends)
        time.sleep(STEP - (time.perf_counter() - self._began) % STEP)
        self._refuse(over)

    def succeeded(self) -> None:
        """Forget the account's failures from this address, in a transaction of its own or the caller's over `volatile`.

        Raises TooManyFailures.
        """
        with volatile.writing():
            self.check()
            login_limits_sql.delete(self._account)

    def forgive(self) -> None:
        """Do what `succeeded` does, but only where there is a failure to forget.

        A log-in that comes with every request must not write with every request. Raises TooManyFailures.
        """
        if self._account_failed:
            self.succeeded()

    @staticmethod
    def _refuse(windows: list[float]) -> None:
        if windows:
            raise TooManyFailures(max(1, round(max(windows) - clock.boot())))


def delete_past() -> int:
    """Delete counters whose window has passed and return how many there were."""
    with volatile.writing():
        return login_limits_sql.delete_past(clock.boot())


def _network(address: str) -> str:
    """Return what counts as one address: an IPv6 client owns a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()
