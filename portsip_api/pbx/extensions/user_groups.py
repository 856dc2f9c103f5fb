"""User groups: extension groups as the administration of sipXcom sees them, with a branch and a weight.

The default group, whose members are derived, is none of them. Source: contract, section 5.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import branches, groups, tables
from portsip_api.pbx.extensions.branches import Branch
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.extensions.groups import GROUP, PERMISSIONS
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.small_lists import comparable, cut
from portsip_api.pbx.values import Rules, Whole, checked
from portsip_api.store import database
from portsip_api.store.names import meant
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

ADMINISTRATORS: Final = "administrators"
EMPTY: Final = "Cannot be empty"
ORDERINGS: Final = ("name", "description", "weight")
USER_GROUP: Rules = {
    "name": GROUP["group_name"],
    "description": GROUP["group_description"],
    "weight": Whole(1, 2**31 - 1, 1),
}


@dataclass(frozen=True)
class UserGroup:
    """A user group; of a user's groups the one with the lowest weight decides."""

    id: int
    name: str
    description: str | None
    weight: int
    branch: Branch | None


def page(tenant_id: int, ordering: str, part: Slice) -> Page:
    """Return user groups (`UserGroup`) by one of ORDERINGS, and by name where that is equal; one statement."""
    rows = map(_group, _select(tenant_id))
    if ordering == "weight":
        return cut(rows, lambda group: (group.weight, group.id), part)
    return cut(rows, lambda group: (comparable(getattr(group, ordering)), fold(group.name)), part)


def show(tenant_id: int, group_id: int) -> UserGroup:
    """Return one user group. Raises NotFound (also for the default group)."""
    return _one(tenant_id, tables.ExtensionGroup.id == row_id(group_id))


def find_by_name(tenant_id: int, name: str) -> UserGroup:
    """Return the user group with that name, without case. Raises NotFound."""
    alike, order = meant(tables.ExtensionGroup, name)
    return _one(tenant_id, alike, *order)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a user group without members and return its id.

    `fields`: name, and optionally description, branch_id and weight (one more than the greatest one when absent). The
    members may do all that an extension group can allow. Raises Invalid and Duplicate (the name is taken).
    """
    values = _checked(fields)
    with database.writing():
        try:
            group = groups.create(
                tenant_id,
                {
                    "group_name": values["name"],
                    "group_description": values["description"],
                    **dict.fromkeys(PERMISSIONS, True),
                },
            )
        except Duplicate as error:
            raise Duplicate(str(error), "name") from error
        _write(tenant_id, group.id, values)
    return group.id


def replace(tenant_id: int, group_id: int, fields: Mapping[str, object]) -> None:
    """Give a user group the name, description and branch of `fields`; weight, when absent, and members stay.

    Raises NotFound, Invalid, Duplicate and Conflict (the group of administrators keeps its name).
    """
    values = _checked(fields)
    with database.writing():
        found = show(tenant_id, group_id)
        if fold(found.name) == ADMINISTRATORS and values["name"] != found.name:
            raise Conflict("The group of administrators cannot be renamed.")
        try:
            groups.update(
                tenant_id,
                GroupKey(id=found.id),
                {"group_name": values["name"], "group_description": values["description"]},
            )
        except Duplicate as error:
            raise Duplicate(str(error), "name") from error
        _write(tenant_id, found.id, values)


def destroy(tenant_id: int, group_id: int) -> None:
    """Remove a user group; its members stay. Raises NotFound and Conflict (the group of administrators)."""
    with database.writing():
        found = show(tenant_id, group_id)
        if fold(found.name) == ADMINISTRATORS:
            raise Conflict("The group of administrators cannot be removed.")
        groups.destroy(tenant_id, GroupKey(id=found.id))


def _select(tenant_id: int, *where: Any) -> Any:
    """Return a query of the groups for which the conditions hold, each with the columns of its branch."""
    group, branch = tables.ExtensionGroup, tables.Branch
    columns = (group.id, group.name, group.description, group.weight, *branches.FIELDS)
    query = group.select(tenant_id, *columns).join(branch, peewee.JOIN.LEFT_OUTER, on=branch.id == group.branch_id)
    return query.where(~group.is_default, *where).tuples()


def _one(tenant_id: int, where: Any, *order: Any) -> UserGroup:
    row = _select(tenant_id, where).order_by(*order).first()
    if row is None:
        raise NotFound("There is no such user group.")
    trail.about(row[0])
    return _group(row)


def _group(row: Any) -> UserGroup:
    id_, name, description, weight, *branch = row
    return UserGroup(id_, name, description or None, weight, Branch(*branch) if branch[0] is not None else None)


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    given = {name: value for name, value in fields.items() if value is not None}
    if not str(given.get("name", "")).strip():
        raise Invalid({"name": [EMPTY]})
    branch_id = given.get("branch_id")
    if branch_id is not None and type(branch_id) is not int:
        raise Invalid({"branch_id": ["Must be the id of a branch."]})
    return {"description": "", "weight": None, **checked(USER_GROUP, given), "branch_id": branch_id}


def _write(tenant_id: int, group_id: int, values: Mapping[str, Any]) -> None:
    branches.require(tenant_id, values["branch_id"])
    columns = {"branch_id": values["branch_id"]}
    if values["weight"] is not None:
        columns["weight"] = values["weight"]
    tables.ExtensionGroup.update(tenant_id, columns, id=group_id)
