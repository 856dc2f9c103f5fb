"""Extension groups: who belongs together, and what the members of a group may do.

Every tenant has the reserved default group, which holds the extensions that are in no other one: its members are
derived, never written. Source: PortSIP REST API, "Retrive extension groups" and the sections after it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx import trail
from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import group_keys, groups_sql, tables
from portsip_api.pbx.extensions.group_keys import SHORT_DEFAULT, GroupKey
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.names import TWIN
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

MOST_MEMBERS: Final = 10_000
FULL: Final = f"A group has at most {MOST_MEMBERS} members."
UNKNOWN: Final = "Names a group that does not exist."
PERMISSIONS: Final = ("enable_intercom", "enable_external_call", "enable_management_console_access")
GROUP: Rules = {
    "group_name": Text(64, 1),
    "group_description": Text(1024, lines=True),
    **dict.fromkeys(PERMISSIONS, Flag(True)),
}

_RESERVED: Final = frozenset(map(fold, (DEFAULT_GROUP, SHORT_DEFAULT)))


def _name_taken() -> Duplicate:
    return Duplicate("Another extension group has this name.", "group_name")


_REFUSALS: Final[Refusals] = {"extension_group_tenant_id_is_default_name_key_key": _name_taken}


@dataclass(frozen=True)
class GroupSummary:
    """A group as lists show it."""

    id: int
    group_id: str
    name: str
    members_count: int


@dataclass(frozen=True)
class ExtensionGroup:
    """A group with the numbers of its members, in the order of lists."""

    id: int
    group_id: str
    name: str
    description: str
    permissions: Mapping[str, bool]
    is_default: bool
    members: Sequence[str]


def page(tenant_id: int, part: Slice) -> Page:
    """Return summaries by name; the default group is the last one, whatever the direction."""
    rows = groups_sql.page(tenant_id, part)
    return Page([GroupSummary(*row) for row in rows], groups_sql.count(tenant_id))


def show(tenant_id: int, key: GroupKey) -> ExtensionGroup:
    """Return one group with its members, in one statement. Raises NotFound."""
    row = groups_sql.show(tenant_id, *key.where())
    if row is None:
        raise NotFound(tables.ExtensionGroup.missing)
    group_row_id, group_id, name, description, is_default, members, *permissions = row
    trail.about(group_row_id)
    return ExtensionGroup(
        group_row_id,
        group_id,
        name,
        description,
        dict(zip(PERMISSIONS, map(bool, permissions), strict=True)),
        bool(is_default),
        orjson.loads(members),
    )


def create(tenant_id: int, fields: Mapping[str, object]) -> GroupSummary:
    """Make a group and return it; its members may do what `fields` say that they may.

    Raises Invalid (also for an unknown member) and Duplicate (the name is taken).
    """
    values = _checked(fields)
    if "group_name" not in values:
        raise Invalid({"group_name": ["Missing."]})
    values = dict.fromkeys(PERMISSIONS, False) | values
    group_id = str(uuid.uuid4()).upper()
    members = values.get("members", [])
    with database.writing():
        _require_not_reserved(values)
        with refusing(_REFUSALS):
            id_ = tables.ExtensionGroup.insert(tenant_id, group_id=group_id, **_columns(values))
        _set_members(tenant_id, id_, members)
    return GroupSummary(id_, group_id, values["group_name"], len(set(members)))


def update(tenant_id: int, key: GroupKey, fields: Mapping[str, object]) -> None:
    """Apply `fields` to one group; `members`, when present, replaces the whole list.

    Raises NotFound, Duplicate (another group has the name), Conflict (the default group) and Invalid (an unknown
    member).
    """
    values = _checked(fields)
    with database.writing():
        group = _require(tenant_id, key)
        if group.is_default:
            _require_default_unchanged(show(tenant_id, key), values)
        else:
            _require_not_reserved(values)
        with refusing(_REFUSALS):
            tables.ExtensionGroup.update(tenant_id, _columns(values), id=group.id)
        if "members" in values and not group.is_default:
            _set_members(tenant_id, group.id, values["members"])


def destroy(tenant_id: int, key: GroupKey) -> None:
    """Delete a group; its members stay as extensions. Raises NotFound and Conflict (the default group)."""
    with database.writing():
        group = _require(tenant_id, key)
        if group.is_default:
            raise Conflict("The default group cannot be removed.")
        tables.Membership.delete(tenant_id, group_id=group.id)
        tables.ExtensionGroup.delete(tenant_id, id=group.id)


def set_groups_of(tenant_id: int, extension_id: int, keys: Sequence[str | GroupKey]) -> None:
    """Make an extension a member of exactly the groups that `keys` name, inside the caller's transaction.

    `group_keys.find` says what names a group; the default one is ignored. Raises Invalid for an unknown group.
    """
    found = group_keys.find(tenant_id, keys)
    if found is None:
        raise Invalid({"belong_groups": [UNKNOWN]})
    sizes = {group.id: group.members_count for group in found if not group.is_default}
    current = groups_sql.groups_of(tenant_id, extension_id)
    added = sizes.keys() - current
    groups_sql.delete_memberships(tenant_id, ((group, extension_id) for group in current - sizes.keys()))
    if any(sizes[group] >= MOST_MEMBERS for group in added):
        raise Invalid({"belong_groups": [FULL]})
    groups_sql.insert_memberships(tenant_id, ((group, extension_id) for group in added))


def may_call_outside(tenant_id: int, extension_id: int) -> bool:
    """Tell whether one of an extension's groups allows calls to external numbers; the default group does."""
    return _allows(tenant_id, extension_id, "enable_external_call")


def may_page(tenant_id: int, extension_id: int) -> bool:
    """Tell whether one of an extension's groups allows it to make phones answer by themselves; the default group does.

    Source: contract `portsip-more.md`, row 20.
    """
    return _allows(tenant_id, extension_id, "enable_intercom")


def _allows(tenant_id: int, extension_id: int, permission: str) -> bool:
    allowed = groups_sql.allowed_by(tenant_id, extension_id, permission)
    return not allowed or any(allowed)


def rows_by_key(tenant_id: int) -> dict[str, int | None]:
    """Return the row id of every group by each text that names it, folded; None is the default group's.

    The texts are its name, which stands there as it is written too (of twins each has its own), its id in digits and
    its GUID; where two groups share one, the GUID decides, then the id.
    """
    group = tables.ExtensionGroup
    columns = (group.id, group.name, group.name_key, group.group_id, group.is_default)
    rows = [(row, None if row.is_default else row.id) for row in group.select(tenant_id, *columns)]
    by_name = {row.name_key.partition(TWIN)[0]: id_ for row, id_ in sorted(rows, key=_last_twin_first)}
    by_id = {str(row.id): id_ for row, id_ in rows}
    return by_name | {row.name: id_ for row, id_ in rows} | by_id | {fold(row.group_id): id_ for row, id_ in rows}


def _last_twin_first(row: tuple[tables.ExtensionGroup, int | None]) -> tuple[bool, int]:
    return TWIN not in row[0].name_key, -row[0].id


def _require(tenant_id: int, key: GroupKey) -> tables.ExtensionGroup:
    column, value = key.where()
    return tables.ExtensionGroup.get(tenant_id, **{column: value})


def _columns(values: Mapping[str, Any]) -> dict[str, object]:
    columns: dict[str, object] = {name: values[name] for name in PERMISSIONS if name in values}
    if "group_description" in values:
        columns["description"] = values["group_description"]
    if "group_name" in values:
        columns |= {"name": values["group_name"], "name_key": fold(values["group_name"])}
    return columns


def _set_members(tenant_id: int, group_row_id: int, numbers: Sequence[str]) -> None:
    if len(set(numbers)) > MOST_MEMBERS:
        raise Invalid({"members": [f"Must name at most {MOST_MEMBERS} extensions."]})
    wanted = groups_sql.extension_ids(tenant_id, numbers)
    if len(wanted) < len(set(numbers)):
        raise Invalid({"members": ["Names an extension that does not exist."]})
    membership = tables.Membership
    rows = membership.select(tenant_id, membership.extension_id).where(membership.group_id == group_row_id)
    current = {extension_id for (extension_id,) in rows.tuples()}
    groups_sql.delete_memberships(tenant_id, ((group_row_id, extension_id) for extension_id in current - wanted))
    groups_sql.insert_memberships(tenant_id, ((group_row_id, extension_id) for extension_id in wanted - current))


def _require_not_reserved(values: Mapping[str, Any]) -> None:
    """Raise Duplicate for a name of the default group, which no constraint keeps apart from those of the others."""
    if fold(values.get("group_name", "")) in _RESERVED:
        raise _name_taken()


def _require_default_unchanged(group: ExtensionGroup, values: Mapping[str, Any]) -> None:
    """What `show` gave may be sent back; anything else is refused."""
    same = (
        values.get("group_name", group.name) in {group.name, SHORT_DEFAULT}
        and all(values.get(permission, True) for permission in PERMISSIONS)
        and set(values.get("members", group.members)) == set(group.members)
    )
    if not same:
        raise Conflict("The default group cannot be renamed, restricted or given members.")


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(GROUP, fields)
    members = fields.get("members", [])
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise Invalid({"members": ["Must be an array of extension numbers."]})
    return values | ({"members": members} if "members" in fields else {})
