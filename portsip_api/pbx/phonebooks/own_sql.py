"""The few of a user's phonebook in SQL: entries of several tables in one order, any part of which indexes give.

Each phonebook is an arm of its own, so that the database merges what lies in order and sorts nothing; only members of
groups, who are there where not all users are, are sorted.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import holds

_BLOCK: Final = 500  # rows that are read at once
_KEYS: Final = "number_key, first_name, last_name"
_PRIVATE: Final = "private_entry AS e WHERE e.extension_id = :user"
_BOOK: Final = "phonebook_entry AS p WHERE p.phonebook_id = :book{}"
_MEMBERS: Final = (
    "(SELECT DISTINCT m.extension_id AS id FROM phonebook_group AS g JOIN membership AS m ON m.group_id = g.group_id"
    " WHERE g.phonebook_id IN ({})) AS one JOIN extension AS x ON x.id = one.id"
)


def granted(tenant_id: int, user_id: int) -> list[int]:
    """Return the ids of the phonebooks that a user's groups see, in order."""
    rows = database.fetch_all(
        "SELECT DISTINCT p.id FROM membership AS m JOIN phonebook_grant AS g ON g.group_id = m.group_id"
        " JOIN phonebook AS p ON p.id = g.phonebook_id WHERE m.extension_id = ? AND p.tenant_id = ? ORDER BY p.id",
        (user_id, tenant_id),
    )
    return [row[0] for row in rows]


class Few:
    """Own entries of a user, those of `books`, and, if they are to be there, the `members` of the books' groups."""

    def __init__(self, tenant_id: int, user_id: int, books: Sequence[int], *, members: bool) -> None:
        """Keep what it is made of; nothing is read."""
        self._values: dict[str, object] = {"tenant": tenant_id, "user": user_id}
        self._values |= {f"book{number}": book for number, book in enumerate(books)}
        self._books = [_BOOK.format(number) for number in range(len(books))]
        places = ", ".join(f":book{number}" for number in range(len(books)))
        self._members = [f"{_MEMBERS.format(places)} WHERE x.tenant_id = :tenant"] * (members and bool(books))

    def count(self) -> int:
        """Return how many there are."""
        sources = [_PRIVATE, *self._books, *self._members]
        counts = " + ".join(f"(SELECT count(*) FROM {source})" for source in sources)
        total: int = database.fetch_row(f"SELECT {counts}", self._values)[0]
        return total

    def key(self, at: int) -> str:
        """Return the `number_key` of the one at a position, which is there."""
        names = "number_key, '' AS first_name, '' AS last_name FROM {}"
        arms = [f"SELECT {_KEYS} FROM {source}" for source in (_PRIVATE, *self._books)]
        arms += [f"SELECT x.{names.format(source)}" for source in self._members]
        found: str = self._part(arms, 1, at)[0][0]
        return found

    def rows(self, offset: int, limit: int) -> Iterator[Any]:
        """Yield id or None, number, first and last name, contact and the user's profile or None; in blocks."""
        while limit > 0:
            found = self._part(self._arms(), min(limit, _BLOCK), offset)
            yield from (row[:6] for row in found)
            if len(found) < _BLOCK:
                return
            offset, limit = offset + _BLOCK, limit - _BLOCK

    def holding(self, words: Sequence[str], most: int) -> list[Any]:
        """Return at most so many of `rows`, but of own entries, in whom each of the words, in normal form, stands."""
        if not self._books:
            return []
        values = {f"word{number}": word for number, word in enumerate(words)}
        in_book, in_user = (
            "".join(f" AND {holds(text, f':{name}')}" for name in values)
            for text in ("(p.name_key || ' ' || p.number)", "t.text")
        )
        searched = " JOIN extension_search AS t ON t.extension_id = x.id WHERE"
        books = [f"{source}{in_book}" for source in self._books]
        members = [f"{source.replace(' WHERE x', f'{searched} x')}{in_user}" for source in self._members]
        found = self._part(_shown(books, members), most, 0, values)
        return [row[:6] for row in found]

    def _arms(self) -> list[str]:
        columns = "e.id, e.number, e.first_name, e.last_name, e.contact, NULL AS profile, e.number_key"
        return [f"SELECT {columns} FROM {_PRIVATE}", *_shown(self._books, self._members)]

    def _part(self, arms: Sequence[str], limit: int, offset: int, values: dict[str, str] | None = None) -> list[Any]:
        given = {**self._values, **(values or {}), "limit": limit, "offset": offset}
        return database.fetch_all(f"{' UNION ALL '.join(arms)} ORDER BY {_KEYS} LIMIT :limit OFFSET :offset", given)


def _shown(books: Sequence[str], members: Sequence[str]) -> list[str]:
    return [
        *(
            "SELECT NULL AS id, p.number, p.first_name, p.last_name, '{}' AS contact, NULL AS profile, p.number_key"
            f" FROM {source}"
            for source in books
        ),
        *(
            "SELECT NULL AS id, x.number, '' AS first_name, '' AS last_name, '{}' AS contact, x.profile, x.number_key"
            f" FROM {source}"
            for source in members
        ),
    ]
