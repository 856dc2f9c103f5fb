"""What a time zone means to a device that knows no names of zones: an offset, and when daylight saving begins and ends.

It is read off the zone itself, the next changes after an instant, so that what nobody can foresee (a year's own dates,
as in Morocco) is right until the change after next. Source: tzdata; devices' manuals for what they can be told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

LAST: Final = 5
_STEP: Final = timedelta(days=7)  # no zone changes twice within a week
_YEARS: Final = 7  # after which the days of the week have fallen on each place of a month
_LONGEST: Final = timedelta(days=400)


@dataclass(frozen=True)
class Change:
    """When clocks change, every year: at `minute` of the day, by the clock before the change.

    `week` counts the weekday within the month, from 1; LAST is its last one. `weekday` is 1 (Monday) to 7 (Sunday).
    """

    month: int
    week: int
    weekday: int
    minute: int


@dataclass(frozen=True)
class ZoneRule:
    """A zone's offset in minutes east of UTC, without daylight saving, and what that adds between two changes.

    Without daylight saving `saving` is 0, `start` and `end` are None, and `offset` is the one now in force.
    """

    offset: int
    now: int
    saving: int = 0
    start: Change | None = None
    end: Change | None = None


def rule_of(zone: ZoneInfo, now: float) -> ZoneRule:
    """Return what a zone means to a device at `now`, in seconds since 1970."""
    return _rule(zone, datetime.fromtimestamp(now, UTC).date())


@lru_cache(maxsize=512)
def _rule(zone: ZoneInfo, day: date) -> ZoneRule:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    current = _offset(zone, now)
    forward: list[datetime] = []
    back: list[datetime] = []
    saving = 0
    for moment, before, after in _changes(zone, now):
        (forward if after > before else back).append(_by_the_clock_before(moment, before))
        if not saving:
            saving, standard = abs(after - before), min(after, before)
    # Zones that change once are about to be without daylight saving, or to begin it: the year after will tell.
    if not forward or not back or max(forward[0], back[0]) > now.replace(tzinfo=None) + _LONGEST:
        return ZoneRule(current, current)
    return ZoneRule(standard, current, saving, _every_year(forward), _every_year(back))


def _changes(zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, int, int]]:
    """Yield each change of some years after `now`: its instant, the offsets before and after, in minutes."""
    at, before = now, _offset(zone, now)
    end = now + timedelta(days=366 * _YEARS)
    while at < end:
        at += _STEP
        after = _offset(zone, at)
        if after != before:
            yield _first_with(zone, at - _STEP, at, after), before, after
            before = after


def _first_with(zone: ZoneInfo, low: datetime, high: datetime, offset: int) -> datetime:
    """Return the first minute after `low` at which `offset` is in force, as it is at `high`."""
    minutes = int((high - low).total_seconds()) // 60
    first, last = 0, minutes
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if _offset(zone, low + timedelta(minutes=middle)) == offset else (middle, last)
    return low + timedelta(minutes=last)


def _every_year(dates: list[datetime]) -> Change:
    """Return the rule that all of `dates` follow; where they follow none, the one that gives the first of them."""
    first = dates[0]
    alike = list(takewhile(lambda each: (each.month, each.weekday()) == (first.month, first.weekday()), dates))
    places = {_place(each.date()) for each in alike}
    if len(alike) == len(dates) and all(_is_last(each.date()) for each in dates):
        week = LAST
    elif len(places) == 1:
        week = places.pop()
    else:
        week = _place(first.date())
    return Change(first.month, week, first.isoweekday(), first.hour * 60 + first.minute)


def _place(day: date) -> int:
    return (day.day - 1) // 7 + 1


def _is_last(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


def _by_the_clock_before(moment: datetime, offset: int) -> datetime:
    return (moment + timedelta(minutes=offset)).replace(tzinfo=None)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    """Return the minutes that the zone is east of UTC at an instant."""
    found = moment.astimezone(zone).utcoffset()
    return 0 if found is None else round(found.total_seconds() / 60)
