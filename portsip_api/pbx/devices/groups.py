"""Phone groups: phones that share settings, in an order that says whose value rules.

Source: contract, section 6.4 (Gr), and 6.3 for what a phone does with its groups.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.devices.keys import phone_id
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.pbx.values import Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.search import fold

RESERVED: Final = "administrators"
PHONE_GROUP: Rules = {
    "name": Text(255, 1, pattern=r"\S|\S.*\S", meaning="a name that neither begins nor ends with a blank"),
    "description": Text(255, lines=True),
    "weight": Whole(0, 2**31 - 1, 0),
}
_COLUMNS: Final = "g.id, g.name, g.description, g.weight, g.members_count"


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
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM phone_group AS g WHERE g.tenant_id = ? ORDER BY g.weight, g.id", (tenant_id,)
    )
    return [PhoneGroup(*row) for row in rows]


def show(tenant_id: int, key: int | str) -> PhoneGroup:
    """Return the group that `key` names: an id, or a text that is an id in digits or a name, without case.

    Digits that are no group's id may be a name too. Raises NotFound.
    """
    id_ = row_id(key)
    row = database.fetch_row(
        f"SELECT {_COLUMNS} FROM phone_group AS g WHERE g.tenant_id = ? AND (g.id = ? OR g.name_key = ?)"
        " ORDER BY g.id IS ? DESC LIMIT 1",
        (tenant_id, id_, fold(key) if isinstance(key, str) else None, id_),
    )
    if row is None:
        raise NotFound("There is no such phone group.")
    return PhoneGroup(*row)


def find_by_name(tenant_id: int, name: str) -> PhoneGroup:
    """Return the group with that name, without case, also when the name is another group's id. Raises NotFound."""
    row = database.fetch_row(
        f"SELECT {_COLUMNS} FROM phone_group AS g WHERE g.tenant_id = ? AND g.name_key = ?", (tenant_id, fold(name))
    )
    if row is None:
        raise NotFound("There is no such phone group.")
    return PhoneGroup(*row)


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
    with database.writing():
        group = show(tenant_id, key)
        try:
            database.execute(
                "UPDATE phone_group SET name = ?, name_key = ?, description = ?, weight = ? WHERE id = ?",
                (
                    values["name"],
                    fold(values["name"]),
                    values.get("description"),
                    values.get("weight", group.weight),
                    group.id,
                ),
            )
        except peewee.IntegrityError as error:
            raise _taken() from error
    return group.id


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a group with its settings; its phones stay. Raises NotFound and Forbidden (the reserved group)."""
    with database.writing():
        group = show(tenant_id, key)
        if fold(group.name) == RESERVED:
            raise Forbidden("This group cannot be removed.")
        database.execute("DELETE FROM phone_group WHERE id = ?", (group.id,))


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
                _number_by_order(tenant_id)
                weights = (target + 1, place + 1)
            for weight, id_ in zip(weights, (group.id, neighbour.id), strict=True):
                database.execute("UPDATE phone_group SET weight = ? WHERE id = ?", (weight, id_))
    return group.id


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> Mapping[int, Sequence[PhoneGroup]]:
    """Return the groups of many phones, in order, by the phone's id; one statement. A phone without any is left out."""
    rows = database.fetch_all(
        f"SELECT m.phone_id, {_COLUMNS} FROM phone_group_member AS m JOIN phone_group AS g ON g.id = m.group_id"
        " WHERE m.phone_id IN (SELECT value FROM json_each(?)) AND g.tenant_id = ?"
        " ORDER BY m.phone_id, g.weight, g.id",
        (json.dumps(list(phone_ids)), tenant_id),
    )
    found: dict[int, list[PhoneGroup]] = {}
    for of_phone, *group in rows:
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
        row = database.fetch_row(
            "SELECT id FROM phone_group WHERE tenant_id = ? AND name_key = ?", (tenant_id, fold(name))
        )
        group_id = row[0] if row else _insert(tenant_id, values)
        database.execute(
            "INSERT INTO phone_group_member (group_id, phone_id) VALUES (?, ?) ON CONFLICT DO NOTHING", (group_id, id_)
        )


def remove_phone(tenant_id: int, phone_key: int | str, name: str) -> None:
    """Take a phone out of the group `name`, if it is in it. Raises NotFound (no such phone, no such group)."""
    with database.writing():
        database.execute(
            "DELETE FROM phone_group_member WHERE group_id = ? AND phone_id = ?",
            (find_by_name(tenant_id, name).id, phone_id(tenant_id, phone_key)),
        )


def leave_all(tenant_id: int, phone_key: int | str) -> None:
    """Take a phone out of all groups. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM phone_group_member WHERE phone_id = ?", (phone_id(tenant_id, phone_key),))


def set_firmware(tenant_id: int, key: int | str, model_id: str, version: str) -> int:
    """Set the firmware version of a group's phones of one model and return how many phones those are.

    Raises NotFound (no such group, model, or version of the model).
    """
    if version not in (phone_model(model_id).versions or ()):
        raise NotFound("The phone model has no such firmware version.")
    with database.writing():
        return database.execute(
            "UPDATE phone SET device_version = ? WHERE model_id = ?"
            " AND id IN (SELECT phone_id FROM phone_group_member WHERE group_id = ?)",
            (version, model_id, show(tenant_id, key).id),
        ).rowcount


def _insert(tenant_id: int, values: Mapping[str, Any]) -> int:
    try:
        return database.insert(
            "INSERT INTO phone_group (tenant_id, name, name_key, description, weight) VALUES (?, ?, ?, ?,"
            " coalesce(?, (SELECT coalesce(max(weight), 0) + 1 FROM phone_group WHERE tenant_id = ?)))",
            (
                tenant_id,
                values["name"],
                fold(values["name"]),
                values.get("description"),
                values.get("weight"),
                tenant_id,
            ),
        )
    except peewee.IntegrityError as error:
        raise _taken() from error


def _number_by_order(tenant_id: int) -> None:
    database.execute(
        "UPDATE phone_group SET weight = o.place FROM ("
        "  SELECT id, row_number() OVER (ORDER BY weight, id) AS place FROM phone_group WHERE tenant_id = ?"
        ") AS o WHERE o.id = phone_group.id",
        (tenant_id,),
    )


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(PHONE_GROUP, {name: value for name, value in fields.items() if value is not None})
    if "name" not in values:
        raise Invalid({"name": ["Missing."]})
    return values


def _taken() -> Duplicate:
    return Duplicate("Another phone group has this name.", "name")
