"""Which permissions users and groups have.

A user's value is the user's own, else that of the first of the user's groups (by weight, then by id) that has one, else
the permission's default. A group's value is its own, else the default. Source: contract, sections 5.5 and 5.7.
"""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import permission_values_sql, permissions, tables
from portsip_api.pbx.extensions.permissions import BUILT_IN, UNKNOWN, Permission
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database

Values = Mapping[str, bool]


def of_users(tenant_id: int, extension_ids: Sequence[int], every: Sequence[Permission]) -> dict[int, Values]:
    """Return the value of each permission of `every` for each of `extension_ids`, which exist; two statements."""
    from_groups = permission_values_sql.of_users_groups(tenant_id, extension_ids)
    own = permission_values_sql.of_users(tenant_id, extension_ids)
    return _over_defaults(every, extension_ids, [*from_groups, *own])


def of_users_groups(tenant_id: int, extension_ids: Sequence[int], every: Sequence[Permission]) -> dict[int, Values]:
    """Return what each of `extension_ids` would have had nothing been set for it itself; one statement."""
    return _over_defaults(every, extension_ids, permission_values_sql.of_users_groups(tenant_id, extension_ids))


def own_of_user(tenant_id: int, extension_id: int) -> dict[str, bool]:
    """Return what was set for a user itself, by permission; one statement."""
    rows = permission_values_sql.of_users(tenant_id, [extension_id])
    return {name: bool(value) for _, name, value in rows}


def reset_of_user(tenant_id: int, extension_id: int, names: Sequence[str]) -> None:
    """Let permissions of a user be what the user's groups say, else their defaults."""
    table = tables.ExtensionPermission
    with database.writing():
        table.delete(tenant_id, table.permission.in_(list(names)), extension_id=extension_id)


def of_groups(tenant_id: int, group_ids: Sequence[int], every: Sequence[Permission]) -> dict[int, Values]:
    """Return the value of each permission of `every` for each of `group_ids`, which exist; one statement."""
    return _over_defaults(every, group_ids, permission_values_sql.of_groups(tenant_id, group_ids))


def set_of_user(tenant_id: int, extension_id: int, values: Mapping[str, bool]) -> None:
    """Set those permissions of a user that `values` names; the others stay.

    Raises NotFound and Invalid (field `permissions`: a permission that does not exist).
    """
    with database.writing():
        if not tables.Extension.has(tenant_id, id=row_id(extension_id)):
            raise NotFound("There is no such extension.")
        _set(tenant_id, tables.ExtensionPermission, {"extension_id": extension_id}, values)


def set_of_group(tenant_id: int, group_id: int, values: Mapping[str, bool]) -> None:
    """Set those permissions of a group that `values` names; the others stay.

    Raises NotFound (also for the default group) and Invalid (field `permissions`: a permission that does not exist).
    """
    with database.writing():
        if not tables.ExtensionGroup.has(tenant_id, id=row_id(group_id), is_default=False):
            raise NotFound("There is no such group.")
        _set(tenant_id, tables.GroupPermission, {"group_id": group_id}, values)


def has(tenant_id: int, extension_id: int, name: str) -> bool:
    """Tell whether a user has a permission; nobody has one that does not exist. One statement."""
    default = BUILT_IN[name].default_value if name in BUILT_IN else None
    return permission_values_sql.find(tenant_id, row_id(extension_id), name, permissions.custom_id(name), default)


def is_set_by(tenant_id: int, group_ids: Iterable[int], name: str) -> bool:
    """Tell whether one of the groups gives or takes a permission. One statement."""
    setting = tables.GroupPermission
    rows = setting.select(tenant_id, setting.group_id).where(setting.permission == name)
    return not {group_id for (group_id,) in rows.tuples()}.isdisjoint(group_ids)


def _over_defaults(every: Sequence[Permission], ids: Iterable[int], rows: Iterable[Any]) -> dict[int, Values]:
    """Lay what was set over the defaults, of which there is one copy: a tenant may add permissions by the hundred."""
    defaults = {item.name: item.default_value for item in every}
    found: dict[int, ChainMap[str, bool]] = {id_: ChainMap({}, defaults) for id_ in ids}
    for id_, name, value in rows:
        found[id_][name] = bool(value)
    return {**found}


def _set(
    tenant_id: int,
    table: type[tables.ExtensionPermission | tables.GroupPermission],
    owner: Mapping[str, int],
    values: Mapping[str, bool],
) -> None:
    if not values.keys() <= {item.name for item in permissions.everything(tenant_id)}:
        raise Invalid({"permissions": [UNKNOWN]})
    table.delete(tenant_id, table.permission.in_(list(values)), **owner)
    table.insert_all(tenant_id, [{**owner, "permission": name, "value": value} for name, value in values.items()])
