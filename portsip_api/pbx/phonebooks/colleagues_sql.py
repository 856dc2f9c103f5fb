"""The statement that finds users by the beginnings of numbers and names, in SQL: the union of ranges of three indexes,
each cut before it is joined, so that it costs the same however many users there are.
"""

from collections.abc import Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import holds, member

_LAST: Final = "\U0010ffff"
_CANDIDATES: Final = 800  # of each index, among which the other words are looked for
_NAMES: Final = ", ".join(member("e.profile", name) for name in ("first_name", "last_name", "email"))


def beginning_with(tenant_id: int, words: Sequence[str], most: int) -> list[Any]:
    """Return number, first name, last name and address of at most so many users, by number.

    Number, first or last name begins with the first of `words`, which are in normal form; the others stand anywhere.
    """
    first, *others = words
    by_name = (
        "SELECT id FROM (SELECT extension_id AS id FROM extension_order"
        " WHERE tenant_id = :tenant AND ordering = '{}' AND key >= :first AND key < :last"
        f" ORDER BY key LIMIT {_CANDIDATES}) AS {{}}"
    )
    values: dict[str, object] = {"tenant": tenant_id, "first": first, "last": first + _LAST, "most": most}
    values |= {f"word{number}": word for number, word in enumerate(others)}
    conditions = "".join(f" AND {holds('t.text', f':word{number}')}" for number in range(len(others)))
    return database.fetch_all(
        f"SELECT e.number, {_NAMES} FROM ("
        f" SELECT id FROM (SELECT id FROM extension WHERE tenant_id = :tenant AND number >= :first AND number < :last"
        f"  ORDER BY number LIMIT {_CANDIDATES}) AS numbers"
        f" UNION {by_name.format('NAME', 'last_names')} UNION {by_name.format('FIRST_NAME', 'first_names')}"
        ") AS found JOIN extension AS e ON e.id = found.id JOIN extension_search AS t ON t.extension_id = e.id"
        f" WHERE TRUE{conditions} ORDER BY e.number_key LIMIT :most",
        values,
    )
