"""How instants are written: milliseconds since 1970 in JSON, a date and time in XML; either is read anywhere.

Source: contract `sipxcom-admin.md`, section 3.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from portsip_api.sipxcom.core.records import Kind

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MS
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MS


def milliseconds_of(value: object) -> int | None:
    """Return the milliseconds since 1970 that a number or a date and time stand for; None when it is neither."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(text)
    try:
        found = datetime.fromisoformat(text)
        exact = (found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return exact // timedelta(milliseconds=1)


def _read(value: object) -> int | None:
    if value == "":
        return None
    found = milliseconds_of(value)
    if found is None or not _FIRST <= found <= _LAST:
        raise ValueError("Must be milliseconds since 1970, or a date and time.")
    return found


def _in_xml(milliseconds: int) -> str:
    return (_EPOCH + milliseconds * _MS).isoformat(timespec="milliseconds")


DATE: Final = Kind({"type": "integer", "format": "int64"}, _read, xml=_in_xml, taken=({"type": "string"},))
