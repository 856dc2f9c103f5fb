"""Which permissions users and groups have.

A user's value is the user's own, else that of the first of the user's groups (by weight, then by id) that has one, else
the permission's default. A group's value is its own, else the default. Source: contract, sections 5.5 and 5.7.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import permissions
from portsip_api.pbx.extensions.permissions import BUILT_IN, Permission
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database

UNKNOWN: Final = "Names a permission that does not exist."
Values = dict[str, bool]


def of_users(tenant_id: int, extension_ids: Sequence[int], every: Sequence[Permission]) -> dict[int, Values]:
    """Return the value of each permission of `every` for each of `extension_ids`, which exist; two statements."""
    ids = json.dumps(list(extension_ids))
    of_groups_ = database.fetch_all(
        "SELECT m.extension_id, p.permission, p.value FROM json_each(?) AS j"
        " CROSS JOIN membership AS m ON m.extension_id = j.value CROSS JOIN extension_group AS g ON g.id = m.group_id"
        " CROSS JOIN group_permission AS p ON p.group_id = g.id WHERE g.tenant_id = ?"
        " ORDER BY g.weight DESC, g.id DESC",  # so that what decides is written last
        (ids, tenant_id),
    )
    own = database.fetch_all(
        "SELECT e.id, p.permission, p.value FROM json_each(?) AS j CROSS JOIN extension AS e ON e.id = j.value"
        " CROSS JOIN extension_permission AS p ON p.extension_id = e.id WHERE e.tenant_id = ?",
        (ids, tenant_id),
    )
    return _over_defaults(every, extension_ids, [*of_groups_, *own])


def of_groups(tenant_id: int, group_ids: Sequence[int], every: Sequence[Permission]) -> dict[int, Values]:
    """Return the value of each permission of `every` for each of `group_ids`, which exist; one statement."""
    rows = database.fetch_all(
        "SELECT g.id, p.permission, p.value FROM json_each(?) AS j CROSS JOIN extension_group AS g ON g.id = j.value"
        " CROSS JOIN group_permission AS p ON p.group_id = g.id WHERE g.tenant_id = ?",
        (json.dumps(list(group_ids)), tenant_id),
    )
    return _over_defaults(every, group_ids, rows)


def set_of_user(tenant_id: int, extension_id: int, values: Mapping[str, bool]) -> None:
    """Set those permissions of a user that `values` names; the others stay.

    Raises NotFound and Invalid (field `permissions`: a permission that does not exist).
    """
    _set(tenant_id, "extension", "", extension_id, values)


def set_of_group(tenant_id: int, group_id: int, values: Mapping[str, bool]) -> None:
    """Set those permissions of a group that `values` names; the others stay.

    Raises NotFound (also for the default group) and Invalid (field `permissions`: a permission that does not exist).
    """
    _set(tenant_id, "group", " AND NOT is_default", group_id, values)


def has(tenant_id: int, extension_id: int, name: str) -> bool:
    """Tell whether a user has a permission; nobody has one that does not exist. One statement."""
    default = BUILT_IN[name].default_value if name in BUILT_IN else None
    row = database.fetch_row(
        "SELECT coalesce("
        " (SELECT value FROM extension_permission WHERE extension_id = e.id AND permission = :name),"
        " (SELECT p.value FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id"
        "  JOIN group_permission AS p ON p.group_id = g.id AND p.permission = :name"
        "  WHERE m.extension_id = e.id ORDER BY g.weight, g.id LIMIT 1),"
        " (SELECT default_value FROM permission WHERE tenant_id = :tenant AND id = :custom),"
        " :default) FROM extension AS e WHERE e.tenant_id = :tenant AND e.id = :id",
        {
            "name": name,
            "tenant": tenant_id,
            "id": row_id(extension_id),
            "custom": permissions.custom_id(name),
            "default": default,
        },
    )
    return row is not None and bool(row[0])


def is_set_by(tenant_id: int, group_ids: Iterable[int], name: str) -> bool:
    """Tell whether one of the groups gives or takes a permission. One statement."""
    row = database.fetch_row(
        "SELECT 1 FROM json_each(?) AS j CROSS JOIN extension_group AS g ON g.id = j.value"
        " CROSS JOIN group_permission AS p ON p.group_id = g.id WHERE g.tenant_id = ? AND p.permission = ? LIMIT 1",
        (json.dumps(list(group_ids)), tenant_id, name),
    )
    return row is not None


def _over_defaults(every: Sequence[Permission], ids: Iterable[int], rows: Iterable[Any]) -> dict[int, Values]:
    defaults = {item.name: item.default_value for item in every}
    found = {id_: dict(defaults) for id_ in ids}
    for id_, name, value in rows:
        found[id_][name] = bool(value)
    return found


def _set(tenant_id: int, kind: str, but: str, id_: int, values: Mapping[str, bool]) -> None:
    owner = "extension_group" if kind == "group" else "extension"
    with database.writing():
        exists = database.fetch_row(
            f"SELECT 1 FROM {owner} WHERE tenant_id = ? AND id = ?{but}", (tenant_id, row_id(id_))
        )
        if exists is None:
            raise NotFound(f"There is no such {kind}.")
        if not values.keys() <= {item.name for item in permissions.everything(tenant_id)}:
            raise Invalid({"permissions": [UNKNOWN]})
        database.execute(
            f"INSERT INTO {kind}_permission ({kind}_id, permission, value)"
            " SELECT ?, key, value FROM json_each(?) WHERE true"
            f" ON CONFLICT ({kind}_id, permission) DO UPDATE SET value = excluded.value",
            (id_, json.dumps({name: bool(value) for name, value in values.items()})),
        )
