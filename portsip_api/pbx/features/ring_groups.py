"""Ring groups: a number at which several extensions ring.

Source: the vendor's `ring_groups` operations; contract, section 4, and the issue that names their fields.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.values import Choice, Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

MOST_MEMBERS: Final = 1_000
RING_GROUP: Rules = {
    "ring_group_number": NUMBER,
    "name": Text(64, 1),
    "ring_time": Whole(1, 600, 30),  # seconds
    "ring_strategy": Choice(("RING_SIMULTANEOUSLY", "PRIORITIZED_HUNT", "CYCLIC_HUNT"), "RING_SIMULTANEOUSLY"),
}
_COLUMNS: Final = {
    "ring_group_number": "number",
    "name": "name",
    "ring_time": "ring_time",
    "ring_strategy": "strategy",
}


@dataclass(frozen=True)
class RingGroupKey:
    """What names a ring group: its number or its id; the id is used when both are given."""

    number: str | None = None
    id: int | None = None


@dataclass(frozen=True)
class RingGroup:
    """A ring group with its members in the order in which they are tried."""

    id: int
    ring_group_number: str
    name: str
    ring_time: int
    ring_strategy: str
    members: Sequence[str] = ()


def page(tenant_id: int, part: Slice) -> Page:
    """Return ring groups without their members, by number."""
    direction = "DESC" if part.descending else "ASC"
    rows = database.fetch_all(
        "SELECT id, number, name, ring_time, strategy FROM ring_group WHERE tenant_id = ?"
        f" ORDER BY length(number) {direction}, number {direction} LIMIT ? OFFSET ?",
        (tenant_id, part.limit, part.offset),
    )
    total = database.fetch_row("SELECT count(*) FROM ring_group WHERE tenant_id = ?", (tenant_id,))[0]
    return Page([RingGroup(*row) for row in rows], total)


def show(tenant_id: int, key: RingGroupKey) -> RingGroup:
    """Return one ring group. Raises NotFound."""
    row = _require(tenant_id, key)
    members = database.fetch_all(
        "SELECT e.number FROM ring_group_member AS m JOIN extension AS e ON e.id = m.extension_id"
        " WHERE m.ring_group_id = ? ORDER BY m.position",
        (row[0],),
    )
    return replace(RingGroup(*row), members=[member[0] for member in members])


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a ring group and return its id. Raises Invalid (also for an unknown member) and Duplicate."""
    values = _checked(fields)
    missing = {name: ["Missing."] for name in ("ring_group_number", "name") if name not in values}
    if missing:
        raise Invalid(missing)
    values = {"ring_time": 30, "ring_strategy": "RING_SIMULTANEOUSLY", **values}
    with database.writing():
        try:
            group_id = database.insert(
                "INSERT INTO ring_group (tenant_id, number, name, ring_time, strategy) VALUES (?, ?, ?, ?, ?)",
                (tenant_id, *(values[name] for name in _COLUMNS)),
            )
        except peewee.IntegrityError as error:
            raise _taken() from error
        _set_members(tenant_id, group_id, values.get("members", []))
    return group_id


def update(tenant_id: int, key: RingGroupKey, fields: Mapping[str, object]) -> None:
    """Change a ring group; what is not sent stays, `members` replaces the whole list.

    With an id as key, `ring_group_number` renames. Raises NotFound, Invalid and Duplicate.
    """
    values = _checked(fields)
    if key.id is None:
        values.pop("ring_group_number", None)
    with database.writing():
        group_id = _require(tenant_id, key)[0]
        for name, column in _COLUMNS.items():
            if name in values:
                try:
                    database.execute(f"UPDATE ring_group SET {column} = ? WHERE id = ?", (values[name], group_id))
                except peewee.IntegrityError as error:
                    raise _taken() from error
        if "members" in values:
            _set_members(tenant_id, group_id, values["members"])


def destroy(tenant_id: int, key: RingGroupKey) -> None:
    """Delete a ring group; rules that point at it fall back to voicemail. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM ring_group WHERE id = ?", (_require(tenant_id, key)[0],))


def _require(tenant_id: int, key: RingGroupKey) -> Any:
    column, value = ("id", key.id) if key.id is not None else ("number", key.number)
    row = database.fetch_row(
        f"SELECT id, number, name, ring_time, strategy FROM ring_group WHERE tenant_id = ? AND {column} = ?",
        (tenant_id, value),
    )
    if row is None:
        raise NotFound("There is no such ring group.")
    return row


def _set_members(tenant_id: int, group_id: int, numbers: Sequence[str]) -> None:
    found = database.fetch_all(
        "SELECT e.id FROM json_each(?) AS j LEFT JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value"
        " ORDER BY j.key",
        (json.dumps(list(dict.fromkeys(numbers))), tenant_id),
    )
    if any(row[0] is None for row in found):
        raise Invalid({"members": ["Names an extension that does not exist."]})
    database.execute("DELETE FROM ring_group_member WHERE ring_group_id = ?", (group_id,))
    for position, (extension_id,) in enumerate(found):
        database.execute(
            "INSERT INTO ring_group_member (ring_group_id, position, extension_id) VALUES (?, ?, ?)",
            (group_id, position, extension_id),
        )


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(RING_GROUP, fields)
    members = fields.get("members", [])
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise Invalid({"members": ["Must be an array of extension numbers."]})
    if len(members) > MOST_MEMBERS:
        raise Invalid({"members": [f"Must name at most {MOST_MEMBERS} extensions."]})
    return values | ({"members": members} if "members" in fields else {})


def _taken() -> Duplicate:
    return Duplicate("Another object of this tenant has this number.", "ring_group_number")
