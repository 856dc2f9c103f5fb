"""The statements of the directory of users, in SQL: a page of it is one statement with the groups, the branch and the
aliases of each user, as JSON made by the database.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements, json_list, json_row, member

_SORT_KEYS: Final = {
    "DEFAULT": "e.number_key {0}",
    "NAME": "e.name_key {0}, e.number_key {0}",
    "FIRST_NAME": "e.first_name_key {0}, e.number_key {0}",
}
ORDERINGS: Final = tuple(_SORT_KEYS)

_NAMES: Final = ", ".join(member("e.profile", name) for name in ("first_name", "last_name", "email"))
_READ: Final = f"""
    SELECT e.id, e.number, {_NAMES},
        b.id, b.name, b.description,
        (SELECT {json_list(json_row("id", "name", "nullif(description, '')"))} FROM (
            SELECT g.id, g.name, g.description FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
            WHERE m.extension_id = e.id ORDER BY g.weight, g.id) AS o),
        (SELECT {json_list("alias")} FROM (
            SELECT alias FROM extension_alias WHERE extension_id = e.id ORDER BY alias) AS o)
    FROM {elements("j")} {IN_ORDER} extension AS e ON e.id = j.value LEFT JOIN branch AS b ON b.id = e.branch_id
    WHERE e.tenant_id = ? ORDER BY j.key"""


def read(tenant_id: int, ids: Sequence[int]) -> list[Any]:
    """Return the rows of the users with these ids, in this order, those that exist.

    A row is id, number, first and last name, address, id, name and description of the branch, and as JSON the groups
    (arrays of id, name and description) and the aliases.
    """
    return database.fetch_all(_READ, (_json(ids), tenant_id))


def known(tenant_id: int, ids: Sequence[int]) -> set[int]:
    """Return those of `ids` that users of the tenant have."""
    rows = database.fetch_all(
        f"SELECT e.id FROM {elements('j')} {IN_ORDER} extension AS e ON e.id = j.value WHERE e.tenant_id = ?",
        (_json(ids), tenant_id),
    )
    return {row[0] for row in rows}


def ids_by_number(tenant_id: int, numbers: Sequence[str]) -> dict[str, int]:
    """Return the ids of those of `numbers` that users have."""
    rows = database.fetch_all(
        f"SELECT e.number, e.id FROM {elements('j')}"
        f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value",
        (_json(numbers), tenant_id),
    )
    return dict(rows)


class Filter:
    """The users of one branch, or some of them by their ids, or both."""

    def __init__(self, tenant_id: int, branch_id: int | None, ids: Sequence[int] | None) -> None:
        """None is any."""
        self._source, where = "extension AS e", "e.tenant_id = ?"
        self._values: list[object] = [tenant_id]
        if ids is not None:
            self._source = f"{elements('j')} {IN_ORDER} extension AS e ON e.id = j.value"
            self._values.insert(0, _json(ids))
        if branch_id is not None:
            where += " AND e.branch_id = ?"
            self._values.append(branch_id)
        self._source += f" WHERE {where}"

    def ids(self, ordering: str, limit: int, offset: int, *, descending: bool) -> list[int]:
        """Return the ids of users in one of ORDERINGS; a limit of -1 is none."""
        keys = _SORT_KEYS[ordering].format("DESC" if descending else "ASC")
        rows = database.fetch_all(
            f"SELECT e.id FROM {self._source} ORDER BY {keys} LIMIT ? OFFSET ?", (*self._values, limit, offset)
        )
        return [row[0] for row in rows]

    def count(self) -> int:
        """Return how many they are."""
        total: int = database.fetch_row(f"SELECT count(*) FROM {self._source}", self._values)[0]
        return total


def _json(values: Sequence[object]) -> str:
    return json.dumps(list(values))
