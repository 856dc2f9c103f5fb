"""Auto attendants: who answers by menu, the special mode that puts one of them in the place of all, and live mode.

Every tenant has the built-in `operator` and `afterhour`; custom ones are made on the command line. An attendant with a
live code can be switched to a person (live) and back: what is switched off comes back by itself after the attendant's
hours, else when its schedule next begins, else not before it is switched on. Source: contract, section 5.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from portsip_api.pbx import trail
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.errors import Conflict, Duplicate, NotFound
from portsip_api.pbx.features import tables
from portsip_api.pbx.features.tables import SpecialAttendant
from portsip_api.pbx.hours import calendars, schedules
from portsip_api.pbx.hours.periods import next_start
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.replacements import complete
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, Whole
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.search import fold

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
_REFUSALS: Final[Refusals] = {
    "attendant_tenant_id_name_key_key": lambda: Duplicate("Another attendant has this name.", "name"),
    "attendant_tenant_id_live_code_key": lambda: Duplicate("Another attendant has this live code.", "live_code"),
    "attendant_tenant_id_number_key": taken("number"),
    DIALLED: taken("number"),
}


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
    return _fetch(tenant_id)


def show(tenant_id: int, key: str) -> Attendant:
    """Return the attendant named by `operator`, `afterhour` or `xcf-<id>`. Raises NotFound."""
    row, custom = tables.Attendant, _CUSTOM.fullmatch(key)
    where = [row.id == int(custom[1]), row.system_id.is_null()] if custom else [row.system_id == key]
    found = _fetch(tenant_id, *where)
    if not found:
        raise NotFound(row.missing)
    trail.about(found[0].id)
    return found[0]


def special_mode(tenant_id: int) -> bool:
    """Tell whether the selected attendant answers for all."""
    return SpecialAttendant.has(tenant_id, is_on=True)


def enable_special_mode(tenant_id: int) -> None:
    """Let the selected attendant answer for all; `afterhour` is selected when none is."""
    with database.writing():
        SpecialAttendant.update(tenant_id, {"is_on": True})
        if SpecialAttendant.has(tenant_id, attendant_id=None):
            select(tenant_id, AFTERHOUR)


def disable_special_mode(tenant_id: int) -> None:
    """Let each attendant answer for itself, and select none."""
    with database.writing():
        SpecialAttendant.update(tenant_id, {"is_on": False, "attendant_id": None})


def select(tenant_id: int, key: str) -> None:
    """Select the attendant that special mode puts in the place of all. Raises NotFound."""
    with database.writing():
        SpecialAttendant.update(tenant_id, {"attendant_id": show(tenant_id, key).id})


def deselect(tenant_id: int, key: str) -> None:
    """Drop the selection of an attendant, if it has it. Raises NotFound and Conflict (special mode is on)."""
    with database.writing():
        attendant_id = show(tenant_id, key).id
        if special_mode(tenant_id):
            raise Conflict("The selection cannot be dropped while special mode is on.")
        SpecialAttendant.update(tenant_id, {"attendant_id": None}, attendant_id=attendant_id)


def enable_live_mode(tenant_id: int, code: str) -> None:
    """Let a person answer in the place of the attendant with that live code. Raises NotFound."""
    _set_live(tenant_id, code, live=True, again_at=None)


def disable_live_mode(tenant_id: int, code: str) -> None:
    """Let the attendant with that live code answer, until live mode comes back by itself. Raises NotFound."""
    row = tables.Attendant.find(tenant_id, live_code=code)
    _set_live(tenant_id, code, live=False, again_at=_again_at(row) if row else None)


def create(tenant_id: int, fields: Mapping[str, object]) -> Attendant:
    """Make a custom attendant and return it; with a live code it begins in live mode.

    `fields` are those of `ATTENDANT` (name is required); `schedule` is the name of a general schedule. Raises Invalid,
    NotFound (no such schedule), Duplicate (the name, the number or the live code is taken) and Conflict (the tenant has
    as many as it may).
    """
    values = complete(ATTENDANT, fields, ("name",))
    with database.writing():
        require_room(tenant_id)
        schedule_id = schedules.find_general(tenant_id, values["schedule"]).id if values["schedule"] else None
        code = values["live_code"] or None
        with refusing(_REFUSALS):
            attendant_id = tables.Attendant.insert(
                tenant_id,
                name=values["name"],
                name_key=fold(values["name"]),
                number=values["number"] or None,
                live_code=code,
                live=code is not None,
                expire_hours=values["expire_hours"] or None,
                schedule_id=schedule_id,
            )
        return show(tenant_id, key_of(attendant_id))


def require_room(tenant_id: int) -> None:
    """Raise Conflict when the tenant may have no custom attendant beside those that it has."""
    custom = tables.Attendant.system_id.is_null()
    tenant_limits.of(tenant_id).require("max_virtual_receptionists", lambda: tables.Attendant.count(tenant_id, custom))


def key_of(attendant_id: int) -> str:
    """Return what names a custom attendant in all of this module."""
    return f"xcf-{attendant_id}"


def named(tenant_id: int, name: str) -> int:
    """Return the id of the attendant of that name, without case, and make a custom one when there is none.

    Raises what `create` raises.
    """
    with database.writing():
        found = tables.Attendant.named(tenant_id, name)
        return found.id if found is not None else create(tenant_id, {"name": name}).id


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
        tables.Attendant.delete(tenant_id, id=attendant.id)


def _fetch(tenant_id: int, *where: Any) -> list[Attendant]:
    row = tables.Attendant
    found = (
        row.select(tenant_id, row, SpecialAttendant.is_on, SpecialAttendant.attendant_id.alias("selected_id"))
        .join(SpecialAttendant, on=SpecialAttendant.tenant_id == row.tenant_id)
        .where(*where)
        .order_by(row.system_id.desc(nulls="LAST"), row.name_key)
    )
    return [_attendant(joined) for joined in found.objects()]


def _attendant(row: Any) -> Attendant:
    return Attendant(
        id=row.id,
        key=row.system_id or key_of(row.id),
        system_id=row.system_id,
        name=row.name,
        number=row.number or "",
        live_code=row.live_code or "",
        live=row.live or (row.live_again_at is not None and row.live_again_at <= clock.wall()),
        special=row.is_on and row.selected_id == row.id,
    )


def _set_live(tenant_id: int, code: str, *, live: bool, again_at: float | None) -> None:
    with database.writing():
        if not tables.Attendant.update(tenant_id, {"live": live, "live_again_at": again_at}, live_code=code):
            raise NotFound("No attendant has this live code.")


def _again_at(row: Any) -> float | None:
    """Return when live mode comes back that is switched off now, in seconds since 1970."""
    if row.expire_hours is not None:
        return clock.wall() + float(row.expire_hours * _SECONDS_PER_HOUR)
    if row.schedule_id is None:
        return None
    now = datetime.fromtimestamp(clock.wall(), UTC)
    start = next_start(schedules.show(row.tenant_id, row.schedule_id).periods, now, calendars.load(row.tenant_id).zone)
    return start.timestamp() if start else None
