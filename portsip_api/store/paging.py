"""Pages of a large ordered list at a cost that does not depend on how deep they lie.

A list is a pair of tables: the entries, clustered by (tenant, ordering, key), and the blocks, which count the entries
between one key and the next. The block that holds a position is found by adding the counts up; only the rest of the
way is skipped row by row. Triggers keep the counts, so that they are right at every commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portsip_api.store import database


@dataclass(frozen=True)
class Slice:
    """A part of a list: `limit` rows from position `offset`, counted from 0."""

    offset: int
    limit: int
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """The rows of a slice and how many rows the whole list has."""

    rows: Sequence[Any]
    total: int


@dataclass(frozen=True)
class CountedOrder:
    """The names of the two tables and of the entries' column that holds the row's id."""

    entries: str
    blocks: str
    id_column: str

    def total(self, tenant_id: int, ordering: str) -> int:
        """Return the number of entries."""
        total: int = database.fetch_row(
            f"SELECT coalesce(sum(rows), 0) FROM {self.blocks} WHERE tenant_id = ? AND ordering = ?",
            (tenant_id, ordering),
        )[0]
        return total

    def page(self, tenant_id: int, ordering: str, part: Slice, column: str, table: str) -> Page:
        """Return `column` of the rows of `table` that stand in `part` of the list."""
        blocks = database.fetch_all(
            f"SELECT first_key, rows FROM {self.blocks} WHERE tenant_id = ? AND ordering = ? ORDER BY first_key",
            (tenant_id, ordering),
        )
        total = sum(rows for _, rows in blocks)
        limit = min(part.limit, total - part.offset)
        if limit <= 0:
            return Page((), total)
        offset = total - part.offset - limit if part.descending else part.offset
        start = 0
        while offset >= blocks[start][1]:
            offset -= blocks[start][1]
            start += 1
        direction = "DESC" if part.descending else "ASC"
        found = database.fetch_all(
            f"SELECT r.{column} FROM ("
            f"  SELECT key, {self.id_column} AS id FROM {self.entries}"
            "   WHERE tenant_id = ? AND ordering = ? AND key >= ? ORDER BY key LIMIT ? OFFSET ?"
            f") AS o CROSS JOIN {table} AS r ON r.id = o.id ORDER BY o.key {direction}",
            (tenant_id, ordering, blocks[start][0], limit, offset),
        )
        return Page([row[0] for row in found], total)
