"""Extension groups: who belongs together, and what the members of a group may do.

Every tenant has the reserved default group, which holds the extensions that are in no other one: its members are
derived, never written. Source: PortSIP REST API, "Retrive extension groups" and the sections after it.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.values import Flag, Rules, Text, checked
from portsip_api.store import database
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


@dataclass(frozen=True)
class GroupKey:
    """What names a group: its GUID (v9 clients) or its id (v12 clients); the id is used when both are given."""

    group_id: str | None = None
    id: int | None = None

    def where(self) -> tuple[str, int | str | None]:
        """Return the column that decides and its value; a GUID is compared in upper case."""
        if self.id is not None:
            return "id", self.id
        return "group_id", self.group_id.upper() if self.group_id else None


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
    rows = database.fetch_all(
        "SELECT g.id, g.group_id, g.name, iif(g.is_default, t.ungrouped, g.members_count)"
        " FROM extension_group AS g JOIN tenant AS t ON t.id = g.tenant_id WHERE g.tenant_id = ?"
        f" ORDER BY g.is_default, g.name_key {'DESC' if part.descending else 'ASC'} LIMIT ? OFFSET ?",
        (tenant_id, part.limit, part.offset),
    )
    total = database.fetch_row("SELECT count(*) FROM extension_group WHERE tenant_id = ?", (tenant_id,))[0]
    return Page([GroupSummary(*row) for row in rows], total)


# As a JSON array, in the order of their numbers. A number stands in its `number_key` behind a mark: `0` and two digits,
# or `1`.
_MEMBERS: Final = """
CASE WHEN is_default THEN
    (SELECT json_group_array(number) FROM (
        SELECT number FROM extension WHERE tenant_id = g.tenant_id AND group_count = 0 ORDER BY number_key))
ELSE
    (SELECT json_group_array(substr(number_key, iif(number_key < '1', 4, 2))) FROM (
        SELECT number_key FROM membership WHERE group_id = g.id ORDER BY number_key))
END"""


def show(tenant_id: int, key: GroupKey) -> ExtensionGroup:
    """Return one group with its members, in one statement. Raises NotFound."""
    column, value = key.where()
    row = database.fetch_row(
        f"SELECT id, group_id, name, description, is_default, {_MEMBERS}, {', '.join(PERMISSIONS)}"
        f" FROM extension_group AS g WHERE tenant_id = ? AND {column} = ?",
        (tenant_id, value),
    )
    if row is None:
        raise NotFound("There is no such extension group.")
    group_row_id, group_id, name, description, is_default, members, *permissions = row
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
    """Make a group and return it. Raises Invalid (also for an unknown member) and Duplicate (the name is taken)."""
    values = _checked(fields)
    missing = {name: ["Missing."] for name in ("group_name", *PERMISSIONS) if name not in values}
    if missing:
        raise Invalid(missing)
    group_id = str(uuid.uuid4()).upper()
    with database.writing():
        _require_free(tenant_id, values["group_name"], None)
        row_id = database.insert(
            "INSERT INTO extension_group (tenant_id, group_id, name, name_key, description, enable_intercom,"
            " enable_external_call, enable_management_console_access) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                tenant_id,
                group_id,
                values["group_name"],
                fold(values["group_name"]),
                values.get("group_description", ""),
                *(values[permission] for permission in PERMISSIONS),
            ),
        )
        members = values.get("members", [])
        _set_members(tenant_id, row_id, members)
    return GroupSummary(row_id, group_id, values["group_name"], len(set(members)))


def update(tenant_id: int, key: GroupKey, fields: Mapping[str, object]) -> None:
    """Apply `fields` to one group; `members`, when present, replaces the whole list.

    Raises NotFound, Duplicate (another group has the name), Conflict (the default group) and Invalid (an unknown
    member).
    """
    values = _checked(fields)
    with database.writing():
        group = show(tenant_id, key)
        if group.is_default:
            _require_default_unchanged(group, values)
        if "group_name" in values and not group.is_default:
            _require_free(tenant_id, values["group_name"], group.id)
        columns: dict[str, object] = {name: values[name] for name in PERMISSIONS if name in values}
        if "group_description" in values:
            columns["description"] = values["group_description"]
        if "group_name" in values:
            columns |= {"name": values["group_name"], "name_key": fold(values["group_name"])}
        for column, value in columns.items():
            database.execute(f"UPDATE extension_group SET {column} = ? WHERE id = ?", (value, group.id))
        if "members" in values and not group.is_default:
            _set_members(tenant_id, group.id, values["members"])


def destroy(tenant_id: int, key: GroupKey) -> None:
    """Delete a group; its members stay as extensions. Raises NotFound and Conflict (the default group)."""
    column, value = key.where()
    with database.writing():
        row = database.fetch_row(
            f"SELECT id, is_default FROM extension_group WHERE tenant_id = ? AND {column} = ?",
            (tenant_id, value),
        )
        if row is None:
            raise NotFound("There is no such extension group.")
        if row[1]:
            raise Conflict("The default group cannot be removed.")
        database.execute("DELETE FROM membership WHERE group_id = ?", (row[0],))
        database.execute("DELETE FROM extension_group WHERE id = ?", (row[0],))


def set_groups_of(tenant_id: int, extension_id: int, keys: Sequence[str]) -> None:
    """Make an extension a member of exactly the groups that `keys` name, inside the caller's transaction.

    A key is a GUID, or an id in digits; the default group's is ignored. Raises Invalid for an unknown group.
    """
    wanted = {_id_of(tenant_id, key) for key in keys if key.upper() != DEFAULT_GROUP}
    rows = database.fetch_all("SELECT group_id FROM membership WHERE extension_id = ?", (extension_id,))
    current = {row[0] for row in rows}
    wanted.discard(None)
    delete_memberships((group, extension_id) for group in current - wanted)
    added = wanted - current
    full = database.fetch_row(
        "SELECT 1 FROM json_each(?) AS j JOIN extension_group AS g ON g.id = j.value WHERE g.members_count >= ?",
        (json.dumps(list(added)), MOST_MEMBERS),
    )
    if full is not None:
        raise Invalid({"belong_groups": [FULL]})
    insert_memberships((group, extension_id) for group in added)


def may_call_outside(extension_id: int) -> bool:
    """Tell whether one of an extension's groups allows calls to external numbers; the default group does."""
    row = database.fetch_row(
        "SELECT count(*), coalesce(max(g.enable_external_call), 0) FROM membership AS m"
        " JOIN extension_group AS g ON g.id = m.group_id WHERE m.extension_id = ?",
        (extension_id,),
    )
    return row[0] == 0 or bool(row[1])


def rows_by_key(tenant_id: int) -> dict[str, int | None]:
    """Return the row id of every group by each text that names it, folded; None is the default group's.

    The texts are its name, its id in digits and its GUID; where two groups share one, the GUID decides, then the id.
    """
    rows = database.fetch_all(
        "SELECT name_key, CAST(id AS TEXT), group_id, iif(is_default, NULL, id)"
        " FROM extension_group WHERE tenant_id = ?",
        (tenant_id,),
    )
    by_name = {name_key: row_id for name_key, _, _, row_id in rows}
    by_id = {id_: row_id for _, id_, _, row_id in rows}
    return by_name | by_id | {fold(group_id): row_id for _, _, group_id, row_id in rows}


def _id_of(tenant_id: int, key: str) -> int | None:
    """Return the row of the group that `key` names; None for the default group."""
    row = database.fetch_row(
        "SELECT id, is_default FROM extension_group WHERE tenant_id = ? AND (group_id = ? OR CAST(id AS TEXT) = ?)",
        (tenant_id, key.upper(), key),
    )
    if row is None:
        raise Invalid({"belong_groups": [UNKNOWN]})
    return None if row[1] else int(row[0])


def _set_members(tenant_id: int, group_row_id: int, numbers: Sequence[str]) -> None:
    if len(set(numbers)) > MOST_MEMBERS:
        raise Invalid({"members": [f"Must name at most {MOST_MEMBERS} extensions."]})
    found = database.fetch_all(
        "SELECT DISTINCT e.id, j.value FROM json_each(?) AS j"
        " LEFT JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value",
        (json.dumps(list(numbers)), tenant_id),
    )
    if any(extension_id is None for extension_id, _ in found):
        raise Invalid({"members": ["Names an extension that does not exist."]})
    wanted = {extension_id for extension_id, _ in found}
    rows = database.fetch_all("SELECT extension_id FROM membership WHERE group_id = ?", (group_row_id,))
    current = {row[0] for row in rows}
    delete_memberships((group_row_id, extension_id) for extension_id in current - wanted)
    insert_memberships((group_row_id, extension_id) for extension_id in wanted - current)


def insert_memberships(pairs: Iterable[tuple[int | None, int]]) -> None:
    """Write (group, extension) pairs of row ids, which are not there yet, inside the caller's transaction."""
    for pair in pairs:
        database.execute(
            "INSERT INTO membership (group_id, extension_id, number_key) SELECT ?, id, number_key FROM extension"
            " WHERE id = ?",
            pair,
        )


def delete_memberships(pairs: Iterable[tuple[int, int]]) -> None:
    """Delete (group, extension) pairs of row ids inside the caller's transaction."""
    for pair in pairs:
        database.execute("DELETE FROM membership WHERE group_id = ? AND extension_id = ?", pair)


def _require_free(tenant_id: int, name: str, group_row_id: int | None) -> None:
    row = database.fetch_row(
        "SELECT 1 FROM extension_group WHERE tenant_id = ? AND name_key = ? AND id IS NOT ?",
        (tenant_id, fold(name), group_row_id),
    )
    if row is not None:
        raise Duplicate("Another extension group has this name.", "group_name")


def _require_default_unchanged(group: ExtensionGroup, values: Mapping[str, Any]) -> None:
    """What `show` gave may be sent back; anything else is refused."""
    same = (
        values.get("group_name", group.name) == group.name
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
