"""Schedules: named periods of the week, of the whole PBX (general), of an extension group or of a user.

Times mean the clock of the tenant's zone. Source: contract, section 6.8; sipxcom-user.md, `/my/callfwdsched`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.hours.periods import Day, Period
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.row_ids import row_id
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
_COLUMNS: Final = "s.id, s.name, s.description, s.extension_id, s.group_id, s.periods"
_TAKEN: Final = "A schedule with this name is already defined."


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
    return _fetch("s.extension_id IS NULL AND s.group_id IS NULL", (tenant_id,))


def list_group(tenant_id: int, group_id: int | None = None) -> list[Schedule]:
    """Return the schedules of one extension group (its numeric id), or of all, by name. Raises NotFound."""
    if group_id is None:
        return _fetch("s.group_id IS NOT NULL", (tenant_id,))
    _require_owner(tenant_id, "extension_group", group_id)
    return _fetch("s.group_id = ?", (tenant_id, group_id))


def list_user(tenant_id: int, user_id: int, *, personal: bool = False) -> list[Schedule]:
    """Return a user's own schedules by name, followed by those of the user's groups unless `personal`.

    Who is in no group is in the default one. Raises NotFound (no such user).
    """
    _require_owner(tenant_id, "extension", user_id)
    if personal:
        return _fetch("s.extension_id = ?", (tenant_id, user_id))
    return _fetch(f"(s.extension_id = ? OR {_OF_GROUPS})", (tenant_id, user_id, user_id, user_id))


def show(tenant_id: int, schedule_id: int) -> Schedule:
    """Return one schedule. Raises NotFound."""
    found = _fetch("s.id = ?", (tenant_id, row_id(schedule_id)))
    if not found:
        raise NotFound("There is no such schedule.")
    return found[0]


def find_general(tenant_id: int, name: str) -> Schedule:
    """Return the general schedule of that name, without case. Raises NotFound."""
    found = _fetch("s.extension_id IS NULL AND s.group_id IS NULL AND s.name_key = ?", (tenant_id, fold(name)))
    if not found:
        raise NotFound("There is no general schedule with this name.")
    return found[0]


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a schedule and return its id.

    `fields`: name (required), description, kind (`general` when absent), user_id (for `user`) or group_id (for
    `group`), and periods, each a mapping of day (a `Day`), start and stop (minutes after midnight; stop comes after
    start), enabled. Raises Invalid, NotFound (no such user or group) and Duplicate (the owner has one of this name).
    """
    values = _checked(fields)
    owners = _owners(fields)
    with database.writing():
        if owners["user"] is not None:
            _require_owner(tenant_id, "extension", owners["user"])
        if owners["group"] is not None:
            _require_owner(tenant_id, "extension_group", owners["group"])
        try:
            return database.insert(
                "INSERT INTO schedule (tenant_id, extension_id, group_id, name, name_key, description, periods)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (tenant_id, owners["user"], owners["group"], *_row(values)),
            )
        except peewee.IntegrityError as error:
            raise Duplicate(_TAKEN, "name") from error


def replace(tenant_id: int, schedule_id: int, fields: Mapping[str, object]) -> None:
    """Replace name, description and periods of a schedule; whose it is stays. Raises as `create` does."""
    values = _checked(fields)
    with database.writing():
        show(tenant_id, schedule_id)
        try:
            database.execute(
                "UPDATE schedule SET name = ?, name_key = ?, description = ?, periods = ?"
                " WHERE tenant_id = ? AND id = ?",
                (*_row(values), tenant_id, schedule_id),
            )
        except peewee.IntegrityError as error:
            raise Duplicate(_TAKEN, "name") from error


def destroy(tenant_id: int, schedule_id: int) -> None:
    """Delete a schedule; what it limited is no longer limited. Raises NotFound."""
    with database.writing():
        show(tenant_id, schedule_id)
        database.execute("DELETE FROM schedule WHERE tenant_id = ? AND id = ?", (tenant_id, schedule_id))


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


def read_periods(text: str) -> tuple[Period, ...]:
    """Return the periods that a row of the store holds as `text`."""
    return tuple(Period(Day(day), start, stop, enabled) for day, start, stop, enabled in json.loads(text))


_PERIOD_NEEDS: Final = ("day", "start", "stop")
_OF_GROUPS: Final = """s.group_id IN (
    SELECT m.group_id FROM membership AS m WHERE m.extension_id = ?
    UNION ALL SELECT g.id FROM extension AS e JOIN extension_group AS g ON g.tenant_id = e.tenant_id AND g.is_default
              WHERE e.id = ? AND e.group_count = 0)"""


def _fetch(where: str, values: Sequence[object]) -> list[Schedule]:
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM schedule AS s WHERE s.tenant_id = ? AND {where}"
        " ORDER BY s.group_id IS NOT NULL, s.name_key, s.id",
        values,
    )
    return [_schedule(row) for row in rows]


def _schedule(row: Sequence[Any]) -> Schedule:
    schedule_id, name, description, user_id, group_id, text = row
    kind = Kind.USER if user_id is not None else Kind.GROUP if group_id is not None else Kind.GENERAL
    return Schedule(schedule_id, name, description, kind, user_id, group_id, read_periods(text))


def _require_owner(tenant_id: int, table: str, owner_id: int) -> None:
    row = database.fetch_row(f"SELECT 1 FROM {table} WHERE tenant_id = ? AND id = ?", (tenant_id, row_id(owner_id)))
    if row is None:
        raise NotFound("User not found" if table == "extension" else "Group not found")


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


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = complete(SCHEDULE, fields, ("name",))
    periods = objects(fields, "periods", MOST_PERIODS, PERIOD, _PERIOD_NEEDS)
    return {**values, "periods": [_period(period, f"periods.{index}.") for index, period in enumerate(periods)]}


def _period(values: Mapping[str, Any], path: str = "") -> Period:
    if values["start"] >= values["stop"]:
        raise Invalid({f"{path}stop": ["Must be after the start."]})
    return Period(Day(values["day"]), values["start"], values["stop"], values["enabled"])


def _document(periods: Sequence[Period]) -> str:
    return json.dumps([[period.day, period.start, period.stop, period.enabled] for period in periods])


def _row(values: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return values["name"], fold(values["name"]), values["description"], _document(values["periods"])


def _set_periods(tenant_id: int, schedule_id: int, periods: Sequence[Period]) -> None:
    database.execute(
        "UPDATE schedule SET periods = ? WHERE tenant_id = ? AND id = ?", (_document(periods), tenant_id, schedule_id)
    )
