"""Auto attendants: who answers by menu, the special mode that puts one of them in the place of all, and live mode.

Every tenant has the built-in `operator` and `afterhour`; custom ones are made on the command line. An attendant with a
live code can be switched to a person (live) and back: what is switched off comes back by itself after the attendant's
hours, else when its schedule next begins, else not before it is switched on. Source: contract, section 5.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Conflict, Duplicate, NotFound
from portsip_api.pbx.hours import calendars, schedules
from portsip_api.pbx.hours.periods import next_start
from portsip_api.pbx.replacements import complete
from portsip_api.pbx.values import Rules, Text, Whole
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.search import fold

OPERATOR: Final = "operator"
AFTERHOUR: Final = "afterhour"
ATTENDANT: Rules = {
    "name": Text(64, 1),
    "number": Text(20, pattern=r"[0-9A-Za-z*#+]*", meaning="made of digits, letters, *, # and +"),
    "live_code": Text(20, pattern=r"[0-9A-Za-z*#+]*", meaning="made of digits, letters, *, # and +"),
    "expire_hours": Whole(0, 8760, 0),  # 0: it does not come back by itself
    "schedule": Text(64),
}
_CUSTOM: Final = re.compile(r"xcf-([0-9]{1,18})")
_SECONDS_PER_HOUR: Final = 3600


@dataclass(frozen=True)
class Attendant:
    """An attendant; `number` and `live_code` are empty where there is none.

    `key` names it: its `system_id`, or `xcf-` and its id. `special` tells that it answers for all (special mode is on
    and it is the selected one), `live` that a person does.
    """

    id: int
    key: str
    system_id: str | None
    name: str
    number: str
    live_code: str
    live: bool
    special: bool


def list_all(tenant_id: int) -> list[Attendant]:
    """Return the built-in attendants, operator first, and then the custom ones by name."""
    return _fetch("1", (tenant_id,))


def show(tenant_id: int, key: str) -> Attendant:
    """Return the attendant named by `operator`, `afterhour` or `xcf-<id>`. Raises NotFound."""
    custom = _CUSTOM.fullmatch(key)
    found = (
        _fetch("a.id = ? AND a.system_id IS NULL", (tenant_id, int(custom[1])))
        if custom
        else _fetch("a.system_id = ?", (tenant_id, key))
    )
    if not found:
        raise NotFound("There is no such attendant.")
    return found[0]


def special_mode(tenant_id: int) -> bool:
    """Tell whether the selected attendant answers for all."""
    row = database.fetch_row("SELECT is_on FROM special_attendant WHERE tenant_id = ?", (tenant_id,))
    return bool(row and row[0])


def enable_special_mode(tenant_id: int) -> None:
    """Let the selected attendant answer for all; `afterhour` is selected when none is."""
    with database.writing():
        database.execute(
            "UPDATE special_attendant SET is_on = 1, attendant_id = coalesce(attendant_id,"
            " (SELECT id FROM attendant AS a WHERE a.tenant_id = special_attendant.tenant_id AND a.system_id = ?))"
            " WHERE tenant_id = ?",
            (AFTERHOUR, tenant_id),
        )


def disable_special_mode(tenant_id: int) -> None:
    """Let each attendant answer for itself, and select none."""
    with database.writing():
        database.execute(
            "UPDATE special_attendant SET is_on = 0, attendant_id = NULL WHERE tenant_id = ?", (tenant_id,)
        )


def select(tenant_id: int, key: str) -> None:
    """Select the attendant that special mode puts in the place of all. Raises NotFound."""
    with database.writing():
        attendant_id = show(tenant_id, key).id
        database.execute("UPDATE special_attendant SET attendant_id = ? WHERE tenant_id = ?", (attendant_id, tenant_id))


def deselect(tenant_id: int, key: str) -> None:
    """Drop the selection of an attendant, if it has it. Raises NotFound and Conflict (special mode is on)."""
    with database.writing():
        attendant_id = show(tenant_id, key).id
        if special_mode(tenant_id):
            raise Conflict("The selection cannot be dropped while special mode is on.")
        database.execute(
            "UPDATE special_attendant SET attendant_id = NULL WHERE tenant_id = ? AND attendant_id = ?",
            (tenant_id, attendant_id),
        )


def enable_live_mode(tenant_id: int, code: str) -> None:
    """Let a person answer in the place of the attendant with that live code. Raises NotFound."""
    _set_live(tenant_id, code, live=True, again_at=None)


def disable_live_mode(tenant_id: int, code: str) -> None:
    """Let the attendant with that live code answer, until live mode comes back by itself. Raises NotFound."""
    row = database.fetch_row(
        "SELECT expire_hours, schedule_id FROM attendant WHERE tenant_id = ? AND live_code = ?", (tenant_id, code)
    )
    _set_live(tenant_id, code, live=False, again_at=_again_at(tenant_id, *row) if row else None)


def create(tenant_id: int, fields: Mapping[str, object]) -> Attendant:
    """Make a custom attendant and return it; with a live code it begins in live mode.

    `fields` are those of `ATTENDANT` (name is required); `schedule` is the name of a general schedule. Raises Invalid,
    NotFound (no such schedule) and Duplicate (the name, the number or the live code is taken).
    """
    values = complete(ATTENDANT, fields, ("name",))
    with database.writing():
        schedule_id = schedules.find_general(tenant_id, values["schedule"]).id if values["schedule"] else None
        code = values["live_code"] or None
        try:
            attendant_id = database.insert(
                "INSERT INTO attendant (tenant_id, name, name_key, number, live_code, live, expire_hours, schedule_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    tenant_id,
                    values["name"],
                    fold(values["name"]),
                    values["number"] or None,
                    code,
                    code is not None,
                    values["expire_hours"] or None,
                    schedule_id,
                ),
            )
        except peewee.IntegrityError as error:
            raise _taken(error) from error
        return show(tenant_id, f"xcf-{attendant_id}")


def destroy(tenant_id: int, key: str) -> None:
    """Delete a custom attendant and free its number.

    Raises NotFound and Conflict (a built-in one stays, and so does the one that special mode has put in place of all).
    """
    with database.writing():
        attendant = show(tenant_id, key)
        if attendant.system_id is not None:
            raise Conflict("A built-in attendant cannot be removed.")
        if attendant.special:
            raise Conflict("The attendant cannot be removed while special mode puts it in the place of all.")
        database.execute("DELETE FROM attendant WHERE tenant_id = ? AND id = ?", (tenant_id, attendant.id))


def _fetch(where: str, values: Sequence[object]) -> list[Attendant]:
    rows = database.fetch_all(
        "SELECT a.id, a.system_id, a.name, coalesce(a.number, ''), coalesce(a.live_code, ''), a.live, a.live_again_at,"
        " s.is_on AND s.attendant_id IS a.id FROM attendant AS a"
        f" JOIN special_attendant AS s ON s.tenant_id = a.tenant_id WHERE a.tenant_id = ? AND {where}"
        " ORDER BY a.system_id DESC NULLS LAST, a.name_key",
        values,
    )
    return [_attendant(*row) for row in rows]


def _attendant(attendant_id: int, system_id: str | None, name: str, number: str, code: str, *row: Any) -> Attendant:
    live, again_at, special = row
    is_live = bool(live) or (again_at is not None and again_at <= clock.wall())
    key = system_id or f"xcf-{attendant_id}"
    return Attendant(attendant_id, key, system_id, name, number, code, is_live, bool(special))


def _set_live(tenant_id: int, code: str, *, live: bool, again_at: float | None) -> None:
    with database.writing():
        changed = database.execute(
            "UPDATE attendant SET live = ?, live_again_at = ? WHERE tenant_id = ? AND live_code = ?",
            (live, again_at, tenant_id, code),
        )
        if not changed.rowcount:
            raise NotFound("No attendant has this live code.")


def _again_at(tenant_id: int, expire_hours: int | None, schedule_id: int | None) -> float | None:
    """Return when live mode comes back that is switched off now, in seconds since 1970."""
    if expire_hours is not None:
        return clock.wall() + expire_hours * _SECONDS_PER_HOUR
    if schedule_id is None:
        return None
    now = datetime.fromtimestamp(clock.wall(), UTC)
    start = next_start(schedules.show(tenant_id, schedule_id).periods, now, calendars.load(tenant_id).zone)
    return start.timestamp() if start else None


def _taken(error: peewee.IntegrityError) -> Duplicate:
    if "name_key" in str(error):
        return Duplicate("Another attendant has this name.", "name")
    if "live_code" in str(error):
        return Duplicate("Another attendant has this live code.", "live_code")
    return Duplicate("Another object of this tenant has this number.", "number")
