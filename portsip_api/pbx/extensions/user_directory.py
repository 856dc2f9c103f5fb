"""The directory of users: extensions as the administration of sipXcom shows them, in order, by branch or by id.

Source: contract, section 5.4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx import trail
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import branches, user_directory_sql
from portsip_api.pbx.extensions.directory import ORDER
from portsip_api.pbx.extensions.tables import Extension, ExtensionAlias
from portsip_api.store.paging import Page, Slice

BLOCK: Final = 500  # users that are read at once
ORDERINGS: Final = user_directory_sql.ORDERINGS


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
    row = named(tenant_id, name).first()
    if row is None:
        raise NotFound("There is no such user.")
    trail.about(row.id)
    return int(row.id)


def named(tenant_id: int, name: str) -> Any:
    """Return a query of the `id` of the user whose user name or alias is `name`."""
    aliases = ExtensionAlias.select(tenant_id, ExtensionAlias.extension_id).where(ExtensionAlias.name == name)
    return Extension.select(tenant_id, Extension.id).where(Extension.number == name) + aliases


def ids_of(tenant_id: int, numbers: Sequence[str]) -> list[int]:
    """Return the ids of the users with these numbers, in this order, in one statement. Raises NotFound."""
    found = user_directory_sql.ids_by_number(tenant_id, numbers)
    if not found.keys() >= set(numbers):
        raise NotFound("User not found")
    return [found[number] for number in numbers]


def _filtered(tenant_id: int, ordering: str, part: Slice, branch_id: int | None, ids: Sequence[int] | None) -> Page:
    """Return the ids of users; a limit of -1 is none, and the total is then the number of rows."""
    if ids is not None:
        ids = list(dict.fromkeys(ids))
        known = user_directory_sql.known(tenant_id, ids)
        for user_id in ids:
            if user_id not in known:
                raise NoSuchUser(user_id)
    if branch_id is not None:
        branch_id = branches.show(tenant_id, branch_id).id
    users = user_directory_sql.Filter(tenant_id, branch_id, ids)
    found = users.ids(ordering, part.limit, part.offset, descending=part.descending)
    return Page(found, len(found) if part.limit < 0 else users.count())


def _read(tenant_id: int, ids: Sequence[int]) -> list[User]:
    """Return the users with these ids, in this order, those that exist; one statement."""
    return [_user(row) for row in user_directory_sql.read(tenant_id, ids)]


def _user(row: Any) -> User:
    id_, number, first_name, last_name, email, branch_id, branch_name, branch_description, groups, alias_list = row
    return User(
        id_,
        number,
        first_name,
        last_name,
        email,
        Reference(branch_id, branch_name, branch_description) if branch_id is not None else None,
        [Reference(*group) for group in orjson.loads(groups)],
        orjson.loads(alias_list),
    )
