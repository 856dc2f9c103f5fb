"""Users: extensions as the administration of sipXcom sees them, with their groups, branch and aliases.

What is written here is an extension; what an extension has beside it (mobile phone, forward rules and so on) stays as
it is. Source: contract, section 5.4.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx import aliases, branches, extension_drafts, extensions
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import ExtensionKey
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database
from portsip_api.store.paging import CountedOrder, Page, Slice

EMPTY: Final = "Cannot be empty"
MOST_GROUPS: Final = 1_000
BLOCK: Final = 500  # users that are read at once
_SORT_KEYS: Final = {
    "DEFAULT": "e.number_key {0}",
    "NAME": "e.name_key {0}, e.number_key {0}",
    "FIRST_NAME": "e.first_name_key {0}, e.number_key {0}",
}
ORDERINGS: Final = tuple(_SORT_KEYS)
_ORDER: Final = CountedOrder("extension_order", "extension_order_block", "extension_id")
_WORDS: Final = {  # what an extension calls what a user has
    "extension_number": "number",
    "profile.first_name": "first_name",
    "profile.last_name": "last_name",
    "profile.email": "email",
    "password": "sip_password",
    "web_access_password": "pin",
    "belong_groups": "group_ids",
}


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
        found = _ORDER.page(tenant_id, ordering, part, "id", "extension")
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


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a user and return its id.

    `fields`: number (the user name), pin (the password of the portal), and optionally sip_password (random when absent
    or empty), first_name, last_name, email, group_ids, branch_id, aliases. Raises Invalid and Duplicate, with these
    names.
    """
    change = _checked(fields)
    change.extension.setdefault("password", secrets.token_urlsafe(12))
    with _own_words():
        draft = extension_drafts.prepare(change.extension)
        with database.writing():
            user_id = extensions.insert(tenant_id, draft)
            _set_branch(tenant_id, user_id, change.branch_id)
            aliases.set_aliases(tenant_id, user_id, change.aliases)
    return user_id


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Give a user the values of `fields`, named as for `create`; absent is empty, and so no group, branch or alias.

    Without pin or sip_password, or with an empty one, the present one stays. Raises NoSuchUser, Invalid and Duplicate.
    """
    change = _checked(fields)
    key = _key(user_id)
    with _own_words():
        prepared = extension_drafts.prepare_change(change.extension)
        with database.writing():
            show(tenant_id, user_id)
            aliases.set_aliases(tenant_id, user_id, ())  # one of them may become the number, or the other way round
            extensions.apply(tenant_id, key, prepared)
            _set_branch(tenant_id, user_id, change.branch_id)
            aliases.set_aliases(tenant_id, user_id, change.aliases)


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


def destroy(tenant_id: int, user_id: int) -> None:
    """Remove a user with everything that is the user's. Raises NoSuchUser."""
    try:
        extensions.destroy(tenant_id, _key(user_id))
    except NotFound as error:
        raise NoSuchUser(user_id) from error


@dataclass(frozen=True)
class _Change:
    extension: dict[str, Any]
    branch_id: int | None
    aliases: list[str]


def _checked(fields: Mapping[str, object]) -> _Change:
    given = {name: value for name, value in fields.items() if value is not None}
    if not given.get("number"):
        raise Invalid({"number": [EMPTY]})
    group_ids, alias_list, branch_id = given.get("group_ids", []), given.get("aliases", []), given.get("branch_id")
    if not isinstance(group_ids, list) or not all(type(item) is int for item in group_ids):
        raise Invalid({"group_ids": ["Must be a list of ids of groups."]})
    if len(group_ids) > MOST_GROUPS:
        raise Invalid({"group_ids": [f"Must name at most {MOST_GROUPS} groups."]})
    if not isinstance(alias_list, list):
        raise Invalid({"aliases": ["Must be a list of names."]})
    if branch_id is not None and type(branch_id) is not int:
        raise Invalid({"branch_id": ["Must be the id of a branch."]})
    extension: dict[str, Any] = {
        "extension_number": given["number"],
        "profile": {name: given.get(name, "") for name in ("first_name", "last_name", "email")},
        "belong_groups": [str(item) for item in group_ids],
    }
    passwords = {"password": given.get("sip_password"), "web_access_password": given.get("pin")}
    return _Change(extension | {name: text for name, text in passwords.items() if text}, branch_id, alias_list)


@contextmanager
def _own_words() -> Iterator[None]:
    """Say what is wrong with an extension in the names of `create`."""
    try:
        yield
    except Invalid as error:
        raise Invalid({_WORDS.get(name, name): texts for name, texts in error.errors.items()}) from error
    except Duplicate as error:
        raise Duplicate(str(error), _WORDS.get(error.field, error.field)) from error


def _key(user_id: int) -> ExtensionKey:
    if row_id(user_id) is None:
        raise NoSuchUser(user_id)
    return ExtensionKey(id=user_id)


def _set_branch(tenant_id: int, user_id: int, branch_id: int | None) -> None:
    branches.require(tenant_id, branch_id)
    database.execute(
        "UPDATE extension SET branch_id = :branch WHERE tenant_id = :tenant AND id = :id AND branch_id IS NOT :branch",
        {"branch": branch_id, "tenant": tenant_id, "id": user_id},
    )


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
