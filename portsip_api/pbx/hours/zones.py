"""Time zones by name: one that was stored on another machine, or years ago, may be unknown on this one.

What is written must be an IANA name that the program brings along (`setting_kinds.zone_names`); what is stored is used
when this machine can read it, and stood in for by the next zone of the chain when it cannot.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.values import UNKNOWN_ZONE
from portsip_api.setting_kinds import zone_names

UTC: Final = ZoneInfo("UTC")


@lru_cache(1_000)
def load(name: str) -> ZoneInfo | None:
    """Return the time zone of that name, or None when this machine has none that can be read."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all, or not a zone's file; a folder's name
        return None


def first(names: Iterable[str]) -> tuple[ZoneInfo, tuple[str, ...]]:
    """Return the first zone of `names` that there is, else UTC; and the names before it, which this machine lacks."""
    lacking: list[str] = []
    for name in names:
        if (zone := load(name)) is not None:
            return zone, tuple(lacking)
        lacking.append(name)
    return UTC, tuple(lacking)


def require_known(name: str, field: str, stored: str) -> None:
    """Raise Invalid for `field` when `name` is no zone that can be set, unless it is what is `stored`."""
    if name and name != stored and name not in zone_names():
        raise Invalid({field: [UNKNOWN_ZONE]})


def warnings(lacking: Iterable[str], used: ZoneInfo) -> list[str]:
    """Return a sentence for each zone that `used` stands in for."""
    return [f"The time zone {name} is unknown on this machine; {used.key} is used in its place." for name in lacking]
