"""A tenant's calendar: its office hours, its time zone and its holidays.

Source: contract, section 4 ("Office hours and forwarding"); the operations on it are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from peewee import fn

from portsip_api import settings
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.hours import calendars_sql, tables, zones
from portsip_api.pbx.hours.office_hours import Holiday, Hours, Span, minutes, week
from portsip_api.pbx.hours.week import WEEK
from portsip_api.pbx.values import Rules, Text, TimeOfDay, Whole, Zone, checked, merge
from portsip_api.setting_kinds import zone_names
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice

TENANT_HOURS: Rules = {**WEEK, "time_zone": Zone(may_stay=True)}
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
_LEAP_YEAR: Final = 2000
_COLUMNS: Final = {"from": "from_time", "to": "to_time"}  # of fields whose columns have other names


@dataclass(frozen=True)
class Calendar:
    """What the hours of a tenant's extensions need to know of it; `lacking` is as in `Hours`."""

    zone: ZoneInfo
    week: tuple[Span | None, ...]
    holidays: tuple[Holiday, ...]
    lacking: tuple[str, ...] = ()

    def hours(self, own: Mapping[str, str]) -> Hours:
        """Return the hours of an extension whose `office_hours` are `own`."""
        days = week(own) if own["office_hours_mode"] == "CUSTOM" else self.week
        name = own.get("time_zone")
        zone = zones.load(name) if name else None
        if zone is not None:
            return Hours(zone, days, self.holidays)
        return Hours(self.zone, days, self.holidays, (*([name] if name else []), *self.lacking))

    def own_hours(self) -> Hours:
        """Return the hours of the tenant itself."""
        return Hours(self.zone, self.week, self.holidays, self.lacking)


def load(tenant_id: int) -> Calendar:
    """Return the calendar of a tenant, in one statement. Raises NotFound."""
    row = calendars_sql.calendar(tenant_id)
    if row is None:
        raise NotFound("There is no such tenant.")
    return read(*row)


def read(zone: str, hours: str, holidays_: str) -> Calendar:
    """Return the calendar that the columns `calendars_sql.CALENDAR` describe."""
    return _read(zone, settings.current().time_zone, hours, holidays_)


@lru_cache(1_000)
def _read(zone: str, default: str, hours: str, holidays_: str) -> Calendar:
    found, lacking = zones.first([zone, default] if zone else [default])
    return Calendar(
        found,
        week(orjson.loads(hours)),
        tuple(
            Holiday(name, month, day, year, Span(minutes(start), minutes(end)))
            for name, month, day, year, start, end in orjson.loads(holidays_)
        ),
        lacking,
    )


def show_hours(tenant_id: int) -> dict[str, str]:
    """Return a tenant's office hours as they are written, with the name of its time zone."""
    hours, zone = calendars_sql.hours(tenant_id)
    return {**orjson.loads(hours), "time_zone": zone or settings.current().time_zone}


def update_hours(tenant_id: int, fields: Mapping[str, object]) -> None:
    """Change a tenant's office hours; what is not sent stays. Raises Invalid.

    A time zone that is shown may be sent back, also one that could not be set anew.
    """
    values = checked(TENANT_HOURS, fields)
    zone = values.pop("time_zone", None)
    if zone and zone not in zone_names():
        zones.require_known(zone, "time_zone", show_hours(tenant_id)["time_zone"])
        zone = None
    with database.writing():
        before = orjson.loads(calendars_sql.hours(tenant_id)[0])
        calendars_sql.set_hours(tenant_id, orjson.dumps(merge(before, values)).decode(), zone)


def page_of_holidays(tenant_id: int, part: Slice) -> Page:
    """Return holidays, each as a mapping, in the order of the year."""
    order = [tables.Holiday.month, tables.Holiday.day, fn.coalesce(tables.Holiday.year, 0), tables.Holiday.id]
    if part.descending:
        order = [field.desc() for field in order]
    rows = tables.Holiday.page(tenant_id, order=order, limit=part.limit, offset=part.offset)
    return Page([{"id": row.id, **_fields(row)} for row in rows], tables.Holiday.count(tenant_id))


def create_holiday(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a holiday and return its id. Raises Invalid (also for a date that there is not)."""
    values = checked(HOLIDAY, fields)
    missing = {name: ["Missing."] for name in ("name", "month", "day") if name not in values}
    if missing:
        raise Invalid(missing)
    values = {"year": 0, "from": "00:00", "to": "24:00", **values}
    _require_date(values)
    with database.writing():
        return tables.Holiday.insert(tenant_id, **_columns(values))


def update_holiday(tenant_id: int, holiday_id: int, fields: Mapping[str, object]) -> None:
    """Change a holiday; what is not sent stays. Raises NotFound and Invalid."""
    values = checked(HOLIDAY, fields)
    with database.writing():
        merged = {**_fields(tables.Holiday.get(tenant_id, id=holiday_id)), **values}
        _require_date(merged)
        tables.Holiday.update(tenant_id, _columns(merged), id=holiday_id)


def destroy_holiday(tenant_id: int, holiday_id: int) -> None:
    """Delete a holiday. Raises NotFound."""
    with database.writing():
        if not tables.Holiday.delete(tenant_id, id=holiday_id):
            raise NotFound(tables.Holiday.missing)


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
        known = {(row.month, row.day, row.year) for row in tables.Holiday.select(tenant_id)}
        added = [(day, name) for day, name in found.items() if (day.month, day.day, day.year) not in known]
        tables.Holiday.insert_all(tenant_id, [_whole_day(day, name) for day, name in added])
    return len(added)


def _public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    import holidays  # noqa: PLC0415 — 7 MiB in each process and a tenth of its start, for what is asked once a year

    supported = holidays.list_supported_countries()
    if country not in supported:
        raise Invalid({"country": ["Has no known public holidays."]})
    if subdivision and subdivision not in supported[country]:
        raise Invalid({"subdivision": ["Is not a known part of that country."]})
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def _whole_day(day: date, name: str) -> dict[str, object]:
    values = {"name": name[:64], "month": day.month, "day": day.day, "year": day.year}
    return _columns({**values, "from": "00:00", "to": "24:00"})


def _columns(values: Mapping[str, Any]) -> dict[str, object]:
    columns = {_COLUMNS.get(name, name): values[name] for name in HOLIDAY}
    return {**columns, "year": values["year"] or None}


def _fields(row: tables.Holiday) -> dict[str, Any]:
    fields = {name: getattr(row, _COLUMNS.get(name, name)) for name in HOLIDAY}
    return {**fields, "year": row.year or 0}


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
