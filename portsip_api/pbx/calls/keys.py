"""The keys of calls and recordings in the order of time: the beginning in 15 digits, a point, the row's id."""

from dataclasses import dataclass

from portsip_api.pbx.calls.records import MOST_TIME


@dataclass(frozen=True)
class Times:
    """From when to when, both included, in milliseconds since 1970; None: from the beginning, to the end."""

    since: int | None = None
    until: int | None = None

    @property
    def first(self) -> str | None:
        """The key before all of them."""
        return None if self.since is None else key(self.since)

    @property
    def last(self) -> str | None:
        """The key behind all of them."""
        return None if self.until is None else key(self.until + 1)


def key(instant: int) -> str:
    """Return the key before all of those that began at `instant` or later."""
    return f"{min(max(instant, 0), MOST_TIME):015}"


def behind(instant: int, row_id: int) -> str:
    """Return a key between that of a row and the next one."""
    return f"{key(instant)}.{row_id}!"  # which sorts before all that a longer id could go on with
