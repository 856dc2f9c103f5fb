"""Finding rows by parts of words: an FTS5 trigram index over folded text, and a scan where a word is too short for it.

A searchable text is the row's values, folded and joined by line feeds, behind a mark of the tenant, so that a search
reads the postings of its own tenant only.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from portsip_api.store import database
from portsip_api.store.dialect import holds, json_list

MOST_HITS = 10_000
_TRIGRAM = 3


def fold(text: str) -> str:
    """Return `text` as it is compared: without case."""
    return text.casefold()


def searchable(tenant_id: int, values: Iterable[str]) -> str:
    """Return the text under which a row of `tenant_id` is found."""
    return "\n".join([_mark(tenant_id), *(fold(value) for value in values if value)])


@dataclass(frozen=True)
class TextIndex:
    """A table of searchable texts and its FTS5 index: column `text` in both, `id_column` in the table."""

    table: str
    fts: str
    id_column: str

    def find(self, tenant_id: int, condition: str) -> list[int]:
        """Return the ids of the rows in which every blank-separated word of `condition` stands, at most MOST_HITS."""
        found: list[int] = json.loads(self.find_json(tenant_id, condition)[0])
        return found

    def find_json(self, tenant_id: int, condition: str) -> tuple[str, int]:
        """Return the ids of the rows in which every blank-separated word of `condition` stands, at most MOST_HITS.

        They are one JSON array, for the next statement; and how many they are.
        """
        words = fold(condition).split()
        where, values = ["TRUE"], []
        indexed = [word for word in [_mark(tenant_id), *words] if len(word) >= _TRIGRAM]
        scanned = [word for word in words if len(word) < _TRIGRAM]
        source = f"{self.table} AS t"
        if len(indexed) > 1 or not scanned:
            source = f"{self.fts} AS f JOIN {self.table} AS t ON t.{self.id_column} = f.rowid"
            where = [f"{self.fts} MATCH ?"]
            values = [" AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)]
        else:
            scanned.append(_mark(tenant_id))
        for word in scanned:
            where.append(holds("t.text"))
            values.append(word)
        ids, count = database.fetch_row(
            f"SELECT {json_list('id')}, count(*) FROM (SELECT t.{self.id_column} AS id"
            f" FROM {source} WHERE {' AND '.join(where)} LIMIT {MOST_HITS}) AS hit",
            values,
        )
        return ids, count


def _mark(tenant_id: int) -> str:
    return f"\x1e{tenant_id}\x1f"
