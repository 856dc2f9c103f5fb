"""All users of a tenant as a phonebook shows them, in pages and found by words, flat in how many they are.

Source: contract sipxcom-user.md, section 6.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.extensions import directory
from portsip_api.pbx.phonebooks import colleagues_sql
from portsip_api.store.paging import Joined, Slice
from portsip_api.store.search import fold

BLOCK: Final = 500  # users that are read at once
MOST_FOUND: Final = 500
_INDEXED: Final = 3  # characters of a word that the index of searches knows


@dataclass(frozen=True)
class Colleague:
    """A user."""

    number: str
    first_name: str
    last_name: str
    email: str


def page(tenant_id: int, first: int, last: int) -> tuple[Iterator[Colleague], int]:
    """Return the users from position `first` up to, not including, `last` by their numbers, and how many there are.

    They are read in blocks, as they are asked for.
    """
    begun = directory.page(tenant_id, "DEFAULT", Slice(first, max(min(BLOCK, last - first), 0)))

    def blocks() -> Iterator[Colleague]:
        found, at = begun, first
        while found.count:
            yield from _users(found)
            at += found.count
            found = directory.page(tenant_id, "DEFAULT", Slice(at, max(min(BLOCK, last - at), 0)))

    return blocks(), begun.total


def search(tenant_id: int, words: str, first: int = 0, most: int = MOST_FOUND) -> tuple[list[Colleague], int]:
    """Return users in whom every word stands, by number from position `first`, and how many they are.

    These are words of names, number, address and phones. When all are shorter than what the index knows, numbers, first
    and last names that begin with the first of them are looked through.
    """
    wanted = fold(words).split()
    if wanted and max(map(len, wanted)) < _INDEXED:
        rows = colleagues_sql.beginning_with(tenant_id, wanted, MOST_FOUND)
        found = [Colleague(*row) for row in rows]
        return found[first : first + most], len(found)
    joined = directory.search(tenant_id, words, "DEFAULT", Slice(first, most))
    return list(_users(joined)), joined.total


def _users(joined: Joined) -> Iterator[Colleague]:
    rows: list[dict[str, Any]] = orjson.loads(b"[" + joined.text + b"]")
    return (Colleague(row["extension_number"], row["first_name"], row["last_name"], row["email"]) for row in rows)
