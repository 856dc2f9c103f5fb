"""Office hours against an independent oracle: the local clock, watched minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portsip_api.pbx.hours.office_hours import (
    Holiday,
    Hours,
    Span,
    holiday_at,
    instant_of,
    is_open,
    next_change,
    span,
    stretch,
)

MINUTE = timedelta(minutes=1)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Apia",
]
# Days on or next to which a clock was changed in one of the zones, at night, at midnight, by half an hour, by a day.
DAYS = [
    date(2024, 3, 30),
    date(2024, 3, 31),
    date(2024, 10, 27),
    date(2024, 11, 3),
    date(2024, 3, 10),
    date(2024, 4, 7),
    date(2024, 9, 8),
    date(2024, 10, 6),
    date(2011, 11, 6),
    date(2011, 12, 29),
    date(2011, 12, 31),
    date(2024, 2, 29),
    date(2025, 12, 31),
]


@cache
def clock(zone: str, day: date) -> dict[tuple[date, int], datetime]:
    """What the clock of `zone` shows in the days around `day`: (date, minute) and the first instant that shows it.

    What is skipped gets the instant of the first minute shown after it.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=4)
    shown: dict[tuple[date, int], datetime] = {}
    for minute in range(8 * 24 * 60):
        instant = start + minute * MINUTE
        local = instant.astimezone(ZoneInfo(zone))
        shown.setdefault((local.date(), local.hour * 60 + local.minute), instant)
    following = None
    for offset in range(3, -4, -1):
        for minute in range(24 * 60 - 1, -1, -1):
            key = (day + timedelta(days=offset), minute)
            following = shown.setdefault(key, following) if following else shown.get(key)
    return shown


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """What the clocks showed is a gigabyte."""
    yield
    clock.cache_clear()


def oracle(
    zone: str, week: list[tuple[int, int]], holidays: list[tuple[date, int, int]], day: date, at: datetime
) -> bool:
    """The contract, read aloud: is `at`, an instant of about `day`, open?"""
    shown = clock(zone, day)

    def instant(of: date, minute: int) -> datetime:
        return shown[of + timedelta(days=minute // 1440), minute % 1440]

    for holiday, start, end in holidays:
        if abs(holiday - day) <= timedelta(days=2) and instant(holiday, start) <= at < instant(holiday, end):
            return False
    for offset in (-2, -1, 0, 1, 2):
        near = day + timedelta(days=offset)
        start, end = week[near.weekday()]
        if start != end and instant(near, start) <= at < instant(near, end if end > start else end + 1440):
            return True
    return False


minute_of_day = st.one_of(st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15), st.integers(0, 1439))
part = st.tuples(minute_of_day, st.one_of(minute_of_day, st.just(1440)))
weeks = st.lists(st.one_of(part, st.just((0, 1440)), st.just((540, 1020))), min_size=7, max_size=7)


def hours_of(zone: str, week: list[tuple[int, int]], holidays: list[tuple[date, int, int]]) -> Hours:
    def text(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    return Hours(
        ZoneInfo(zone),
        tuple(span(text(start), text(end)) for start, end in week),
        tuple(Holiday("h", day.month, day.day, day.year, Span(start, end)) for day, start, end in holidays),
    )


@settings(max_examples=2_200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    week=weeks,
    day=st.sampled_from(DAYS),
    minutes=st.integers(0, 24 * 60 - 1),
    closed=st.lists(
        st.tuples(st.integers(-1, 1), st.one_of(st.just((0, 1440)), st.just((780, 1440)), st.just((0, 90)))), max_size=2
    ),
)
@example(
    zone="Pacific/Apia",
    week=[(0, 1440)] * 4 + [(0, 0), (540, 1020), (540, 1020)],
    day=date(2011, 12, 29),
    minutes=1200,
    closed=[],
)
@example(zone="America/St_Johns", week=[(0, 1440)] * 7, day=date(2011, 11, 6), minutes=155, closed=[(0, (0, 1440))])
def test_open_is_what_the_clock_on_the_wall_says(zone, week, day, minutes, closed):
    holidays = [(day + timedelta(days=offset), start, end) for offset, (start, end) in closed]
    hours = hours_of(zone, week, holidays)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE
    local_day = at.astimezone(ZoneInfo(zone)).date()
    state = is_open(hours, at)
    assert state == oracle(zone, week, holidays, local_day, at)
    change = next_change(hours, at)
    if change is None:
        assert not state or all(start == 0 and end == 1440 for start, end in week)
        return
    assert is_open(hours, change) != state
    probe = at
    while probe < min(change, at + timedelta(days=1)):  # nothing happens before it
        assert oracle(zone, week, holidays, probe.astimezone(ZoneInfo(zone)).date(), probe) == state, probe
        probe += timedelta(minutes=17)
    minute_before = change.astimezone(UTC) - MINUTE
    for instant in (at, minute_before, change, change + timedelta(days=40), at - MINUTE, at):  # whatever is kept
        found = stretch(hours, instant)
        assert (found.is_open, found.until) == (is_open(hours, instant), next_change(hours, instant)), instant


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 150, "2026-03-29T01:00:00+00:00"),  # 02:30 is skipped: 03:00 summer time
        ("Europe/Berlin", date(2026, 10, 25), 150, "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice: the first
        ("America/Santiago", date(2024, 9, 8), 0, "2024-09-08T04:00:00+00:00"),  # midnight is skipped
        ("Pacific/Apia", date(2011, 12, 30), 600, "2011-12-30T10:00:00+00:00"),  # the whole day is skipped
        ("Australia/Lord_Howe", date(2024, 10, 6), 135, "2024-10-05T15:30:00+00:00"),  # half an hour is skipped
        ("UTC", date(2026, 1, 1), 1440, "2026-01-02T00:00:00+00:00"),
    ],
)
def test_boundaries(zone, day, minute, expected):
    assert instant_of(ZoneInfo(zone), day, minute).isoformat() == expected


OFFICE = [(540, 1020)] * 5 + [(0, 0)] * 2
CHANGES = [
    ("in the night before work", OFFICE, [], "2026-11-23T03:00", "2026-11-23T09:00"),
    ("at work", OFFICE, [], "2026-11-23T09:00", "2026-11-23T17:00"),
    ("after work", OFFICE, [], "2026-11-23T17:00", "2026-11-24T09:00"),
    ("on Friday evening", OFFICE, [], "2026-11-27T17:00", "2026-11-30T09:00"),
    ("before a holiday on Monday", OFFICE, [(date(2026, 11, 30), 0, 1440)], "2026-11-27T17:00", "2026-12-01T09:00"),
    ("before a free afternoon", OFFICE, [(date(2026, 11, 23), 720, 1440)], "2026-11-23T10:00", "2026-11-23T12:00"),
    ("always open", [(0, 1440)] * 7, [], "2026-11-23T10:00", None),
    (
        "always open but for Christmas",
        [(0, 1440)] * 7,
        [(date(2026, 12, 25), 0, 1440)],
        "2026-11-23T10:00",
        "2026-12-25T00:00",
    ),
    ("never open", [(0, 0)] * 7, [(date(2026, 12, 25), 0, 1440)], "2026-11-23T10:00", None),
    ("the night shift", [(1320, 360)] * 7, [], "2026-11-23T23:00", "2026-11-24T06:00"),
    (
        "the night shift before a holiday",
        [(1320, 360)] * 7,
        [(date(2026, 11, 24), 0, 1440)],
        "2026-11-23T23:00",
        "2026-11-24T00:00",
    ),
    (
        "the night shift into a holiday's end",
        [(1320, 360)] * 7,
        [(date(2026, 11, 24), 0, 1440)],
        "2026-11-24T12:00",
        "2026-11-25T00:00",
    ),
    (
        "the shop holidays of a fortnight",
        OFFICE,
        [(date(2026, 12, day), 0, 1440) for day in range(1, 20)],
        "2026-11-30T17:00",
        "2026-12-21T09:00",
    ),
]


@pytest.mark.parametrize(("name", "week", "holidays", "at", "expected"), CHANGES, ids=[row[0] for row in CHANGES])
def test_next_change(name, week, holidays, at, expected):
    zone = ZoneInfo("Europe/Berlin")
    change = next_change(hours_of("Europe/Berlin", week, holidays), datetime.fromisoformat(at).replace(tzinfo=zone))
    assert (change and change.strftime("%Y-%m-%dT%H:%M")) == expected


def test_a_yearly_holiday_comes_every_year_and_the_29th_of_february_when_there_is_one():
    hours = Hours(ZoneInfo("UTC"), (Span(0, 1440),) * 7, (Holiday("leap", 2, 29), Holiday("new year", 1, 1)))
    assert holiday_at(hours, datetime(2031, 1, 1, 12, tzinfo=UTC)) == Holiday("new year", 1, 1)
    assert holiday_at(hours, datetime(2032, 2, 29, tzinfo=UTC)) == Holiday("leap", 2, 29)
    assert next_change(hours, datetime(2031, 1, 2, tzinfo=UTC)) == datetime(2032, 1, 1, tzinfo=UTC)
    only_leap = Hours(ZoneInfo("UTC"), (Span(0, 1440),) * 7, (Holiday("leap", 2, 29),))
    assert next_change(only_leap, datetime(2096, 3, 1, tzinfo=UTC)) == datetime(2104, 2, 29, tzinfo=UTC)
