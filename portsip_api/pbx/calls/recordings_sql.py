"""The lists of recordings, in SQL: they are read through the order of time that triggers keep, which models cannot be
told; and the bytes that a tenant's recordings take, which its row tells.
"""

from collections.abc import Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, holds
from portsip_api.store.paging import Slice
from portsip_api.store.windows import CountedWindows, Window

ORDER: Final = CountedWindows("history_order", "history_order_block", "row_id")
COLUMNS: Final = (
    "id", "extension", "call_id", "session_id", "caller", "callee", "filename", "started", "ended", "duration", "heard",
    "stored_size", "blob",
)  # fmt: skip
LISTED: Final = ", ".join((
    *(f"r.{column}" for column in COLUMNS),
    "coalesce((SELECT e.number FROM extension AS e WHERE e.tenant_id = r.tenant_id AND e.id = r.extension), '')",
))  # fmt: skip


def bytes_of(tenant_id: int) -> Any:
    """Return a row with the bytes of a tenant's recordings, or None when there is no such tenant."""
    return database.fetch_row("SELECT recording_bytes FROM tenant WHERE id = ?", (tenant_id,))


def search(tenant_id: int, window: Window, words: Sequence[str], most: int, part: Slice) -> tuple[list[Any], int]:
    """Return part of those of the newest `most` recordings of a window in whose text all words are, newest first, and
    how many they are.
    """
    found = (
        "FROM (SELECT row_id AS id FROM history_order WHERE tenant_id = ? AND ordering = ? AND key >= ? AND key < ?"
        f" ORDER BY key DESC LIMIT ?) AS o {IN_ORDER} recording AS r ON r.id = o.id"
        f" WHERE {' AND '.join(['TRUE', *(holds('r.text') for _ in words)])}"
    )
    values = (tenant_id, window.ordering, window.first, window.last, most, *words)
    count: int = database.fetch_row(f"SELECT count(*) {found}", values)[0]
    rows = database.fetch_all(
        f"SELECT {LISTED} {found} ORDER BY r.started DESC, r.id DESC LIMIT ? OFFSET ?",
        (*values, part.limit, part.offset),
    )
    return rows, count


def find(tenant_id: int, recording_id: int) -> Any:
    """Return one recording as lists show it, or None."""
    return database.fetch_row(
        f"SELECT {LISTED} FROM recording AS r WHERE r.tenant_id = ? AND r.id = ?", (tenant_id, recording_id)
    )
