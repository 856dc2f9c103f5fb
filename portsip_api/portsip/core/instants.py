"""Instants of calls, as the generations of clients write and read them.

Those of rows of v12 lists are in the tenant's zone, with the offset behind `GMT`. Source: contract `portsip-more.md`,
section 2.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from portsip_api.pbx.calls.records import MOST_TIME
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.hours import stamps

NEVER_ANSWERED: Final = "NOT_ANSWER"
_TIME: Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:T| +)(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?: *(?P<utc>Z|UTC|GMT)| *(?:GMT|UTC)?(?P<sign>[+ -])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?",
    re.IGNORECASE,
)
_AMERICAN: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?= )")  # how consoles write a day in reports
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_PROBLEM: Final = (
    "Must be a time as YYYY-MM-DD HH:MM:SS (or MM/DD/YYYY and the time), with GMT+HH:MM, UTC or Z behind it or in the "
    "tenant's time zone, or whole seconds since 1970."
)


def read(field: str, text: str, zone: tzinfo) -> int:
    """Return the milliseconds since 1970 of a time that a client has sent for `field`; one without a zone is in `zone`.

    A plus that the query has made a blank of is read as one. Raises Invalid.
    """
    text = _AMERICAN.sub(r"\3-\1-\2", text.strip(), count=1)
    if _SECONDS.fullmatch(text):
        return int(text) * 1000
    found = _TIME.fullmatch(text)
    if found is None:
        raise Invalid({field: [_PROBLEM]})
    try:
        moment = datetime.fromisoformat(f"{found['date']} {found['time']}").replace(tzinfo=_zone(found, zone))
        return min(max(0, round(moment.timestamp())), MOST_TIME // 1000) * 1000
    except (ValueError, OverflowError):  # no day of the calendar, or one beyond it in the other zone
        raise Invalid({field: [_PROBLEM]}) from None


def in_zone(seconds: float, zone: tzinfo = UTC) -> str:
    """Return an instant, in seconds since 1970, as `2026-03-02 09:00:00 GMT+01:00`; UTC is `GMT+00:00`."""
    return stamps.with_offset(seconds, zone)


def with_zone(instant: int | None, zone: tzinfo) -> str:
    """Return an instant in milliseconds as `2024-05-01 09:30:00 GMT+02:00`; empty for none."""
    return "" if instant is None else in_zone(instant // 1000, zone)


def in_utc(instant: int | None) -> str:
    """Return a time as `2024-05-01 07:30:00 UTC`; empty for none."""
    return "" if instant is None else f"{bare(instant)} UTC"


def bare(instant: int | None) -> str:
    """Return a time as `2024-05-01 07:30:00`, which is in UTC; empty for none."""
    return "" if instant is None else f"{_at(instant):%Y-%m-%d %H:%M:%S}"


def iso(instant: int) -> str:
    """Return a time as `2024-05-01T07:30:00Z`."""
    return f"{_at(instant):%Y-%m-%dT%H:%M:%SZ}"


def _zone(found: re.Match[str], zone: tzinfo) -> tzinfo:
    if found["utc"]:
        return UTC
    if not found["sign"]:
        return zone
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-offset if found["sign"] == "-" else offset)


def _at(instant: int) -> datetime:
    return datetime.fromtimestamp(instant // 1000, UTC)
