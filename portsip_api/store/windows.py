"""Pages of what lies between two keys of a counted order, at a cost that depends neither on how much lies there nor on
how deep the page is. See `paging.CountedOrder`, whose two tables these are.

The database adds the blocks up, since such lists change all the time, and a process would keep sums of them in vain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER
from portsip_api.store.paging import Page, Slice


@dataclass(frozen=True)
class Window:
    """The part of an order from the key `first` to the one before `last`; None for the beginning and the end."""

    ordering: str
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class CountedWindows:
    """The names of the entries, of the blocks, and of the entries' column that holds the row's id."""

    entries: str
    blocks: str
    id_column: str

    def page(self, tenant_id: int, window: Window, part: Slice, columns: str, table: str) -> Page:
        """Return `columns` of the rows of `table` (`r`) that stand in `part` of a window, and how many are in it all.

        Two to four statements.
        """
        start = 0 if window.first is None else self._position(tenant_id, window.ordering, window.first)
        if window.last is None:
            end = self._total(tenant_id, window.ordering)
        else:
            end = self._position(tenant_id, window.ordering, window.last)
        total = max(0, end - start)
        limit = min(part.limit, total - part.offset)
        if limit <= 0:
            return Page((), total)
        offset = end - part.offset - limit if part.descending else start + part.offset
        placed = Slice(offset, limit, part.descending)
        return Page(self._rows(tenant_id, window.ordering, placed, columns, table), total)

    def _total(self, tenant_id: int, ordering: str) -> int:
        total: int = database.fetch_row(
            f"SELECT coalesce(sum(rows), 0) FROM {self.blocks} WHERE tenant_id = ? AND ordering = ?",
            (tenant_id, ordering),
        )[0]
        return total

    def _position(self, tenant_id: int, ordering: str, key: str) -> int:
        """Return how many entries lie before a key."""
        position: int = database.fetch_row(
            f"SELECT coalesce((SELECT sum(rows) FROM {self.blocks} AS before WHERE before.tenant_id = :tenant"
            "  AND before.ordering = :ordering AND before.first_key < b.first_key), 0)"
            f" + (SELECT count(*) FROM {self.entries} AS e WHERE e.tenant_id = :tenant AND e.ordering = :ordering"
            "  AND e.key >= b.first_key AND e.key < :key)"
            f" FROM (SELECT coalesce(max(first_key), '') AS first_key FROM {self.blocks}"
            "  WHERE tenant_id = :tenant AND ordering = :ordering AND first_key <= :key) AS b",
            {"tenant": tenant_id, "ordering": ordering, "key": key},
        )[0]
        return position

    def _rows(self, tenant_id: int, ordering: str, part: Slice, columns: str, table: str) -> Sequence[Any]:
        first_key, before = database.fetch_row(
            "SELECT first_key, behind - rows FROM ("
            " SELECT first_key, rows, sum(rows) OVER (ORDER BY first_key) AS behind"
            f" FROM {self.blocks} WHERE tenant_id = ? AND ordering = ?) AS b"
            " WHERE behind > ? ORDER BY first_key LIMIT 1",
            (tenant_id, ordering, part.offset),
        )
        return database.fetch_all(
            f"SELECT {columns} FROM ("
            f"  SELECT key, {self.id_column} AS id FROM {self.entries}"
            "   WHERE tenant_id = ? AND ordering = ? AND key >= ? ORDER BY key LIMIT ? OFFSET ?"
            f") AS o {IN_ORDER} {table} AS r ON r.id = o.id ORDER BY o.key {'DESC' if part.descending else 'ASC'}",
            (tenant_id, ordering, first_key, part.limit, part.offset - before),
        )
