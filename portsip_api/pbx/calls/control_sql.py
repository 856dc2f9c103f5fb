"""The statements of calls that clients watch, over the volatile file, whose tables have no models."""

from typing import Any

from portsip_api.store import volatile

Between = tuple[str, str]  # the number that calls and the one that is called


def keep(tenant_id: int, between: Between, said: tuple[int, str, float, float]) -> None:
    """Write which call was placed last between two numbers: its session, method, time, and until when that is kept."""
    volatile.execute(
        "INSERT INTO placed_call (tenant_id, calling, called, session_id, method, placed, expires)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, calling, called) DO UPDATE SET"
        " session_id = excluded.session_id, method = excluded.method, placed = excluded.placed,"
        " expires = excluded.expires",
        (tenant_id, *between, *said),
    )


def find(tenant_id: int, between: Between, now: float) -> Any:
    """Return a row of the session's id, the method and the time of the call between two numbers, or None."""
    return volatile.fetch_row(
        "SELECT session_id, method, placed FROM placed_call"
        " WHERE tenant_id = ? AND calling = ? AND called = ? AND expires > ?",
        (tenant_id, *between, now),
    )


def delete_past(now: float) -> int:
    """Delete what is kept no longer and return how many there were."""
    return volatile.execute("DELETE FROM placed_call WHERE expires <= ?", (now,)).rowcount
