"""Pages of a large ordered list at a cost that does not depend on how deep they lie.

A list is a pair of tables: the entries, clustered by (tenant, ordering, key), and the blocks, which count the entries
between one key and the next. The block that holds a position is found by adding the counts up; only the rest of the
way is skipped row by row. Triggers keep the counts, so that they are right at every commit. A process that knows the
list's revision adds the blocks up once for it, since there are a thousand of them to a million entries.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, WHOLE, joined
from portsip_api.store.revision_cache import RevisionCache

_BLOCK_BYTES: Final = 200
_SUMS: Final = RevisionCache(8 << 20)  # bytes in each process


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
class Joined:
    """A slice of a list of texts, as one in UTF-8 with commas between them; how many they are, and how many in all."""

    text: bytes
    count: int
    total: int


@dataclass(frozen=True)
class _Blocks:
    """The first key of each block, the position of its first entry, and how many entries there are."""

    first_keys: Sequence[str]
    positions: Sequence[int]
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
        place, total = self._find(tenant_id, ordering, part, None)
        if place is None:
            return Page((), total)
        found = database.fetch_all(
            f"SELECT r.{column} FROM ("
            f"  SELECT key, {self.id_column} AS id FROM {self.entries}"
            "   WHERE tenant_id = ? AND ordering = ? AND key >= ? ORDER BY key LIMIT ? OFFSET ?"
            f") AS o {IN_ORDER} {table} AS r ON r.id = o.id ORDER BY o.key {'DESC' if part.descending else 'ASC'}",
            place,
        )
        return Page([row[0] for row in found], total)

    def joined(  # noqa: PLR0913, PLR0917 — which list, which part, what of it
        self, tenant_id: int, ordering: str, part: Slice, column: str, table: str, revision: int | None = None
    ) -> Joined:
        """Return `column` of the rows of `table`, beside the rows themselves, that stand in `part`, as one text.

        With the `revision` of the tenant's lists, read just now and outside any transaction, sums that were made at the
        same one are used again.
        """
        place, total = self._find(tenant_id, ordering, part, revision)
        if place is None:
            return Joined(b"", 0, total)
        entries = (
            f"SELECT key, {self.id_column} AS id FROM {self.entries}"
            " WHERE tenant_id = ? AND ordering = ? AND key >= ? ORDER BY key LIMIT ? OFFSET ?"
        )
        if part.descending:
            entries = f"SELECT id FROM ({entries}) ORDER BY key DESC {WHOLE}"
        # The entries are taken one after the other; to sort the texts again would cost as much as to read them.
        # Bytes, since a Python string would be made of them only to be undone.
        text, count = database.fetch_row(
            f"SELECT {joined(f'r.{column}')}, count(*)"
            f" FROM ({entries}) AS o {IN_ORDER} {table} AS r ON r.{self.id_column} = o.id",
            place,
        )
        return Joined(text or b"", count, total)

    def position(self, tenant_id: int, ordering: str, key: str, revision: int) -> int:
        """Return how many entries come before `key`; the `revision` is that of `joined`."""
        blocks = self._blocks(tenant_id, ordering, revision)
        block = max(bisect_right(blocks.first_keys, key) - 1, 0)
        rest: int = database.fetch_row(
            f"SELECT count(*) FROM {self.entries} WHERE tenant_id = ? AND ordering = ? AND key >= ? AND key < ?",
            (tenant_id, ordering, blocks.first_keys[block], key),
        )[0]
        return blocks.positions[block] + rest

    def _find(
        self, tenant_id: int, ordering: str, part: Slice, revision: int | None
    ) -> tuple[tuple[object, ...] | None, int]:
        """Return the values of a statement that reads `part` (None for an empty one), and the list's length."""
        blocks = self._blocks(tenant_id, ordering, revision)
        limit = min(part.limit, blocks.total - part.offset)
        if limit <= 0:
            return None, blocks.total
        offset = blocks.total - part.offset - limit if part.descending else part.offset
        block = bisect_right(blocks.positions, offset) - 1
        return (tenant_id, ordering, blocks.first_keys[block], limit, offset - blocks.positions[block]), blocks.total

    def _blocks(self, tenant_id: int, ordering: str, revision: int | None) -> _Blocks:
        key = (self.blocks, tenant_id, ordering)
        kept = None if revision is None else _SUMS.find(key, revision)
        if kept is not None:
            found: _Blocks = kept
            return found
        rows = database.fetch_all(
            f"SELECT first_key, rows FROM {self.blocks} WHERE tenant_id = ? AND ordering = ? ORDER BY first_key",
            (tenant_id, ordering),
        )
        positions = [0, *accumulate(count for _, count in rows)]
        blocks = _Blocks([first_key for first_key, _ in rows], positions[:-1], positions[-1])
        if revision is not None:
            _SUMS.keep(key, revision, blocks, len(rows) * _BLOCK_BYTES)
        return blocks
