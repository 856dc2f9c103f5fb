"""How much a tenant and its extensions may call: calls at once, calls a minute, minutes outside a day.

A tenant's `capability` says so; absent or 0 is no limit. Calls at once are those that have begun and are not known to
have ended; a minute is one from its first call on. Minutes outside are those of calls that began since midnight in the
tenant's zone, the ones that were dialled so and go on included. Emergency calls are never refused. Source: contract
`portsip-more.md`, section 1, "Tenants"; all but `max_concurrent_calls` is ours.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.calls import call_limits_sql
from portsip_api.pbx.hours import calendars
from portsip_api.store import volatile
from portsip_api.store.clock import clock

AT_ONCE: Final = "max_concurrent_calls"
A_MINUTE: Final = "max_calls_per_minute"
EXTENSION_AT_ONCE: Final = "max_extension_concurrent_calls"
EXTENSION_A_MINUTE: Final = "max_extension_calls_per_minute"
OUTSIDE_MINUTES: Final = "max_outside_minutes_per_day"
_MINUTE: Final = 60.0  # seconds


def of(tenant_id: int) -> Mapping[str, int]:
    """Return the limits of a tenant by their names, 0 where there is none, in one statement."""
    return tenant_limits.of(tenant_id).by_name


def admit(limits: Mapping[str, int], tenant_id: int, extension: str) -> str:
    """Count a call that begins, of an extension or, without one, from outside, unless it would be one too many.

    `limits` are the tenant's. Return the name of the one that was reached, or nothing. It belongs into the transaction
    of the volatile file in which the call is written among those that go on, so that no two workers let the same one
    through.
    """
    checks = [(AT_ONCE, A_MINUTE, "")]
    if extension:
        checks.insert(0, (EXTENSION_AT_ONCE, EXTENSION_A_MINUTE, extension))
    for at_once, a_minute, number in checks:
        if limits[at_once] and call_limits_sql.going_on(tenant_id, number) >= limits[at_once]:
            return at_once
        if limits[a_minute] and _begun(tenant_id, number) >= limits[a_minute]:
            return a_minute
    for _, a_minute, number in checks:
        if limits[a_minute]:
            call_limits_sql.count(_key(tenant_id, number), clock.boot(), clock.boot() + _MINUTE)
    return ""


def _begun(tenant_id: int, extension: str) -> int:
    return call_limits_sql.begun(_key(tenant_id, extension), clock.boot())


def _key(tenant_id: int, extension: str) -> str:
    return f"{tenant_id}/{extension}"


def delete_past() -> int:
    """Forget the minutes that are over, and return how many there were."""
    with volatile.writing():
        return call_limits_sql.delete_past(clock.boot())


def outside_seconds_left(tenant_id: int, at: datetime) -> int | None:
    """Return for how many seconds the tenant may still talk outside on the day of `at`; None without a limit."""
    minutes = of(tenant_id)[OUTSIDE_MINUTES]
    if not minutes:
        return None
    local = at.astimezone(calendars.load(tenant_id).zone)
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    since, now = (round(instant.timestamp() * 1000) for instant in (midnight, at))
    used = call_limits_sql.outside_milliseconds(tenant_id, since)
    used += call_limits_sql.outside_milliseconds_going_on(tenant_id, since, now)
    return max(0, minutes * 60 - -(-used // 1000))
