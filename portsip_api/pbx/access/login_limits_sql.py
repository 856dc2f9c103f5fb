"""The statements of failed log-ins, over the volatile file, whose tables have no models.

They are part of every log-in, of those with every request too; a count and its window are one statement, so that of
failures at the same moment each is counted.
"""

from collections.abc import Sequence
from typing import Any

from portsip_api.store import volatile


def running(keys: Sequence[bytes], now: float) -> list[Any]:
    """Return key, failures and end of the window of each counter whose window has not passed."""
    return volatile.fetch_all(
        "SELECT key, failures, window_ends FROM login_failure"
        f" WHERE key IN ({', '.join('?' * len(keys))}) AND window_ends > ?",
        (*keys, now),
    )


def count(key: bytes, failures: int, window_ends: float, now: float) -> tuple[int, float]:
    """Count failures and return how many there are and when their window ends: then, if none is running."""
    row: tuple[int, float] = volatile.fetch_row(
        "INSERT INTO login_failure (key, failures, window_ends) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET"
        "  failures = CASE WHEN window_ends > ? THEN failures + excluded.failures ELSE excluded.failures END,"
        "  window_ends = CASE WHEN window_ends > ? THEN window_ends ELSE excluded.window_ends END"
        " RETURNING failures, window_ends",
        (key, failures, window_ends, now, now),
    )
    return row


def delete(key: bytes) -> None:
    """Forget the failures of a counter."""
    volatile.execute("DELETE FROM login_failure WHERE key = ?", (key,))


def delete_past(now: float) -> int:
    """Delete the counters whose window has passed by then and return how many there were."""
    return volatile.execute("DELETE FROM login_failure WHERE window_ends <= ?", (now,)).rowcount
