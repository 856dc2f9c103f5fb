"""A tenant's calendar: its office hours, its time zone and its holidays.

Source: contract, section 4 ("Office hours and forwarding"); the operations on it are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays
import orjson

from portsip_api import settings
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.hours.office_hours import Holiday, Hours, Span, minutes, week
from portsip_api.pbx.hours.week import WEEK
from portsip_api.pbx.values import Rules, Text, TimeOfDay, Whole, Zone, checked, merge
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

TENANT_HOURS: Rules = {**WEEK, "time_zone": Zone()}
HOLIDAY: Rules = {
    "name": Text(64, 1),
    "month": Whole(1, 12, 1),
    "day": Whole(1, 31, 1),
    "year": Whole(0, 2200, 0),  # 0: every year
    "from": TimeOfDay("00:00"),
    "to": TimeOfDay("24:00", end=True),
}
FILL: Rules = {
    "country": Text(2, 2, pattern="[A-Z]{2}", meaning="an ISO 3166 code of two capital letters"),
    "subdivision": Text(8),
    "year": Whole(1970, 2100, 2026),
}
# What `read` takes, of `tenant AS t`: three texts, also within a JSON array.
CALENDAR: Final = (
    "t.time_zone, t.office_hours,"
    " (SELECT json_group_array(json_array(name, month, day, year, from_time, to_time)) || ''"
    " FROM holiday WHERE tenant_id = t.id)"
)
_LEAP_YEAR: Final = 2000
_COLUMNS: Final = "id, name, month, day, coalesce(year, 0), from_time, to_time"


@dataclass(frozen=True)
class Calendar:
    """What the hours of a tenant's extensions need to know of it."""

    zone: ZoneInfo
    week: tuple[Span | None, ...]
    holidays: tuple[Holiday, ...]

    def hours(self, own: Mapping[str, str]) -> Hours:
        """Return the hours of an extension whose `office_hours` are `own`."""
        zone = ZoneInfo(own["time_zone"]) if own.get("time_zone") else self.zone
        return Hours(zone, week(own) if own["office_hours_mode"] == "CUSTOM" else self.week, self.holidays)


def load(tenant_id: int) -> Calendar:
    """Return the calendar of a tenant, in one statement. Raises NotFound."""
    row = database.fetch_row(f"SELECT {CALENDAR} FROM tenant AS t WHERE t.id = ?", (tenant_id,))
    if row is None:
        raise NotFound("There is no such tenant.")
    return read(*row)


def read(zone: str, hours: str, holidays_: str) -> Calendar:
    """Return the calendar that the columns `CALENDAR` describe."""
    return _read(zone or settings.current().time_zone, hours, holidays_)


@lru_cache(1_000)
def _read(zone: str, hours: str, holidays_: str) -> Calendar:
    return Calendar(
        ZoneInfo(zone),
        week(orjson.loads(hours)),
        tuple(
            Holiday(name, month, day, year, Span(minutes(start), minutes(end)))
            for name, month, day, year, start, end in orjson.loads(holidays_)
        ),
    )


def show_hours(tenant_id: int) -> dict[str, str]:
    """Return a tenant's office hours as they are written, with the name of its time zone."""
    row = database.fetch_row("SELECT office_hours, time_zone FROM tenant WHERE id = ?", (tenant_id,))
    return {**orjson.loads(row[0]), "time_zone": row[1] or settings.current().time_zone}


def update_hours(tenant_id: int, fields: Mapping[str, object]) -> None:
    """Change a tenant's office hours; what is not sent stays. Raises Invalid."""
    values = checked(TENANT_HOURS, fields)
    zone = values.pop("time_zone", None)
    with database.writing():
        before = orjson.loads(database.fetch_row("SELECT office_hours FROM tenant WHERE id = ?", (tenant_id,))[0])
        document = orjson.dumps(merge(before, values)).decode()
        database.execute("UPDATE tenant SET office_hours = ? WHERE id = ?", (document, tenant_id))
        if zone is not None:
            database.execute("UPDATE tenant SET time_zone = ? WHERE id = ?", (zone, tenant_id))


def page_of_holidays(tenant_id: int, part: Slice) -> Page:
    """Return holidays, each as a mapping, in the order of the year."""
    direction = "DESC" if part.descending else "ASC"
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM holiday WHERE tenant_id = ?"
        f" ORDER BY month {direction}, day {direction}, year {direction}, id {direction} LIMIT ? OFFSET ?",
        (tenant_id, part.limit, part.offset),
    )
    total = database.fetch_row("SELECT count(*) FROM holiday WHERE tenant_id = ?", (tenant_id,))[0]
    return Page([dict(zip(("id", *HOLIDAY), row, strict=True)) for row in rows], total)


def create_holiday(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a holiday and return its id. Raises Invalid (also for a date that there is not)."""
    values = checked(HOLIDAY, fields)
    missing = {name: ["Missing."] for name in ("name", "month", "day") if name not in values}
    if missing:
        raise Invalid(missing)
    values = {"year": 0, "from": "00:00", "to": "24:00", **values}
    _require_date(values)
    with database.writing():
        return _insert(tenant_id, values)


def update_holiday(tenant_id: int, holiday_id: int, fields: Mapping[str, object]) -> None:
    """Change a holiday; what is not sent stays. Raises NotFound and Invalid."""
    values = checked(HOLIDAY, fields)
    with database.writing():
        row = database.fetch_row(
            f"SELECT {_COLUMNS} FROM holiday WHERE tenant_id = ? AND id = ?", (tenant_id, holiday_id)
        )
        if row is None:
            raise NotFound("There is no such holiday.")
        merged = {**dict(zip(HOLIDAY, row[1:], strict=True)), **values}
        _require_date(merged)
        database.execute(
            "UPDATE holiday SET name = ?, month = ?, day = ?, year = nullif(?, 0), from_time = ?, to_time = ?"
            " WHERE id = ?",
            (*(merged[name] for name in HOLIDAY), holiday_id),
        )


def destroy_holiday(tenant_id: int, holiday_id: int) -> None:
    """Delete a holiday. Raises NotFound."""
    with database.writing():
        deleted = database.execute("DELETE FROM holiday WHERE tenant_id = ? AND id = ?", (tenant_id, holiday_id))
        if not deleted.rowcount:
            raise NotFound("There is no such holiday.")


def fill_holidays(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Add the public holidays of a country in a year, those that are there already aside; return how many were added.

    Raises Invalid (also for a country or a part of one that is not known).
    """
    values = checked(FILL, fields)
    missing = {name: ["Missing."] for name in ("country", "year") if name not in values}
    if missing:
        raise Invalid(missing)
    found = _public_holidays(values["country"], values.get("subdivision", ""), values["year"])
    with database.writing():
        known = {
            tuple(row)
            for row in database.fetch_all("SELECT month, day, year FROM holiday WHERE tenant_id = ?", (tenant_id,))
        }
        added = [(day, name) for day, name in found.items() if not {(day.month, day.day, day.year)} & known]
        for day, name in added:
            values = {"name": name[:64], "month": day.month, "day": day.day, "year": day.year}
            _insert(tenant_id, {**values, "from": "00:00", "to": "24:00"})
    return len(added)


def _public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise Invalid({"country": ["Has no known public holidays."]})
    if subdivision and subdivision not in supported[country]:
        raise Invalid({"subdivision": ["Is not a known part of that country."]})
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def _insert(tenant_id: int, values: Mapping[str, Any]) -> int:
    return database.insert(
        "INSERT INTO holiday (tenant_id, name, month, day, year, from_time, to_time)"
        " VALUES (?, ?, ?, ?, nullif(?, 0), ?, ?)",
        (tenant_id, *(values[name] for name in HOLIDAY)),
    )


def _require_date(values: Mapping[str, Any]) -> None:
    errors = {}
    try:
        date(values["year"] or _LEAP_YEAR, values["month"], values["day"])
    except ValueError:
        errors["day"] = ["Must be a day of that month."]
    if minutes(values["from"]) >= minutes(values["to"]):
        errors["to"] = ["Must be later than `from`: a holiday closes its own day only."]
    if errors:
        raise Invalid(errors)
