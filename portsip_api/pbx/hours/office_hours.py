"""When an extension's office is open: a pure function of its hours, its tenant's calendar and an instant.

Times are the local clock's. A boundary is the first instant at which the local clock shows it; one that falls in a gap
of daylight saving is the gap's end. An interval is half open; `to` before `from` runs past midnight, equal ones are
closed, and 24:00 is the next day's midnight. A holiday closes its own calendar day, whatever interval reaches into it.
Source: contract, section 4 ("Office hours and forwarding").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from portsip_api.pbx.hours.week import DAYS

_MINUTES_OF_DAY: Final = 24 * 60
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_WEEK_AND_A_DAY: Final = 9  # days in which every span of a week begins and ends at least once
_YEARS_OF_HOLIDAYS: Final = 9  # the 29th of February can be eight years away


@dataclass(frozen=True)
class Span:
    """Part of a day in minutes after its midnight; an `end` after 1,440 lies on the next day."""

    start: int
    end: int


@dataclass(frozen=True)
class Holiday:
    """A day, or a part of it, on which the tenant is closed; without a `year` it comes every year."""

    name: str
    month: int
    day: int
    year: int | None = None
    span: Span = Span(0, _MINUTES_OF_DAY)

    def on(self, day: date) -> bool:
        """Tell whether this is the holiday's date."""
        return (day.month, day.day) == (self.month, self.day) and self.year in {None, day.year}


@dataclass(frozen=True)
class Hours:
    """The seven days of a week, Monday first (None: closed), the holidays, and the zone whose clock they mean.

    `lacking` are the names of zones that this machine lacks and `zone` stands in for.
    """

    zone: ZoneInfo
    week: tuple[Span | None, ...]
    holidays: tuple[Holiday, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """The instants from `start` up to but not including `end`."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        """Tell whether `instant` lies in it."""
        return self.start <= instant < self.end


def minutes(text: str) -> int:
    """Return the minutes of `HH:MM` after midnight."""
    return int(text[:2]) * 60 + int(text[3:])


def span(start: str, end: str) -> Span | None:
    """Return the span between two times of day; None when they are equal, which means closed."""
    first, last = minutes(start), minutes(end)
    if first == last:
        return None
    return Span(first, last if last > first else last + _MINUTES_OF_DAY)


def week(fields: Mapping[str, str]) -> tuple[Span | None, ...]:
    """Return the week that `monday_from`, `monday_to` … describe."""
    return tuple(span(fields[f"{day}_from"], fields[f"{day}_to"]) for day in DAYS)


@dataclass(frozen=True)
class Stretch:
    """Instants from `since` up to `until` (None: for ever) at which the office is always open, or always closed."""

    since: datetime
    is_open: bool
    until: datetime | None

    def __contains__(self, instant: datetime) -> bool:
        """Tell whether `instant` lies in it."""
        return self.since <= instant and (self.until is None or instant < self.until)


def stretch(hours: Hours, instant: datetime) -> Stretch:
    """Return whether the office is open at `instant`, and when that changes.

    The last answer is kept for each of the hours: who asks about calls asks about now, again and again.
    """
    instant = instant.astimezone(UTC)  # times of one zone are compared as its clock shows them, twice in autumn
    last = _last_stretch(hours)
    found = last[0] if last else None  # another thread may put its own there at any moment
    if found is None or instant not in found:
        found = Stretch(instant, is_open(hours, instant), next_change(hours, instant))
        last[:] = [found]
    return found


@lru_cache(1_000)
def _last_stretch(_: Hours) -> list[Stretch]:
    return []


def is_open(hours: Hours, instant: datetime) -> bool:
    """Tell whether the office is open at `instant`, which has an offset."""
    return holiday_at(hours, instant) is None and _in_span(hours, instant)


def holiday_at(hours: Hours, instant: datetime) -> Holiday | None:
    """Return the holiday that closes the office at `instant`, or None."""
    for day in _days_around(hours, instant):
        for holiday in hours.holidays:
            if holiday.on(day) and instant in _interval(hours.zone, day, holiday.span):
                return holiday
    return None


def next_change(hours: Hours, instant: datetime) -> datetime | None:
    """Return the first instant after `instant` at which the office opens or closes; None when it never does."""
    if not any(hours.week):
        return None
    state = is_open(hours, instant)
    for day in _days_to_look_at(hours, instant.astimezone(hours.zone).date()):
        midnights = Interval(instant_of(hours.zone, day, 0), instant_of(hours.zone, day + _DAY, 0))
        # Two days back, since a zone may skip a whole one (Apia did): what ended at its midnight ends at this day's.
        edges = {edge for near in (day - 2 * _DAY, day - _DAY, day, day + _DAY) for edge in _edges(hours, near)}
        for edge in sorted(edge for edge in edges if edge > instant and edge in midnights):
            if is_open(hours, edge) != state:
                return edge.astimezone(hours.zone)
    return None


@lru_cache(10_000)  # the same few hundred instants of the coming days are asked for by every route
def instant_of(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """Return, in UTC, the first instant at which the clock of `zone` shows `minute` minutes after `day`'s midnight.

    A time that a change of the clock skips is the first instant after the gap.
    """
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 — what a clock shows
    first = shown.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == shown:
        return first
    return _end_of_gap(zone, shown)


def _end_of_gap(zone: ZoneInfo, shown: datetime) -> datetime:
    """Return the instant at which the clock of `zone` jumps over `shown`."""
    late = shown.replace(tzinfo=zone).astimezone(UTC)
    early = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > early else middle
        if middle.astimezone(zone).replace(tzinfo=None) < shown:
            early = middle
        else:
            late = middle
    return late


def _days_around(hours: Hours, instant: datetime) -> tuple[date, date, date]:
    """Return the local day and its neighbours: a span of the day before may reach in, and a clock that is set back
    shortly after midnight shows the old day again when the new one has begun."""
    today = instant.astimezone(hours.zone).date()
    return today - _DAY, today, today + _DAY


def _in_span(hours: Hours, instant: datetime) -> bool:
    spans = ((day, hours.week[day.weekday()]) for day in _days_around(hours, instant))
    return any(part is not None and instant in _interval(hours.zone, day, part) for day, part in spans)


def _interval(zone: ZoneInfo, day: date, part: Span) -> Interval:
    return Interval(instant_of(zone, day, part.start), instant_of(zone, day, part.end))


def _edges(hours: Hours, day: date) -> Iterator[datetime]:
    """Yield the instants at which something begins or ends that belongs to `day`."""
    parts = [hours.week[day.weekday()], *(holiday.span for holiday in hours.holidays if holiday.on(day))]
    for interval in (_interval(hours.zone, day, part) for part in parts if part is not None):
        yield interval.start
        yield interval.end


def _days_to_look_at(hours: Hours, today: date) -> Iterator[date]:
    """Yield, in order, the days on which something can change: this week's, and those around each holiday."""
    starts = {today}
    for holiday in hours.holidays:
        years = [holiday.year] if holiday.year else range(today.year, today.year + _YEARS_OF_HOLIDAYS)
        starts |= {day for year in years if (day := _date(year, holiday.month, holiday.day)) and day >= today}
    days = {start + timedelta(days=offset) for start in starts for offset in range(-1, _WEEK_AND_A_DAY)}
    yield from sorted(day for day in days if day >= today - _DAY)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # the 29th of February of another year
        return None
