"""What devices are told of the time: every vendor's values, read as its phones read them, against the zone itself."""

import calendar
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from portsip_api.pbx.devices.clock_settings import clock_settings, posix
from portsip_api.pbx.devices.clocks import rule_of
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.settings import rules as setting_rules
from portsip_api.pbx.settings.device_models import definitions_of, phone_model

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = sorted(available_timezones() - {"localtime"})
# With and without daylight saving, half and quarters of hours, both hemispheres; changes on the evening before
# (Nuuk), at midnight (Cairo, Santiago), by a negative rule (Dublin), of half an hour and of two, and once a year's own.
# fmt: off
TOLD = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Havana", "America/Nuuk", "America/Santiago", "America/Sao_Paulo", "Africa/Cairo",
    "Africa/Casablanca", "Africa/Johannesburg", "Asia/Jerusalem", "Asia/Gaza", "Asia/Beirut", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Tehran", "Asia/Tokyo", "Asia/Shanghai", "Australia/Adelaide", "Australia/Darwin",
    "Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Chatham", "Pacific/Auckland",
    "Pacific/Kiritimati", "Pacific/Marquesas", "Antarctica/Troll",
)
# fmt: on
MODELS = {
    "yealink": "yealinkPhoneSIPT46G",
    "snom": "snom370",
    "polycom": "polycomVVX500",
    "grandstream": "gsPhoneGxp2140",
    "old grandstream": "gsPhoneGxp2000",
}
# A year of phones' clocks from now on, every few hours and around each change.
HOURS = [NOW + timedelta(hours=hour) for hour in range(0, 360 * 24, 5)]
Reading = Callable[[Mapping[str, str | None], datetime], int]


def told(kind: str, name: str) -> Mapping[str, str | None]:
    """The values that a model has in a zone, by the last part of their paths."""
    found = clock_settings(phone_model(MODELS[kind]), rule_of(ZoneInfo(name), NOW.timestamp()), "time.example")
    return {path.rpartition("/")[2]: value for path, value in found.zone.items()}


def nth(year: int, month: int, week: int, weekday: int) -> int:
    """The day of the month of its nth (5: last) weekday, 0 for Monday."""
    days = [day for day in calendar.Calendar().itermonthdays2(year, month) if day[0] and day[1] == weekday]
    return days[-1][0] if week == 5 else days[week - 1][0]


def wall(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """What a clock on the wall shows; its zone is not UTC, but all that it is compared with is written alike."""
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def in_saving(moment: datetime, offset: int, saving: int, start: datetime, end: datetime) -> bool:
    """Whether a clock is forward, its changes given by the clock as it is before each."""
    local = moment + timedelta(minutes=offset)
    end -= timedelta(minutes=saving)
    return start <= local < end if start < end else not end <= local < start


def yealink(values: Mapping[str, str | None], moment: datetime) -> int:
    zone = re.fullmatch(r"([+-]?)(\d+)(?::(\d\d))?", values["local_time.time_zone"] or "")
    assert zone
    offset = (int(zone[2]) * 60 + int(zone[3] or 0)) * (-1 if zone[1] == "-" else 1)
    if values["local_time.summer_time"] == "0":
        return offset
    assert (values["local_time.summer_time"], values["local_time.dst_time_type"]) == ("1", "1")
    ends = []
    for name in ("start", "end"):
        month, week, weekday, hour = map(int, (values[f"local_time.{name}_time"] or "").split("/"))
        ends.append(wall(moment.year, month, nth(moment.year, month, week, weekday - 1), hour))
    saving = int(values["local_time.offset_time"] or "")
    return offset + (saving if in_saving(moment, offset, saving, *ends) else 0)


def snom(values: Mapping[str, str | None], moment: datetime) -> int:
    assert values["timezone"] == ""
    offset = int(values["utc_offset"] or "") // 60
    if not values["dst"]:
        return offset
    saving, *rest = values["dst"].split(" ")
    ends = []
    for day, at in zip(rest[::2], rest[1::2], strict=True):
        month, week, weekday = map(int, re.fullmatch(r"(\d\d)\.(\d\d)\.(\d\d)", day).groups())  # type: ignore[union-attr]
        hour, minute, second = map(int, at.split(":"))
        ends.append(wall(moment.year, month, nth(moment.year, month, week, weekday - 1), hour, minute, second))
    minutes = int(saving) // 60
    return offset + (minutes if in_saving(moment, offset, minutes, *ends) else 0)


def polycom(values: Mapping[str, str | None], moment: datetime) -> int:
    offset = int(values["gmtOffset"] or "") // 60
    if values["daylightSavings.enable"] == "0":
        return offset
    assert (values["daylightSavings.enable"], values["daylightSavings.fixedDayEnable"]) == ("1", "0")
    ends = []
    for name in ("start", "stop"):
        own = {
            key.removeprefix(f"daylightSavings.{name}."): int(value or "")
            for key, value in values.items()
            if name in key
        }
        week = 5 if own["dayOfWeek.lastInMonth"] else {1: 1, 8: 2, 15: 3, 22: 4}[own["date"]]
        day = nth(moment.year, own["month"], week, (own["dayOfWeek"] - 2) % 7)
        ends.append(wall(moment.year, own["month"], day, own["time"]))
    return offset + (60 if in_saving(moment, offset, 60, *ends) else 0)


def old_grandstream(values: Mapping[str, str | None], moment: datetime) -> int:
    offset = int(values["P64"] or "") - 720
    if values["P75"] == "0":
        return offset
    first, second, saving = (values["P246"] or "").split(";")
    ends = []
    for rule in (first, second):
        month, week, weekday, hour, minute = map(int, rule.split(","))
        day = nth(moment.year, month, 5 if week == -1 else week, weekday - 1)
        ends.append(wall(moment.year, month, day, hour, minute))
    return offset + (int(saving) if in_saving(moment, offset, int(saving), *ends) else 0)


@pytest.fixture
def libc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    """What the C library makes of a zone that is written as POSIX writes it."""
    before = os.environ.get("TZ")
    current = ""

    def read(values: Mapping[str, str | None], moment: datetime) -> int:
        nonlocal current
        assert values["P64"] == "customize"
        if values["P246"] != current:
            current = values["P246"] or ""
            monkeypatch.setenv("TZ", current)
            time.tzset()
        return time.localtime(moment.timestamp()).tm_gmtoff // 60

    yield read
    monkeypatch.undo()
    assert os.environ.get("TZ") == before
    time.tzset()


def hours_wrong(read: Reading, kind: str, name: str) -> float:
    """For how many hours of the year a phone shows another time than its zone has."""
    zone, values = ZoneInfo(name), told(kind, name)
    wrong = 0
    for moment in HOURS:
        offset = moment.astimezone(zone).utcoffset()
        assert offset is not None
        wrong += read(values, moment) != offset.total_seconds() // 60
    return wrong * 5


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("read", [yealink, snom, old_grandstream])
def test_a_phone_shows_the_time_of_its_zone_all_year(read: Reading, name: str) -> None:
    """A Yealink knows full hours only: a change at 2:45 comes to it some minutes late."""
    kind = read.__name__.replace("_", " ")
    assert hours_wrong(read, kind, name) <= (10 if (kind, name) == ("yealink", "Pacific/Chatham") else 0)


@pytest.mark.parametrize("name", TOLD)
def test_a_grandstream_shows_the_time_of_its_zone_all_year(libc: Reading, name: str) -> None:
    """A text that is too long for the phone has full hours, which is one of the world's."""
    assert hours_wrong(libc, "grandstream", name) <= (10 if name == "Pacific/Chatham" else 0)


def test_a_grandstream_has_room_for_every_zone() -> None:
    for name in NAMES:
        assert len(told("grandstream", name)["P246"] or "") <= 32
    assert told("grandstream", "Pacific/Chatham")["P246"] == "STD-12:45DST,M9.5.0/3,M4.1.0/4"
    assert told("grandstream", "Australia/Lord_Howe")["P246"] == "STD-10:30DST-11,M10.1.0,M4.1.0"


@pytest.mark.parametrize("name", [name for name in TOLD if name not in {"Australia/Lord_Howe", "Antarctica/Troll"}])
def test_a_polycom_shows_the_time_of_its_zone_all_year(name: str) -> None:
    assert hours_wrong(polycom, "polycom", name) <= (10 if name == "Pacific/Chatham" else 0)


def test_a_polycom_in_a_zone_that_it_cannot_be_told_is_right_for_now() -> None:
    for name, offset in (("Australia/Lord_Howe", 11 * 3600), ("Antarctica/Troll", 0)):
        assert told("polycom", name) == {"gmtOffset": str(offset), "daylightSavings.enable": "0"}


def test_every_zone_of_the_world_is_right_today_and_in_half_a_year() -> None:
    moments = [NOW + timedelta(hours=5), NOW + timedelta(days=80), NOW + timedelta(days=215)]
    for name in NAMES:
        zone = ZoneInfo(name)
        rule = rule_of(zone, NOW.timestamp())
        assert re.fullmatch(
            r"STD[+-]\d+(:\d\d)?(DST([+-]\d+(:\d\d)?)?(,M\d+\.[1-5]\.[0-6](/\d+(:\d\d)?)?){2})?", posix(rule)
        )
        for read, kind in ((yealink, "yealink"), (snom, "snom"), (old_grandstream, "old grandstream")):
            for moment in moments:
                offset = moment.astimezone(zone).utcoffset()
                assert offset is not None
                assert read(told(kind, name), moment) == offset.total_seconds() // 60, (name, kind, moment)


def test_a_rule_that_holds_every_year_is_told_as_it_is() -> None:
    """The last Sunday is told as the last one, and the second as the second, whichever year it is."""
    for year in range(2026, 2040):
        now = datetime(year, 7, 1, tzinfo=UTC).timestamp()
        assert posix(rule_of(ZoneInfo("Europe/Berlin"), now)) == "STD-1DST,M3.5.0,M10.5.0/3"
        assert posix(rule_of(ZoneInfo("America/New_York"), now)) == "STD+5DST,M3.2.0,M11.1.0"
        assert posix(rule_of(ZoneInfo("Australia/Sydney"), now)) == "STD-10DST,M10.1.0,M4.1.0/3"


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_can_be_set_too(kind: str, name: str) -> None:
    """A client that writes back the settings it has read is not refused."""
    model = phone_model(MODELS[kind])
    rule = rule_of(ZoneInfo(name), NOW.timestamp())
    known = definitions_of(model)
    paths = {setting.path for setting in known.settings}
    found = clock_settings(model, rule, "time.example")
    assert any(path in paths for path in found.server)
    for path, value in {**found.zone, **found.server}.items():
        if path in paths and value:
            assert setting_rules.checked(known.get(path), value) == value


def test_a_change_that_is_none_is_refused() -> None:
    setting = definitions_of(phone_model(MODELS["yealink"])).get("preference/local_time.start_time")
    assert setting_rules.checked(setting, "3/5/7/2") == "3/5/7/2"
    for bad in ("13/1/7/2", "3/6/7/2", "3/5/8/2", "3/5/7/24", "tomorrow"):
        with pytest.raises(Invalid):
            setting_rules.checked(setting, bad)
