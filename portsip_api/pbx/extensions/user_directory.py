"""The directory of users: extensions as the administration of sipXcom shows them, in order, by branch or by id.

Source: contract, section 5.4.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import branches
from portsip_api.pbx.extensions.directory import ORDER
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

BLOCK: Final = 500  # users that are read at once
_SORT_KEYS: Final = {
    "DEFAULT": "e.number_key {0}",
    "NAME": "e.name_key {0}, e.number_key {0}",
    "FIRST_NAME": "e.first_name_key {0}, e.number_key {0}",
}
ORDERINGS: Final = tuple(_SORT_KEYS)


class NoSuchUser(NotFound):
    """There is no user with this id."""

    def __init__(self, user_id: int) -> None:
        """`user_id` is the id that was asked for."""
        super().__init__(f"There is no user with the id {user_id}.")
        self.user_id = user_id


@dataclass(frozen=True)
class Reference:
    """A group or a branch, as its users show it."""

    id: int
    name: str
    description: str | None


@dataclass(frozen=True)
class User:
    """A user; names and address are empty where there are none, groups stand by weight and aliases in order."""

    id: int
    number: str
    first_name: str
    last_name: str
    email: str
    branch: Reference | None
    groups: Sequence[Reference]
    aliases: Sequence[str]


@dataclass(frozen=True)
class Everyone:
    """How many users there are, and they themselves, read in blocks as they are asked for."""

    total: int
    blocks: Iterator[list[User]]


def page(
    tenant_id: int, ordering: str, part: Slice, *, branch_id: int | None = None, ids: Sequence[int] | None = None
) -> Page:
    """Return a part of the list of users (`User`), in at most four statements.

    `ordering` is one of ORDERINGS: DEFAULT (user name), NAME (last name, first name) or FIRST_NAME. Users of one branch
    or with certain ids only, when these are given. Raises NotFound (no such branch) and NoSuchUser.
    """
    if branch_id is None and ids is None:
        found = ORDER.page(tenant_id, ordering, part, "id", "extension")
    else:
        found = _filtered(tenant_id, ordering, part, branch_id, ids)
    return Page(_read(tenant_id, found.rows), found.total)


def everyone(
    tenant_id: int,
    ordering: str,
    *,
    descending: bool = False,
    branch_id: int | None = None,
    ids: Sequence[int] | None = None,
) -> Everyone:
    """Return the whole list, which is read in blocks of BLOCK users; the arguments and errors are those of `page`."""
    found = _filtered(tenant_id, ordering, Slice(0, -1, descending), branch_id, ids).rows
    return Everyone(
        len(found), (_read(tenant_id, found[first : first + BLOCK]) for first in range(0, len(found), BLOCK))
    )


def show(tenant_id: int, user_id: int) -> User:
    """Return one user, in one statement. Raises NoSuchUser."""
    found = _read(tenant_id, [user_id])
    if not found:
        raise NoSuchUser(user_id)
    return found[0]


def find(tenant_id: int, name: str) -> int:
    """Return the id of the user whose user name or alias is `name`. Raises NotFound."""
    row = database.fetch_row(
        "SELECT id FROM extension WHERE tenant_id = :tenant AND number = :name"
        " UNION ALL SELECT extension_id FROM extension_alias WHERE tenant_id = :tenant AND alias = :name",
        {"tenant": tenant_id, "name": name},
    )
    if row is None:
        raise NotFound("There is no such user.")
    return int(row[0])


def ids_of(tenant_id: int, numbers: Sequence[str]) -> list[int]:
    """Return the ids of the users with these numbers, in this order, in one statement. Raises NotFound."""
    rows = database.fetch_all(
        "SELECT e.number, e.id FROM json_each(?) AS j"
        " CROSS JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value",
        (json.dumps(list(numbers)), tenant_id),
    )
    found = dict(rows)
    if not found.keys() >= set(numbers):
        raise NotFound("User not found")
    return [found[number] for number in numbers]


def _filtered(tenant_id: int, ordering: str, part: Slice, branch_id: int | None, ids: Sequence[int] | None) -> Page:
    """Return the ids of users; a limit of -1 is none, and the total is then the number of rows."""
    source, where = "extension AS e", "e.tenant_id = ?"
    values: list[object] = [tenant_id]
    if ids is not None:
        source = "json_each(?) AS j CROSS JOIN extension AS e ON e.id = j.value"
        values.insert(0, _known(tenant_id, ids))
    if branch_id is not None:
        where += " AND e.branch_id = ?"
        values.append(branches.show(tenant_id, branch_id).id)
    keys = _SORT_KEYS[ordering].format("DESC" if part.descending else "ASC")
    rows = database.fetch_all(
        f"SELECT e.id FROM {source} WHERE {where} ORDER BY {keys} LIMIT ? OFFSET ?", (*values, part.limit, part.offset)
    )
    if part.limit < 0:
        total = len(rows)
    else:
        total = database.fetch_row(f"SELECT count(*) FROM {source} WHERE {where}", values)[0]
    return Page([row[0] for row in rows], total)


def _known(tenant_id: int, ids: Sequence[int]) -> str:
    """Return the ids, each once, as JSON. Raises NoSuchUser."""
    unique = json.dumps(list(dict.fromkeys(ids)))
    rows = database.fetch_all(
        "SELECT e.id FROM json_each(?) AS j CROSS JOIN extension AS e ON e.id = j.value WHERE e.tenant_id = ?",
        (unique, tenant_id),
    )
    known = {row[0] for row in rows}
    for user_id in ids:
        if user_id not in known:
            raise NoSuchUser(user_id)
    return unique


_READ: Final = """
    SELECT e.id, e.number, e.profile ->> 'first_name', e.profile ->> 'last_name', e.profile ->> 'email',
        b.id, b.name, b.description,
        (SELECT json_group_array(json_array(id, name, nullif(description, ''))) FROM (
            SELECT g.id, g.name, g.description FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
            WHERE m.extension_id = e.id ORDER BY g.weight, g.id)),
        (SELECT json_group_array(alias) FROM (
            SELECT alias FROM extension_alias WHERE extension_id = e.id ORDER BY alias))
    FROM json_each(?) AS j CROSS JOIN extension AS e ON e.id = j.value LEFT JOIN branch AS b ON b.id = e.branch_id
    WHERE e.tenant_id = ? ORDER BY j.key"""


def _read(tenant_id: int, ids: Sequence[int]) -> list[User]:
    """Return the users with these ids, in this order, those that exist; one statement."""
    return [_user(row) for row in database.fetch_all(_READ, (json.dumps(list(ids)), tenant_id))]


def _user(row: Any) -> User:
    id_, number, first_name, last_name, email, branch_id, branch_name, branch_description, groups, alias_list = row
    return User(
        id_,
        number,
        first_name,
        last_name,
        email,
        Reference(branch_id, branch_name, branch_description) if branch_id is not None else None,
        [Reference(*group) for group in json.loads(groups)],
        json.loads(alias_list),
    )
