"""Phone groups: phones that share settings, in an order that says whose value rules.

Source: contract, section 6.4 (Gr), and 6.3 for what a phone does with its groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.devices import groups_sql, tables
from portsip_api.pbx.devices.keys import phone_id
from portsip_api.pbx.devices.tables import Phone, PhoneGroupMember
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.search import fold

RESERVED: Final = "administrators"
PHONE_GROUP: Rules = {
    "name": Text(255, 1, pattern=r"\S|\S.*\S", meaning="a name that neither begins nor ends with a blank"),
    "description": Text(255, lines=True),
    "weight": Whole(0, 2**31 - 1, 0),
}
_REFUSALS: Refusals = {
    "phone_group_tenant_id_name_key_key": lambda: Duplicate("Another phone group has this name.", "name"),
}


@dataclass(frozen=True)
class PhoneGroup:
    """A phone group: the lightest comes first in lists, and its settings rule; `count` is how many phones it has."""

    id: int
    name: str
    description: str | None
    weight: int
    count: int


def page(tenant_id: int) -> Sequence[PhoneGroup]:
    """Return every group in order, in one statement."""
    group = tables.PhoneGroup
    return [_group(row) for row in group.page(tenant_id, order=[group.weight, group.id])]


def show(tenant_id: int, key: int | str) -> PhoneGroup:
    """Return the group that `key` names: an id, or a text that is an id in digits or a name, without case.

    Digits that are no group's id may be a name too. Raises NotFound.
    """
    found = tables.PhoneGroup.find(tenant_id, id=id_) if (id_ := row_id(key)) is not None else None
    if found is None and isinstance(key, str):
        found = tables.PhoneGroup.named(tenant_id, key)
    if found is None:
        raise NotFound(tables.PhoneGroup.missing)
    return _group(found)


def find_by_name(tenant_id: int, name: str) -> PhoneGroup:
    """Return the group with that name, without case, also when the name is another group's id. Raises NotFound."""
    return _group(tables.PhoneGroup.get_named(tenant_id, name))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a group of `name`, `description` and `weight` (else it comes last) and return its id.

    Raises Invalid and Duplicate.
    """
    values = _checked(fields)
    with database.writing():
        return _insert(tenant_id, values)


def replace(tenant_id: int, key: int | str, fields: Mapping[str, object]) -> int:
    """Give a group a new name and description (None when not sent) and, when sent, weight; return its id.

    Raises NotFound, Invalid and Duplicate.
    """
    values = _checked(fields)
    with database.writing(), refusing(_REFUSALS):
        group = show(tenant_id, key)
        tables.PhoneGroup.update(tenant_id, {"weight": group.weight, **_columns(values)}, id=group.id)
    return group.id


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a group with its settings; its phones stay. Raises NotFound and Forbidden (the reserved group)."""
    with database.writing():
        group = show(tenant_id, key)
        if fold(group.name) == RESERVED:
            raise Forbidden("This group cannot be removed.")
        tables.PhoneGroup.delete(tenant_id, id=group.id)


def move(tenant_id: int, key: int | str, *, up: bool) -> int:
    """Exchange a group with the one before it (`up`) or after it, and return its id; at the end nothing happens.

    Raises NotFound.
    """
    with database.writing():
        group = show(tenant_id, key)
        order = page(tenant_id)
        place = [other.id for other in order].index(group.id)
        target = place - 1 if up else place + 1
        if 0 <= target < len(order):
            neighbour = order[target]
            weights = (neighbour.weight, group.weight)
            if neighbour.weight == group.weight:  # to exchange equal weights would change nothing
                groups_sql.number_by_order(tenant_id)
                weights = (target + 1, place + 1)
            for weight, id_ in zip(weights, (group.id, neighbour.id), strict=True):
                tables.PhoneGroup.update(tenant_id, {"weight": weight}, id=id_)
    return group.id


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> Mapping[int, Sequence[PhoneGroup]]:
    """Return the groups of many phones, in order, by the phone's id; one statement. A phone without any is left out."""
    found: dict[int, list[PhoneGroup]] = {}
    for of_phone, *group in groups_sql.of_phones(tenant_id, phone_ids):
        found.setdefault(of_phone, []).append(PhoneGroup(*group))
    return found


def of_phone(tenant_id: int, phone_key: int | str) -> Sequence[PhoneGroup]:
    """Return the groups of one phone, in order. Raises NotFound."""
    id_ = phone_id(tenant_id, phone_key)
    return of_phones(tenant_id, [id_]).get(id_, [])


def add_phone(tenant_id: int, phone_key: int | str, name: str) -> None:
    """Make a phone a member of the group `name`, which is made when there is none; a member stays one.

    Raises NotFound (no such phone) and Invalid (not a name for a group).
    """
    values = _checked({"name": name})
    with database.writing():
        id_ = phone_id(tenant_id, phone_key)
        group = tables.PhoneGroup.named(tenant_id, name)
        pair = {"group_id": group.id if group else _insert(tenant_id, values), "phone_id": id_}
        if not PhoneGroupMember.has(tenant_id, **pair):
            PhoneGroupMember.insert(tenant_id, **pair)


def remove_phone(tenant_id: int, phone_key: int | str, name: str) -> None:
    """Take a phone out of the group `name`, if it is in it. Raises NotFound (no such phone, no such group)."""
    with database.writing():
        group_id = find_by_name(tenant_id, name).id
        PhoneGroupMember.delete(tenant_id, group_id=group_id, phone_id=phone_id(tenant_id, phone_key))


def leave_all(tenant_id: int, phone_key: int | str) -> None:
    """Take a phone out of all groups. Raises NotFound."""
    with database.writing():
        PhoneGroupMember.delete(tenant_id, phone_id=phone_id(tenant_id, phone_key))


def set_firmware(tenant_id: int, key: int | str, model_id: str, version: str) -> int:
    """Set the firmware version of a group's phones of one model and return how many phones those are.

    Raises NotFound (no such group, model, or version of the model).
    """
    if version not in (phone_model(model_id).versions or ()):
        raise NotFound("The phone model has no such firmware version.")
    with database.writing():
        return Phone.update(
            tenant_id, {"device_version": version}, in_group(tenant_id, show(tenant_id, key).id), model_id=model_id
        )


def in_group(tenant_id: int, group_id: int) -> peewee.Expression:
    """Return the condition that a phone is in the group with that id."""
    member = PhoneGroupMember
    condition: peewee.Expression = Phone.id.in_(
        member.select(tenant_id, member.phone_id).where(member.group_id == group_id)
    )
    return condition


def _insert(tenant_id: int, values: Mapping[str, Any]) -> int:
    weight = peewee.fn.COALESCE(peewee.fn.MAX(tables.PhoneGroup.weight), 0) + 1
    last = tables.PhoneGroup.select(tenant_id, weight)
    with refusing(_REFUSALS):
        return tables.PhoneGroup.insert(tenant_id, **{"weight": last, **_columns(values)})


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(PHONE_GROUP, {name: value for name, value in fields.items() if value is not None})
    if "name" not in values:
        raise Invalid({"name": ["Missing."]})
    return values


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": None, **values, "name_key": fold(values["name"])}


def _group(row: tables.PhoneGroup) -> PhoneGroup:
    return PhoneGroup(row.id, row.name, row.description, row.weight, row.members_count)
