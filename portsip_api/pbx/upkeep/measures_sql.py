"""The statements of what is counted for the metrics: over all tenants at once, and the volatile file, whose tables have
no models.
"""

from collections.abc import Iterable
from typing import Any

from portsip_api.store import database, volatile
from portsip_api.store.dialect import by_index


def extensions() -> list[Any]:
    """Return each tenant's id with each status and how many of its extensions have it: all of an index is read."""
    return database.fetch_all(
        f"SELECT tenant_id, status, count(*) FROM extension {by_index('extension_status')} GROUP BY tenant_id, status"
    )


def tokens(now: float) -> int:
    """Return how many tokens live at a time of the boot clock."""
    number: int = volatile.fetch_row("SELECT count(*) FROM token WHERE expires > ?", (now,))[0]
    return number


def open_calls() -> int:
    """Return how many calls go on."""
    number: int = volatile.fetch_row("SELECT count(*) FROM open_call")[0]
    return number


def replace(name: str, rows: Iterable[tuple[int, str, int]]) -> None:
    """Let the rows, of tenant, status and number, be all that there are of a name."""
    volatile.execute("DELETE FROM measure WHERE name = ?", (name,))
    for row in rows:
        volatile.execute("INSERT INTO measure (name, tenant_id, status, number) VALUES (?, ?, ?, ?)", (name, *row))


def read() -> list[Any]:
    """Return all rows."""
    return volatile.fetch_all("SELECT name, tenant_id, status, number FROM measure ORDER BY name, tenant_id, status")


def number(name: str) -> int | None:
    """Return the number of a name of the whole PBX, or None where there is none; it is asked for at every look-up."""
    row = volatile.fetch_row("SELECT number FROM measure WHERE name = ? AND tenant_id = 0 AND status = ''", (name,))
    return None if row is None else row[0]
