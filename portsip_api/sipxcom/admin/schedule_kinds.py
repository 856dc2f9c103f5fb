"""How schedules write days, times of day and owners, which JSON and XML spell differently; either is read anywhere.

Source: contract `sipxcom-admin.md`, section 6.8.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from portsip_api.pbx.hours.periods import Day
from portsip_api.pbx.hours.schedules import Kind as Owner
from portsip_api.sipxcom.core.date_kinds import milliseconds_of
from portsip_api.sipxcom.core.records import Kind, squeeze

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS_PER_MINUTE: Final = 60_000
_MINUTES_PER_DAY: Final = 1_440
_DAYS: Final = {squeeze(day): day for day in Day}
_LETTERS: Final = {Owner.GENERAL: "S", Owner.GROUP: "G", Owner.USER: "U"}
_OWNERS: Final = {letter.lower(): owner for owner, letter in _LETTERS.items()} | {str(owner): owner for owner in Owner}


def _read_day(value: object) -> Day | None:
    if value == "":
        return None
    if isinstance(value, str) and squeeze(value) in _DAYS:
        return _DAYS[squeeze(value)]
    raise ValueError(f"Must be one of {', '.join(map(_day_in_json, Day))}.")


def _day_in_json(day: Day) -> str:
    return day.capitalize()


def _read_owner(value: object) -> Owner | None:
    if value == "":
        return None
    if isinstance(value, str) and value.lower() in _OWNERS:
        return _OWNERS[value.lower()]
    raise ValueError("Must be S (general), G (group) or U (user).")


def _read_time(value: object) -> int | None:
    """Return the minutes after midnight that milliseconds since 1970, or a date and time, stand for in GMT."""
    if value == "":
        return None
    milliseconds = milliseconds_of(value)
    if milliseconds is None or milliseconds % _MS_PER_MINUTE:
        raise ValueError("Must be a time of day in whole minutes: milliseconds since 1970, or a date and time, in GMT.")
    return _minutes(milliseconds)


def _read_end(value: object) -> int | None:
    """Read the end of a period as `_read_time` does; the system drops its seconds, and many end a day at 23:59:59."""
    milliseconds = milliseconds_of(value)
    return _read_time(value) if milliseconds is None else _minutes(milliseconds)


def _minutes(milliseconds: int) -> int:
    minutes = milliseconds // _MS_PER_MINUTE
    return minutes if milliseconds == _MINUTES_PER_DAY * _MS_PER_MINUTE else minutes % _MINUTES_PER_DAY


def _time_in_xml(minutes: int) -> str:
    return f"{_EPOCH + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


DAY: Final = Kind(
    {"type": "string", "enum": [_day_in_json(day) for day in Day]},
    _read_day,
    json=_day_in_json,
    xml=lambda day: squeeze(day).upper(),
    taken=({"type": "string", "enum": [*Day, "EVERYDAY"]},),
)
OWNER: Final = Kind(
    {"type": "string", "enum": list(_LETTERS.values())},
    _read_owner,
    json=lambda owner: _LETTERS[owner],
    taken=({"type": "string", "enum": [str(owner) for owner in Owner]},),
)
TIME: Final = Kind(
    {"type": "integer", "format": "int64"},
    _read_time,
    json=lambda minutes: minutes * _MS_PER_MINUTE,
    xml=_time_in_xml,
    taken=({"type": "string"},),
)
END: Final = replace(TIME, read=_read_end)
