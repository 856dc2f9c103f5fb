"""Tells the SIP engine whose account it is to ask for again, whoever has changed it: triggers note each change.

What was taken from the notes and not told is known here alone. It is not lost with this process: whenever the listener
connects, it notes that all accounts are to be asked for again.
"""

from collections.abc import Collection
from typing import Final, NamedTuple, Protocol

from portsip_api.pbx.calls.kept.tables import AccountChange
from portsip_api.store import database
from portsip_api.store.clock import clock

MOST: Final = 100  # accounts that are told one by one; where more have changed, all are
ANSWER_SECONDS: Final = 4  # that an engine waits for one
# After which it is told again: an answer that was on its way when the account changed is kept after the first time.
AGAIN_SECONDS: Final = ANSWER_SECONDS + 1.0


class Account(NamedTuple):
    """By what an engine keeps an account."""

    number: str
    domain: str


EVERY: Final = Account("", "")


class Keeper(Protocol):
    """What is asked of a SIP engine."""

    def forget_accounts(self, accounts: Collection[Account]) -> None:
        """Let the engine ask again for accounts, for all where EVERY is among them. Raises SwitchUnavailable."""

    def accounts_there(self) -> Collection[Account]:
        """Return the accounts with which phones are registered. Raises SwitchUnavailable."""

    def recall_accounts(self, accounts: Collection[Account]) -> None:
        """Let the engine ask for accounts now, and keep what it is told. Raises SwitchUnavailable."""


def note_all() -> None:
    """Note that the engine is to ask again for all accounts, since it may not have been told of changes."""
    with database.writing():
        AccountChange.insert(number="", domain="").execute()


class Forgetting:
    """What has been told and is to be told; it belongs to one thread."""

    def __init__(self) -> None:
        """Nothing is to be told but what is noted."""
        self._owed: set[Account] = set()
        self._told: list[tuple[float, set[Account]]] = []  # and when it is told again
        self._is_empty = False  # whether the engine keeps nobody any more
        self._missing: list[Account] = []  # whom it is to ask for

    def tell(self, keeper: Keeper) -> None:
        """Tell what has changed. Raises SwitchUnavailable; what was not told by then is told the next time.

        Who was forgotten is asked for soon after, MOST at a time, and where all were, those of registered phones:
        nobody is to wait until a phone registers again, since this server may be away by then.
        """
        self._owe(_take())
        again = self._due()
        try:
            if self._owed or again:
                keeper.forget_accounts(_few(self._owed | again))
        except BaseException:
            self._owe(again)
            raise
        if self._owed:
            self._told.append((clock.boot() + AGAIN_SECONDS, self._owed))
        if EVERY in again:
            self._is_empty = True
        elif again:
            self._missing = [*dict.fromkeys([*self._missing, *again])]
        self._owed = set()
        self._recall(keeper)

    def _recall(self, keeper: Keeper) -> None:
        if self._is_empty:
            self._missing = [*keeper.accounts_there()]
            self._is_empty = False
        if self._missing:
            keeper.recall_accounts(self._missing[:MOST])
            del self._missing[:MOST]

    def _owe(self, accounts: set[Account]) -> None:
        self._owed = _few(self._owed | accounts)

    def _due(self) -> set[Account]:
        now = clock.boot()
        due = [accounts for at, accounts in self._told if at <= now]
        self._told = [(at, accounts) for at, accounts in self._told if at > now]
        return set().union(*due)


def _few(accounts: set[Account]) -> set[Account]:
    return {EVERY} if EVERY in accounts or len(accounts) > MOST else accounts


def _take() -> set[Account]:
    """Return the accounts that were noted, and remove the notes.

    They are removed before anything is told, since no more are made where there are enough: a change while the engine
    is told would be lost.
    """
    if not AccountChange.select().exists():
        return set()
    with database.writing():
        found = {Account(row.number, row.domain) for row in AccountChange.select()}
        AccountChange.delete().execute()
    return _few(found)
