"""Stored time zones that mean nothing on this machine, or something else on the next one."""

from collections.abc import Iterator

from portsip_api.pbx.hours import zones
from portsip_api.pbx.upkeep import stored_zones_sql
from portsip_api.setting_kinds import zone_names


def find_doubtful() -> Iterator[str]:
    """Yield a sentence for each time zone of tenants or extensions that could not be set anew."""
    for name, tenants, extensions in stored_zones_sql.named():
        if zones.load(name) is None:
            fate = "is unknown on this machine: the tenant's, PBX_TIME_ZONE or UTC is used in its place"
        elif name not in zone_names():
            fate = "is no IANA time zone: what it means depends on the machine"
        else:
            continue
        yield f"The time zone {name} (tenants: {tenants}, extensions: {extensions}) {fate}."
