"""Ring groups: a number at which several extensions ring.

Source: the vendor's `ring_groups` operations; contract, section 4, and the issue that names their fields.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features import members, tables
from portsip_api.pbx.features.no_answer import NO_ANSWER, NOTHING, NoAnswer
from portsip_api.pbx.features.tables import RingGroupMember
from portsip_api.pbx.numbers.references import RING_GROUP as GROUP
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

RING_STRATEGIES: Final = (
    "RING_SIMULTANEOUSLY",
    "PRIORITIZED_HUNT",
    "CYCLIC_HUNT",
    "LEAST_WORKED_HUNT",  # the longest since it answered
    "PAGING",  # answered by itself, one way
    "INTERCOM",
)
RING_GROUP: Rules = {
    "ring_group_number": NUMBER,
    "name": Text(64, 1),
    "ring_time": Whole(1, 600, 30),  # seconds
    "ring_strategy": Choice(RING_STRATEGIES, "RING_SIMULTANEOUSLY"),
}
WHOLE: Rules = {**RING_GROUP, **NO_ANSWER}
_COLUMNS: Final = {
    "ring_group_number": "number",
    "name": "name",
    "ring_time": "ring_time",
    "ring_strategy": "strategy",
}
_NO_ANSWER: Final = NoAnswer(GROUP, tables.RingGroup, "the ring group")
_REFUSALS: Final[Refusals] = {
    "ring_group_tenant_id_number_key": taken("ring_group_number"),
    DIALLED: taken("ring_group_number"),
}


@dataclass(frozen=True)
class RingGroupKey:
    """What names a ring group: its number or its id; the id is used when both are given."""

    number: str | None = None
    id: int | None = None


@dataclass(frozen=True)
class RingGroup:
    """A ring group with its members in the order in which they are tried, and what follows where nobody answers."""

    id: int
    ring_group_number: str
    name: str
    ring_time: int
    ring_strategy: str
    members: Sequence[str] = ()
    no_answer_action: str = ""
    no_answer_action_value: str = ""


def page(tenant_id: int, part: Slice) -> Page:
    """Return ring groups, without their members and what follows, by number."""
    number = tables.RingGroup.number
    order = [key.desc() if part.descending else key.asc() for key in (fn.LENGTH(number), number)]
    rows = tables.RingGroup.page(tenant_id, order=order, limit=part.limit, offset=part.offset)
    return Page([_group(row) for row in rows], tables.RingGroup.count(tenant_id))


def show(tenant_id: int, key: RingGroupKey) -> RingGroup:
    """Return one ring group. Raises NotFound."""
    row = _row(tenant_id, key)
    after = _NO_ANSWER.read(tenant_id, row)
    return _group(row, members.numbers(tenant_id, RingGroupMember, row.id), *after.values())


def reachable(tenant_id: int, group_ids: Collection[int]) -> set[int]:
    """Return those of `group_ids` of whose members one at least is registered and wants calls, be it on one."""
    return members.reachable(tenant_id, RingGroupMember, group_ids)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a ring group and return its id.

    Raises Invalid (also for an unknown member or target), Duplicate and Conflict (the tenant has as many as it may).
    """
    values = _checked(fields)
    missing = {name: ["Missing."] for name in ("ring_group_number", "name") if name not in values}
    if missing:
        raise Invalid(missing)
    values = {"ring_time": 30, "ring_strategy": "RING_SIMULTANEOUSLY", **values}
    with database.writing():
        tenant_limits.of(tenant_id).require("max_ring_groups", lambda: tables.RingGroup.count(tenant_id))
        after = _NO_ANSWER.changed(tenant_id, NOTHING, values)
        with refusing(_REFUSALS):
            group_id = tables.RingGroup.insert(tenant_id, **_columns(values))
        _NO_ANSWER.write(tenant_id, group_id, NOTHING, after)
        members.replace(tenant_id, RingGroupMember, group_id, values.get("members", []))
    return group_id


def update(tenant_id: int, key: RingGroupKey, fields: Mapping[str, object]) -> None:
    """Change a ring group; what is not sent stays, `members` replaces the whole list.

    With an id as key, `ring_group_number` renames. Raises NotFound, Invalid and Duplicate.
    """
    values = _checked(fields)
    if key.id is None:
        values.pop("ring_group_number", None)
    with database.writing():
        row = _row(tenant_id, key)
        group_id, before = row.id, _NO_ANSWER.read(tenant_id, row)
        after = _NO_ANSWER.changed(tenant_id, before, values)
        with refusing(_REFUSALS):
            tables.RingGroup.update(tenant_id, _columns(values), id=group_id)
        _NO_ANSWER.write(tenant_id, group_id, before, after)
        if "members" in values:
            members.replace(tenant_id, RingGroupMember, group_id, values["members"])


def destroy(tenant_id: int, key: RingGroupKey) -> None:
    """Delete a ring group; rules that point at it fall back to voicemail. Raises NotFound."""
    with database.writing():
        tables.RingGroup.delete(tenant_id, id=_row(tenant_id, key).id)


def _row(tenant_id: int, key: RingGroupKey) -> tables.RingGroup:
    if key.id is not None:
        return tables.RingGroup.get(tenant_id, id=key.id)
    return tables.RingGroup.get(tenant_id, number=key.number)


def _group(row: Any, numbers: Sequence[str] = (), action: str = "", target: str = "") -> RingGroup:
    return RingGroup(row.id, row.number, row.name, row.ring_time, row.strategy, numbers, action, target)


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    return {column: values[name] for name, column in _COLUMNS.items() if name in values}


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    return checked(WHOLE, fields) | members.checked(fields)
