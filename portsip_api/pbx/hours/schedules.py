"""Schedules: named periods of the week, of the whole PBX (general), of an extension group or of a user.

Times mean the clock of the tenant's zone. Source: contract, section 6.8; sipxcom-user.md, `/my/callfwdsched`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.hours import schedules_sql, tables
from portsip_api.pbx.hours.periods import Day, Period
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole
from portsip_api.store import database
from portsip_api.store.search import fold

MOST_PERIODS: Final = 100
SCHEDULE: Rules = {"name": Text(64, 1), "description": Text(1024, lines=True)}
PERIOD: Rules = {
    "day": Choice(tuple(Day), Day.EVERY_DAY),
    "start": Whole(0, 1439, 0),  # minutes after midnight
    "stop": Whole(0, 1440, 1440),
    "enabled": Flag(True),
}
_REFUSALS: Final[Refusals] = {
    "schedule_name": lambda: Duplicate("A schedule with this name is already defined.", "name")
}


class Kind(StrEnum):
    """Whose a schedule is."""

    GENERAL = "general"
    GROUP = "group"
    USER = "user"


@dataclass(frozen=True)
class Schedule:
    """A schedule; `user_id` (an extension's) or `group_id` is set where it belongs to one."""

    id: int
    name: str
    description: str
    kind: Kind
    user_id: int | None
    group_id: int | None
    periods: Sequence[Period]


def list_general(tenant_id: int) -> list[Schedule]:
    """Return the schedules that belong to nobody, by name."""
    return _list(tenant_id, *_GENERAL)


def list_group(tenant_id: int, group_id: int | None = None) -> list[Schedule]:
    """Return the schedules of one extension group (its numeric id), or of all, by name. Raises NotFound."""
    if group_id is None:
        return _list(tenant_id, tables.Schedule.group_id.is_null(False))
    _require_group(tenant_id, group_id)
    return _list(tenant_id, tables.Schedule.group_id == group_id)


def list_user(tenant_id: int, user_id: int, *, personal: bool = False) -> list[Schedule]:
    """Return a user's own schedules by name, followed by those of the user's groups unless `personal`.

    Who is in no group is in the default one. Raises NotFound (no such user).
    """
    _require_user(tenant_id, user_id)
    if personal:
        return _list(tenant_id, tables.Schedule.extension_id == user_id)
    return [_schedule(row) for row in schedules_sql.of_user(tenant_id, user_id)]


def show(tenant_id: int, schedule_id: int) -> Schedule:
    """Return one schedule. Raises NotFound."""
    return _shown(tables.Schedule.get(tenant_id, id=row_id(schedule_id)))


def find_general(tenant_id: int, name: str) -> Schedule:
    """Return the general schedule of that name, without case. Raises NotFound."""
    found = tables.Schedule.named(tenant_id, name, *_GENERAL)
    if found is None:
        raise NotFound("There is no general schedule with this name.")
    trail.about(found.id)
    return _shown(found)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a schedule and return its id.

    `fields`: name (required), description, kind (`general` when absent), user_id (for `user`) or group_id (for
    `group`), and periods, each a mapping of day (a `Day`), start and stop (minutes after midnight; stop comes after
    start), enabled. Raises Invalid, NotFound (no such user or group) and Duplicate (the owner has one of this name).
    """
    values = checked_fields(fields)
    owners = _owners(fields)
    with database.writing():
        if owners["user"] is not None:
            _require_user(tenant_id, owners["user"])
        if owners["group"] is not None:
            _require_group(tenant_id, owners["group"])
        with refusing(_REFUSALS):
            return tables.Schedule.insert(
                tenant_id, extension_id=owners["user"], group_id=owners["group"], **_columns(values)
            )


def replace(tenant_id: int, schedule_id: int, fields: Mapping[str, object]) -> None:
    """Replace name, description and periods of a schedule; whose it is stays. Raises as `create` does."""
    values = checked_fields(fields)
    with database.writing(), refusing(_REFUSALS):
        found = tables.Schedule.update(tenant_id, _columns(values), id=row_id(schedule_id))
    if not found:
        raise NotFound(tables.Schedule.missing)


def destroy(tenant_id: int, schedule_id: int) -> None:
    """Delete a schedule; what it limited is no longer limited. Raises NotFound."""
    with database.writing():
        found = tables.Schedule.delete(tenant_id, id=row_id(schedule_id))
    if not found:
        raise NotFound(tables.Schedule.missing)


def add_period(tenant_id: int, schedule_id: int, fields: Mapping[str, object]) -> None:
    """Append one period. Raises NotFound and Invalid."""
    period = _period(complete(PERIOD, fields, _PERIOD_NEEDS))
    with database.writing():
        periods = [*show(tenant_id, schedule_id).periods, period]
        if len(periods) > MOST_PERIODS:
            raise Invalid({"periods": [f"Must have at most {MOST_PERIODS} items."]})
        _set_periods(tenant_id, schedule_id, periods)


def remove_period(tenant_id: int, schedule_id: int, index: int) -> None:
    """Remove the period at `index`, counted from zero. Raises NotFound (also when there is no such period)."""
    with database.writing():
        periods = list(show(tenant_id, schedule_id).periods)
        if not 0 <= index < len(periods):
            raise NotFound("The schedule has no such period.")
        del periods[index]
        _set_periods(tenant_id, schedule_id, periods)


def checked_periods(fields: Mapping[str, object], name: str) -> list[Period]:
    """Return the periods that `fields` have under `name`, as for `create`. Raises Invalid."""
    found = objects(fields, name, MOST_PERIODS, PERIOD, _PERIOD_NEEDS)
    return [_period(period, f"{name}.{index}.") for index, period in enumerate(found)]


def document(periods: Sequence[Period]) -> str:
    """Return the text in which the store holds periods."""
    return json.dumps([[period.day, period.start, period.stop, period.enabled] for period in periods])


def read_periods(text: str) -> tuple[Period, ...]:
    """Return the periods that a row of the store holds as `text`."""
    return tuple(Period(Day(day), start, stop, enabled) for day, start, stop, enabled in json.loads(text))


_PERIOD_NEEDS: Final = ("day", "start", "stop")
_GENERAL: Final = (tables.Schedule.extension_id.is_null(), tables.Schedule.group_id.is_null())


def _list(tenant_id: int, *where: Any) -> list[Schedule]:
    table = tables.Schedule
    order = (table.group_id.is_null(False), table.name_key, table.id)
    return [_shown(row) for row in table.page(tenant_id, *where, order=order)]


def _shown(row: tables.Schedule) -> Schedule:
    return _schedule((row.id, row.name, row.description, row.extension_id, row.group_id, row.periods))


def _schedule(row: Sequence[Any]) -> Schedule:
    schedule_id, name, description, user_id, group_id, periods = row
    kind = Kind.USER if user_id is not None else Kind.GROUP if group_id is not None else Kind.GENERAL
    return Schedule(schedule_id, name, description, kind, user_id, group_id, read_periods(periods))


def _require_user(tenant_id: int, user_id: int) -> None:
    if not schedules_sql.has_user(tenant_id, row_id(user_id)):
        raise NotFound("User not found")


def _require_group(tenant_id: int, group_id: int) -> None:
    if not schedules_sql.has_group(tenant_id, row_id(group_id)):
        raise NotFound("Group not found")


def _owners(fields: Mapping[str, object]) -> dict[str, int | None]:
    kind = fields.get("kind") or Kind.GENERAL
    if kind not in tuple(Kind):
        raise Invalid({"kind": [f"Must be one of {', '.join(Kind)}."]})
    owners: dict[str, int | None] = {"user": None, "group": None}
    if kind != Kind.GENERAL:
        field, owner = f"{kind}_id", fields.get(f"{kind}_id")
        if isinstance(owner, bool) or not isinstance(owner, int):
            raise Invalid({field: ["Must be the id of the schedule's owner."]})
        owners[str(kind)] = owner
    return owners


def checked_fields(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return name, description and periods (each a `Period`) of `fields`, which `create` describes. Raises Invalid."""
    values = complete(SCHEDULE, fields, ("name",))
    return {**values, "periods": checked_periods(fields, "periods")}


def _period(values: Mapping[str, Any], path: str = "") -> Period:
    if values["start"] >= values["stop"]:
        raise Invalid({f"{path}stop": ["Must be after the start."]})
    return Period(Day(values["day"]), values["start"], values["stop"], values["enabled"])


def _columns(values: Mapping[str, Any]) -> dict[str, object]:
    return {
        "name": values["name"],
        "name_key": fold(values["name"]),
        "description": values["description"],
        "periods": document(values["periods"]),
    }


def _set_periods(tenant_id: int, schedule_id: int, periods: Sequence[Period]) -> None:
    tables.Schedule.update(tenant_id, {"periods": document(periods)}, id=schedule_id)
