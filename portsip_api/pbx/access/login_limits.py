"""How many log-ins may fail: per (account, address), per (name, address), and per address over all accounts.

The account that was found is counted, whatever named it, on both APIs; and beside it the names that were typed, which
stand for the account where there is none, so that a name that nobody has is limited as one that somebody has. An
account alone is never limited, so that nobody can lock another out from elsewhere. An IPv6 client owns a /64, and often
the /56 or the /48 around it: all three count, the wider ones up to wider limits. The counters stand in a file
(`store/volatile.py`) where all workers see them; what is verified after a limit was reached is refused, right or wrong,
so that guesses which run at the same moment teach nothing.

How long a failure takes must not tell whether the account exists. The work is alike for both, to a few microseconds;
so that these do not show either, a failure is answered when a whole number of `STEP` has passed since it was begun.
"""

import hashlib
import hmac
import ipaddress
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from portsip_api import settings
from portsip_api.pbx import trail
from portsip_api.pbx.access import login_limits_sql
from portsip_api.pbx.errors import TooManyFailures
from portsip_api.pbx.identity import Identity
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.store.search import fold
from portsip_api.store.secrets import keyring

STEP: Final = 0.005  # seconds; several times what a failure without argon2id takes
# Of IPv6, how long the prefixes are that count as one address, the own one first, and how many times the limits of an
# address they have.
PREFIXES: Final = ((64, 1), (56, 4), (48, 16))
_TRIED: Final = "login.tried"
WRONG: Final = "wrong"  # why a log-in was refused: the name or the password
LIMITED: Final = "limited"  # too many had been

_told: list[Callable[[str], None]] = []  # who is told of each refusal, and why it was

_Counters = Mapping[bytes, int]  # limits by key: one for each network around the client, the narrowest first


class Attempt:
    """One log-in under way, made before its account is looked up.

    Ask `check` before it is verified; then call `failed`, or `succeeded`, which checks again.
    """

    def __init__(self, name: str, address: str) -> None:
        """`name` is what was typed, which is compared without case; `address` the client's IP address."""
        trail.logging_in(())
        self._began = time.perf_counter()  # not the store's clock, which may be set: the wait is a real one
        self._networks = _networks(address)
        self._names: list[_Counters] = []
        self._meant: list[tuple[Identity | None, _Counters]] = []
        self._running: Collection[bytes] = ()
        self._addresses = self._counters(settings.current().login_failures_address, "address")
        self.call(name)

    def call(self, name: str) -> None:
        """Let `name` be counted too: another one that the same account would have."""
        self._names.append(self._counters(settings.current().login_failures, "name", fold(name)))

    def check(self, meant: Sequence[Identity | None] = ()) -> list[bool]:
        """Return which of those who are meant may be tried; None stands for a decoy.

        Raises TooManyFailures when the limit of the address or of a name has been reached, or that of all accounts.
        """
        trail.logging_in([one for one in meant if one is not None])
        self._meant = [(one, self._counters_of(place, one)) for place, one in enumerate(meant)]
        over = self._reached()
        self._refuse(over)
        return [over.keys().isdisjoint(counters) for _, counters in self._meant]

    def failed(self, fitting: Collection[int] = ()) -> None:
        """Count a failure of all who are meant, but for the places that are `fitting`, and wait for its step to end.

        Raises TooManyFailures when others had reached a limit before this one was counted.
        """
        over = {}
        with volatile.writing():
            for key, limit, failures in self._failures(fitting):
                counted, window_ends = _count(key, failures)
                if counted > limit:
                    over[key] = window_ends
        self._wait()
        self._refuse(over)
        _tell(WRONG)

    def succeeded(self, one: Identity | None = None) -> None:
        """Forget the failures of the names and of the account that logged in, from this address, in a transaction of
        its own or the caller's over `volatile`. Wider networks keep theirs: somebody else's may be among them.

        Raises TooManyFailures.
        """
        own = [*self._names, *(counters for who, counters in self._meant if who == one)]
        with volatile.writing():
            over = self._reached()
            self._refuse(over)
            _stop([over[key] for counters in own for key in counters if key in over])
            for counters in own:
                login_limits_sql.delete(_narrowest(counters))

    def forgive(self, one: Identity | None = None) -> None:
        """Do what `succeeded` does, but only where there is a failure to forget.

        A log-in that comes with every request must not write with every request. Raises TooManyFailures.
        """
        own = [*self._names, *(counters for who, counters in self._meant if who == one)]
        if any(_narrowest(counters) in self._running for counters in own):
            self.succeeded(one)
        trail.logged_in(one)

    def count_others(self, one: Identity, secret: str, *, waits: bool) -> None:
        """Count a failure of all who are meant but `one`, whose `secret` it was: a guess at their passwords too.

        The same guess counts once a window. That the first one of a window writes, and is answered at the end of a
        step, is so without others as well: who logs in learns of none. `waits` lets every one be answered so.
        """
        tried = hmac.digest(keyring.derived(_TRIED)[0], secret.encode(), "sha256")
        nobody = self._names[0]
        others = [nobody, *(counters if who else nobody for who, counters in self._meant if who != one)]
        guesses = [(hashlib.sha256(tried + _narrowest(counters)).digest(), counters) for counters in others]
        known = {row[0] for row in login_limits_sql.running([key for key, _ in guesses], clock.boot())}
        new = {key: counters for key, counters in guesses if key not in known}
        if new:
            with volatile.writing():
                for key, counters in new.items():
                    if _count(key, 1)[0] == 1 and counters is not nobody:  # unless another worker was quicker
                        for counter in counters:
                            _count(counter, 1)
        if new or waits:
            self._wait()

    def _counters(self, limit: int, *parts: str) -> _Counters:
        return {_key(*parts, network): limit * times for network, times in self._networks}

    def _counters_of(self, place: int, one: Identity | None) -> _Counters:
        """Return the counters of an account, or of a decoy in its place: those of all clients, which count nothing."""
        limit = settings.current().login_failures
        if one is not None:
            return self._counters(limit, "account", one.role, str(one.account_id))
        return {_key("decoy", str(place), str(times)): limit for _, times in self._networks}

    def _reached(self) -> dict[bytes, float]:
        """Return the counters whose limit has been reached, and when their windows end."""
        limits = {key: limit for counters in self._all() for key, limit in counters.items()}
        rows = login_limits_sql.running([key for counters in self._all() for key in counters], clock.boot())
        self._running = {row[0] for row in rows}
        return {key: window_ends for key, failures, window_ends in rows if failures >= limits[key]}

    def _all(self) -> list[_Counters]:
        return [*self._names, *(counters for _, counters in self._meant), self._addresses]

    def _failures(self, fitting: Collection[int]) -> Iterator[tuple[bytes, int, int]]:
        """Yield key, limit and how many failures to count: as many rows for everybody."""
        for counters in (*self._names, self._addresses):
            yield from ((key, limit, 1) for key, limit in counters.items())
        for place, (one, counters) in enumerate(self._meant):
            is_counted = one is not None and place not in fitting
            counted = counters if is_counted else self._counters_of(place, None)
            yield from ((key, limit, int(is_counted)) for key, limit in counted.items())

    def _refuse(self, over: Mapping[bytes, float]) -> None:
        """Raise TooManyFailures when the limits that have been reached stop the attempt."""
        shared = [over[key] for counters in (*self._names, self._addresses) for key in counters if key in over]
        accounts = [[over[key] for key in counters if key in over] for one, counters in self._meant if one is not None]
        _stop([*shared, *(chain(*accounts) if all(accounts) else ())])

    def _wait(self) -> None:
        time.sleep(STEP - (time.perf_counter() - self._began) % STEP)


def tell(whom: Callable[[str], None]) -> None:
    """Let `whom` be told too of each refusal in this process: WRONG or LIMITED."""
    _told.append(whom)


def _tell(reason: str) -> None:
    for whom in _told:
        whom(reason)


def delete_past() -> int:
    """Delete counters whose window has passed and return how many there were."""
    with volatile.writing():
        return login_limits_sql.delete_past(clock.boot())


def _count(key: bytes, failures: int) -> tuple[int, float]:
    """Count failures; none are those of a decoy, whose row stays, so that there is one to be written for everybody."""
    now = clock.boot()
    window_ends = now + settings.current().login_window if failures else math.inf
    return login_limits_sql.count(key, failures, window_ends, now)


def _stop(windows: list[float]) -> None:
    """Raise TooManyFailures until the last of the windows has ended, if there are any."""
    if windows:
        _tell(LIMITED)
        raise TooManyFailures(max(1, round(max(windows) - clock.boot())))


def _narrowest(counters: _Counters) -> bytes:
    return next(iter(counters))


@lru_cache(1_000)
def _networks(address: str) -> tuple[tuple[str, int], ...]:
    """Return what counts as the client's address, and how many times the limits of an address it has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ((address, 1),)
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return tuple((str(ipaddress.ip_network((parsed, bits), strict=False)), times) for bits, times in PREFIXES)
    return ((str((parsed.version == 6 and parsed.ipv4_mapped) or parsed), 1),)


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()
