"""How instants are written: milliseconds since 1970 in JSON, a date and time in XML; either is read anywhere.

Source: contract `sipxcom-admin.md`, section 3.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from portsip_api.sipxcom.admin.schedule_kinds import milliseconds_of
from portsip_api.sipxcom.core.records import Kind

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MS
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MS


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
