"""What a tenant may have: the limits in its `capability` and its `quota`, which administrators set.

One that is absent or 0 is none, and so is what an older release kept that is no number. Source: contract
`portsip-more.md`, section 1, "Tenants".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from portsip_api.pbx.access import tenants_sql
from portsip_api.pbx.errors import Conflict

COUNTS: Final = (
    "max_extensions",
    "max_concurrent_calls",
    "max_calls_per_minute",
    "max_extension_concurrent_calls",
    "max_extension_calls_per_minute",
    "max_outside_minutes_per_day",
    "max_ring_groups",
    "max_virtual_receptionists",
    "max_call_queues",
    "max_conference_rooms",
)
BYTES: Final = ("max_recordings_quota", "max_voicemail_quota", "max_call_report_quota")
DAYS: Final = ("auto_clean_recordings_days", "auto_clean_voicemail_days", "auto_clean_call_reports_days")
MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {"capability": COUNTS, "quota": (*BYTES, *DAYS)}
_MOST: Final = 2**53  # what every client can read exactly
_DIGITS: Final = 16


@dataclass(frozen=True)
class Limits:
    """The limits of a tenant by their names, 0 where there is none, and the bytes of its greetings and messages."""

    by_name: Mapping[str, int]
    voicemail_bytes: int

    def require(self, name: str, has: Callable[[], int], more: int = 1) -> None:
        """Raise Conflict when the tenant, which `has` so many, may not have `more` beside them."""
        most = self.by_name[name]
        if most and has() + more > most:
            what, unit = name.removeprefix("max_").replace("_", " "), " bytes" if name in BYTES else ""
            raise Conflict(f"The tenant has reached its limit of {what}, {name}: {most}{unit}.")


def of(tenant_id: int) -> Limits:
    """Return the limits of a tenant, in one statement; none for a tenant that is not there."""
    return read_row(tenants_sql.limits(tenant_id) or ("{}", "{}", 0))


def read_row(row: Sequence[Any]) -> Limits:
    """Return the limits in a row of a tenant's capability, its quota and the bytes of its greetings and messages."""
    capability, quota, voicemail_bytes = row
    return Limits(_by_name(capability, quota), voicemail_bytes)


@lru_cache(maxsize=256)  # asked with each call
def _by_name(capability: str, quota: str) -> Mapping[str, int]:
    given = {"capability": orjson.loads(capability), "quota": orjson.loads(quota)}
    return {name: read(given[part].get(name)) or 0 for part, names in MEMBERS.items() for name in names}


def read(value: object) -> int | None:
    """Return the limit that a value means, 0 for none; None for what is no whole number."""
    if value is None or value == "":
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value > _MOST:
        return None
    return max(value, 0)


def problems(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the limits in `fields`, by their dotted names."""
    return {
        f"{part}.{name}": [f"Must be a whole number, 0 for no limit, at most {_MOST}."]
        for part, names in MEMBERS.items()
        if isinstance(fields.get(part), dict)
        for name in names
        if read(fields[part].get(name)) is None
    }
