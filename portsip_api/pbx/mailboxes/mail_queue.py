"""Mail that waits to be sent, in a table for each kind of mail: which is due, and what becomes of it.

A mail is sent at least once: whoever receives it twice, since a server was killed in between, tells so by its
Message-ID, which stays.
"""

from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any, Final, Protocol

from portsip_api.pbx.tables import TenantTable
from portsip_api.store import database
from portsip_api.store.clock import clock

RETRY_SECONDS: Final = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)  # before each repetition
LEASE_SECONDS: Final = 900.0
STALE_SECONDS: Final = 259_200.0  # after which nobody is told any more


class MailQueue:
    """The rows of one table, with `id`, `address`, `attempts` and `next_attempt`."""

    def __init__(self, table: type[TenantTable]) -> None:
        """Name the table."""
        self._rows: Any = table
        self._whole = table.whole_pbx()

    def claim(self, limit: int) -> list[Any]:
        """Return rows of mail that is to be sent now, at most `limit`, the longest due first, and count an attempt.

        One that is not reported on, by `sent`, `fail` or `put_back`, within LEASE_SECONDS is handed out again, unless
        that was its last attempt. What could not be sent for three days, since no server was running, is dropped.
        """
        now, row = clock.wall(), self._rows
        if not self._whole.select(row.id).where(row.next_attempt <= now).exists():
            return []
        with database.writing():
            self._whole.delete().where(row.next_attempt < now - STALE_SECONDS).execute()
            self._whole.delete().where(row.next_attempt <= now, row.attempts > len(RETRY_SECONDS)).execute()
            query = self._whole.select().where(row.next_attempt <= now)
            found = list(query.order_by(row.next_attempt, row.id).limit(limit))
            leased = {"attempts": row.attempts + 1, "next_attempt": now + LEASE_SECONDS}
            self._whole.update(leased).where(row.id.in_([one.id for one in found])).execute()
        return found

    def sent(self, mail_id: int) -> None:
        """Note that a mail was sent."""
        with database.writing():
            self._whole.delete().where(self._rows.id == mail_id).execute()

    def fail(self, mail_id: int, *, retry: bool) -> bool:
        """Note that a mail could not be sent; with `retry` it is tried again later. Return whether it is given up."""
        with database.writing():
            one = self._whole.select().where(self._rows.id == mail_id).first()
            if one is not None and retry and 0 < one.attempts <= len(RETRY_SECONDS):
                columns = {"next_attempt": clock.wall() + RETRY_SECONDS[one.attempts - 1]}
                self._whole.update(columns).where(self._rows.id == mail_id).execute()
                return False
            self._whole.delete().where(self._rows.id == mail_id).execute()
        return one is not None

    def put_back(self, mail_ids: Iterable[int]) -> None:
        """Note that nobody has tried to send these mails: they are due as they were before they were claimed."""
        with database.writing():
            columns = {"attempts": self._rows.attempts - 1, "next_attempt": clock.wall()}
            self._whole.update(columns).where(self._rows.id.in_(list(mail_ids))).execute()


class Mail(Protocol):
    """A mail that was claimed: its id in its queue, where to, and what is said of it in the log."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def address(self) -> str:
        """Where to."""

    @property
    def queue(self) -> MailQueue:
        """Where it waits."""

    @property
    def about(self) -> dict[str, int]:
        """The ids of what it tells of, by their names."""

    def compose(self) -> EmailMessage | None:
        """Return it as it is sent; None when what it tells of is not there any more, and with it the mail.

        Raises Unsupported: mail cannot be sent to such an address.
        """
