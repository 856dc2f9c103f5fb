"""How much a tenant may call outside: minutes a day.

Its `capability` says so; absent or 0 is no limit. Minutes are those of calls that have ended since midnight in the
tenant's zone. Emergency calls are never refused. All of this is ours.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.calls import call_limits_sql
from portsip_api.pbx.hours import calendars

OUTSIDE_MINUTES: Final = "max_outside_minutes_per_day"


def of(tenant_id: int) -> Mapping[str, int]:
    """Return the limits of a tenant by their names, 0 where there is none, in one statement."""
    return tenant_limits.of(tenant_id).by_name


def outside_seconds_left(tenant_id: int, at: datetime) -> int | None:
    """Return for how many seconds the tenant may still talk outside on the day of `at`; None without a limit."""
    minutes = of(tenant_id)[OUTSIDE_MINUTES]
    if not minutes:
        return None
    local = at.astimezone(calendars.load(tenant_id).zone)
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    used = call_limits_sql.outside_milliseconds(tenant_id, round(midnight.timestamp() * 1000))
    return max(0, minutes * 60 - -(-used // 1000))
