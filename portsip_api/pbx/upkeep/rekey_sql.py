"""The statements of a rotation of the key, in SQL: they ask any column that holds secrets, of the whole PBX or of a
backup, by the first bytes of its values, which name the key.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portsip_api.store import database

Fetch = Callable[[str], Iterable[Any]]
fetch_all: Fetch = database.fetch_all


@dataclass(frozen=True)
class Column:
    """A column that holds secrets of one purpose, or NULL."""

    table: str
    id_column: str
    name: str
    purpose: str


def key_ids(fetch: Fetch, column: Column) -> set[str]:
    """Return the ids of the keys that a column's secrets are under, in the database that `fetch` asks."""
    # An older schema, in a backup, may lack the column.
    if not list(fetch(f"SELECT 1 FROM pragma_table_info('{column.table}') WHERE name = '{column.name}'")):
        return set()
    statement = (
        f"SELECT DISTINCT lower(hex(substr({column.name}, 1, 4))) FROM {column.table} WHERE {column.name} IS NOT NULL"
    )
    return {row[0] for row in fetch(statement)}


def outdated(column: Column, key_id: str, last: int, limit: int) -> Sequence[tuple[int, bytes]]:
    """Return id and secret of the next rows after the id `last` whose secret is under another key than `key_id`."""
    return database.fetch_all(
        f"SELECT {column.id_column}, {column.name} FROM {column.table}"
        f" WHERE {column.id_column} > ? AND substr({column.name}, 1, 4) <> ? ORDER BY {column.id_column} LIMIT ?",
        (last, bytes.fromhex(key_id), limit),
    )


def replace(column: Column, replacement: tuple[bytes, int, bytes]) -> int:
    """Write a secret, new, row's id and old, where the old one still stands; return the number of rows, 0 or 1."""
    return database.execute(
        f"UPDATE {column.table} SET {column.name} = ? WHERE {column.id_column} = ? AND {column.name} = ?", replacement
    ).rowcount
