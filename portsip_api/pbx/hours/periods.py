"""When a schedule is in force: a pure function of its periods, an instant and the zone whose clock they mean.

A period is part of each of its days, half open, and never runs past midnight. Boundaries on a day on which the clock
changes are those of `office_hours`. Source: contract, section 6.8; sipxcom-user.md, `/my/callfwdsched`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from portsip_api.pbx.hours.office_hours import instant_of

_DAY: Final = timedelta(days=1)
_DAYS_AHEAD: Final = 9  # a period comes again within a week, counted from either side of midnight


class Day(StrEnum):
    """The days on which a period holds."""

    SUNDAY = "SUNDAY"
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    WEEKEND = "WEEKEND"
    WEEKDAYS = "WEEKDAYS"
    EVERY_DAY = "EVERY_DAY"


_WEEK: Final = (Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY, Day.SATURDAY, Day.SUNDAY)
_WEEKDAYS_OF: Final = {
    **{day: frozenset({number}) for number, day in enumerate(_WEEK)},
    Day.WEEKDAYS: frozenset(range(5)),
    Day.WEEKEND: frozenset({5, 6}),
    Day.EVERY_DAY: frozenset(range(7)),
}


@dataclass(frozen=True)
class Period:
    """Part of its days, from `start` up to but not including `stop`, both in minutes after midnight."""

    day: Day
    start: int
    stop: int
    enabled: bool = True

    def is_on(self, day: date) -> bool:
        """Tell whether the period is enabled and holds on that date."""
        return self.enabled and day.weekday() in _WEEKDAYS_OF[self.day]


def overlap(periods: Sequence[Period]) -> bool:
    """Tell whether two of the periods share a minute of a day of the week; half open ones may follow each other."""
    return any(
        _WEEKDAYS_OF[one.day] & _WEEKDAYS_OF[other.day] and one.start < other.stop and other.start < one.stop
        for one, other in combinations(periods, 2)
    )


def is_active(periods: Sequence[Period], instant: datetime, zone: ZoneInfo) -> bool:
    """Tell whether one of the periods holds at `instant`, which has an offset."""
    days = [instant.astimezone(zone).date() + offset * _DAY for offset in (-1, 0, 1)]
    return any(
        instant_of(zone, day, period.start) <= instant < instant_of(zone, day, period.stop)
        for day, period in _held(periods, days)
    )


def next_start(periods: Sequence[Period], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """Return, in UTC, the first instant after `instant` at which a period begins; None when none ever does."""
    today = instant.astimezone(zone).date()
    days = [today + offset * _DAY for offset in range(-1, _DAYS_AHEAD)]
    starts = (instant_of(zone, day, period.start) for day, period in _held(periods, days))
    return min((start for start in starts if start > instant), default=None)


def _held(periods: Sequence[Period], days: Sequence[date]) -> Iterator[tuple[date, Period]]:
    return ((day, period) for day in days for period in periods if period.is_on(day))
