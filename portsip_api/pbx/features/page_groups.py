"""Page groups: numbers behind a prefix at which the phones of several users are called out to.

Source: contract, section 6.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import tables
from portsip_api.pbx.features.tables import PageGroupMember
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.replacements import complete, items
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.paging_prefix import prefix
from portsip_api.pbx.uniqueness import Refusals, refusing
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
_REFUSALS: Final[Refusals] = {"page_group_tenant_id_number_key": taken("number"), DIALLED: taken("number")}


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
    return _fetch(tenant_id)


def show(tenant_id: int, group_id: int) -> PageGroup:
    """Return one page group. Raises NotFound."""
    found = _fetch(tenant_id, tables.PageGroup.id == row_id(group_id))
    if not found:
        raise NotFound(tables.PageGroup.missing)
    return found[0]


def at(tenant_id: int, number: str) -> PageGroup:
    """Return the page group at a number, as it is dialled. Raises NotFound."""
    return show(tenant_id, tables.PageGroup.get(tenant_id, dialled=number).id)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a page group and return its id.

    `fields` are those of `PAGE_GROUP` (number is required) and `users`, a list of extension ids; one that stands there
    twice counts once. Raises Invalid, NotFound (an unknown user) and Duplicate (the number is taken).
    """
    values, users = _checked(fields)
    with database.writing():
        with refusing(_REFUSALS):
            group_id = tables.PageGroup.insert(tenant_id, **_row(tenant_id, values))
        _set_users(tenant_id, group_id, users)
    return group_id


def replace(tenant_id: int, group_id: int, fields: Mapping[str, object]) -> None:
    """Replace a page group with its users; what is not sent takes its default. Raises as `create` does."""
    values, users = _checked(fields)
    with database.writing():
        with refusing(_REFUSALS):
            if not tables.PageGroup.update(tenant_id, _row(tenant_id, values), id=row_id(group_id)):
                raise NotFound(tables.PageGroup.missing)
        _set_users(tenant_id, group_id, users)


def destroy(tenant_id: int, group_id: int) -> None:
    """Delete a page group and free its number. Raises NotFound."""
    with database.writing():
        if not tables.PageGroup.delete(tenant_id, id=row_id(group_id)):
            raise NotFound(tables.PageGroup.missing)


def _fetch(tenant_id: int, *where: Any) -> list[PageGroup]:
    row = tables.PageGroup
    groups = row.page(tenant_id, *where, order=[row.number])
    members = (
        row.select(tenant_id, row.id, Extension.id, Extension.number, Extension.profile)
        .join(PageGroupMember, on=PageGroupMember.page_group_id == row.id)
        .join(Extension, on=Extension.id == PageGroupMember.extension_id)
        .where(*where)
        .order_by(PageGroupMember.position)
    )
    users: dict[int, list[Member]] = {group.id: [] for group in groups}
    for group_id, user_id, number, profile in members.tuples():
        names = orjson.loads(profile)
        users.setdefault(group_id, []).append(Member(user_id, number, names["first_name"], names["last_name"]))
    return [
        PageGroup(group.id, group.enabled, group.number, group.timeout, group.sound, group.description, users[group.id])
        for group in groups
    ]


def _row(tenant_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "dialled": f"{prefix(tenant_id)}{values['number']}"}


def _checked(fields: Mapping[str, object]) -> tuple[dict[str, Any], list[int]]:
    values = complete(PAGE_GROUP, fields, ("number",))
    users = items(fields, "users", MOST_USERS)
    if not all(isinstance(user, int) and not isinstance(user, bool) for user in users):
        raise Invalid({"users": ["Must be an array of the ids of users."]})
    return values, list(dict.fromkeys(users))


def _set_users(tenant_id: int, group_id: int, users: Sequence[int]) -> None:
    known = Extension.select(tenant_id, Extension.id).where(Extension.id.in_([row_id(user) for user in users]))
    if known.count() < len(users):
        raise NotFound("User not found")
    PageGroupMember.delete(tenant_id, page_group_id=group_id)
    PageGroupMember.insert_all(
        tenant_id,
        [
            {"page_group_id": group_id, "position": position, "extension_id": user}
            for position, user in enumerate(users)
        ],
    )
