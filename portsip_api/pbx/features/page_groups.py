"""Page groups: numbers behind a prefix at which the phones of several users are called out to.

Source: contract, section 6.5.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.replacements import complete, items
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.paging_prefix import number_taken, prefix
from portsip_api.pbx.values import Flag, Rules, Text, Whole
from portsip_api.store import database

MOST_USERS: Final = 1_000
PAGE_GROUP: Rules = {
    "enabled": Flag(False),
    "number": Whole(0, 10**12, 0),
    "timeout": Whole(0, 3600, 60),  # seconds
    "sound": Text(255),
    "description": Text(1024, lines=True),
}
_COLUMNS: Final = "id, enabled, number, timeout, sound, description"


@dataclass(frozen=True)
class Member:
    """A user of a page group; `id` and `number` are the extension's."""

    id: int
    number: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class PageGroup:
    """A page group with its users in the order in which they were written; `timeout` is in seconds."""

    id: int
    enabled: bool
    number: int
    timeout: int
    sound: str
    description: str
    users: Sequence[Member]


def list_all(tenant_id: int) -> list[PageGroup]:
    """Return all page groups by number, in two statements."""
    return _fetch("1", (tenant_id,))


def show(tenant_id: int, group_id: int) -> PageGroup:
    """Return one page group. Raises NotFound."""
    found = _fetch("g.id = ?", (tenant_id, row_id(group_id)))
    if not found:
        raise NotFound("Paging group not found.")
    return found[0]


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a page group and return its id.

    `fields` are those of `PAGE_GROUP` (number is required) and `users`, a list of extension ids; one that stands there
    twice counts once. Raises Invalid, NotFound (an unknown user) and Duplicate (the number is taken).
    """
    values, users = _checked(fields)
    with database.writing():
        dialled = f"{prefix(tenant_id)}{values['number']}"
        try:
            group_id = database.insert(
                "INSERT INTO page_group (tenant_id, enabled, number, timeout, sound, description, dialled)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (tenant_id, *values.values(), dialled),
            )
        except peewee.IntegrityError as error:
            raise number_taken() from error
        _set_users(tenant_id, group_id, users)
    return group_id


def replace(tenant_id: int, group_id: int, fields: Mapping[str, object]) -> None:
    """Replace a page group with its users; what is not sent takes its default. Raises as `create` does."""
    values, users = _checked(fields)
    with database.writing():
        show(tenant_id, group_id)
        dialled = f"{prefix(tenant_id)}{values['number']}"
        try:
            database.execute(
                "UPDATE page_group SET enabled = ?, number = ?, timeout = ?, sound = ?, description = ?, dialled = ?"
                " WHERE tenant_id = ? AND id = ?",
                (*values.values(), dialled, tenant_id, group_id),
            )
        except peewee.IntegrityError as error:
            raise number_taken() from error
        _set_users(tenant_id, group_id, users)


def destroy(tenant_id: int, group_id: int) -> None:
    """Delete a page group and free its number. Raises NotFound."""
    with database.writing():
        show(tenant_id, group_id)
        database.execute("DELETE FROM page_group WHERE tenant_id = ? AND id = ?", (tenant_id, group_id))


def _fetch(where: str, values: Sequence[object]) -> list[PageGroup]:
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM page_group AS g WHERE g.tenant_id = ? AND {where} ORDER BY g.number", values
    )
    users: dict[int, list[Member]] = {row[0]: [] for row in rows}
    for group_id, *user in database.fetch_all(
        "SELECT m.page_group_id, e.id, e.number, e.profile ->> 'first_name', e.profile ->> 'last_name'"
        " FROM page_group AS g JOIN page_group_member AS m ON m.page_group_id = g.id"
        f" JOIN extension AS e ON e.id = m.extension_id WHERE g.tenant_id = ? AND {where} ORDER BY m.position",
        values,
    ):
        users.setdefault(group_id, []).append(Member(*user))
    return [
        PageGroup(group_id, bool(enabled), number, timeout, sound, description, users[group_id])
        for group_id, enabled, number, timeout, sound, description in rows
    ]


def _checked(fields: Mapping[str, object]) -> tuple[dict[str, Any], list[int]]:
    values = complete(PAGE_GROUP, fields, ("number",))
    users = items(fields, "users", MOST_USERS)
    if not all(isinstance(user, int) and not isinstance(user, bool) for user in users):
        raise Invalid({"users": ["Must be an array of the ids of users."]})
    return values, list(dict.fromkeys(users))


def _set_users(tenant_id: int, group_id: int, users: Sequence[int]) -> None:
    database.execute("DELETE FROM page_group_member WHERE page_group_id = ?", (group_id,))
    made = database.execute(
        "INSERT INTO page_group_member (page_group_id, position, extension_id)"
        " SELECT ?, j.key, e.id FROM json_each(?) AS j JOIN extension AS e ON e.tenant_id = ? AND e.id = j.value",
        (group_id, json.dumps(users), tenant_id),
    )
    if made.rowcount != len(users):
        raise NotFound("User not found")
