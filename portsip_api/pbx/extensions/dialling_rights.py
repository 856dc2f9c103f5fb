"""Whether an extension may call a number: the one answer for calls, forwards and routes.

Numbers of the tenant may always be called; for others `numbers.outside` decides, from the tenant's prefixes, the
patterns of its dialling rules, and the groups and permissions of the extension. `enable_intercom` governs paging and
answered calls only, `enable_management_console_access` the console only. Source: contract `portsip-more.md`, row 20;
the patterns are ours.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from portsip_api.pbx.extensions import groups, permission_values, permissions
from portsip_api.pbx.extensions.permissions import BUILT_IN
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.numbers import numbers_sql, outside_rows
from portsip_api.pbx.numbers.outside import Caller, Moment, Outside, Refusal, refusal
from portsip_api.store.clock import clock


def why_not(tenant_id: int, extension_id: int, number: str) -> Refusal | None:
    """Return why an extension may not call `number`, as it is dialled, now; None when it may."""
    if numbers_sql.find(tenant_id, number) is not None:
        return None
    outside = outside_rows.load(tenant_id)
    values = permissions_of(tenant_id, [extension_id], outside).get(extension_id, {})
    caller = Caller(groups.may_call_outside(tenant_id, extension_id), values)
    return refusal(number, outside, caller, _now(tenant_id, outside))


def permissions_of(
    tenant_id: int, extension_ids: Collection[int], outside: Outside, also: Collection[str] = ()
) -> Mapping[int, Mapping[str, bool]]:
    """Return the extensions' values of the permissions that patterns ask for, and of `also`; nothing without any.

    At most two statements, and one more where a permission is asked for that the tenant has added.
    """
    asked = {name for pattern in outside.patterns for name in pattern.asked} | {*also}
    if not asked:
        return {}
    every = BUILT_IN.values() if asked <= BUILT_IN.keys() else permissions.everything(tenant_id)
    return permission_values.of_users(tenant_id, list(extension_ids), [item for item in every if item.name in asked])


def _now(tenant_id: int, outside: Outside) -> Moment | None:
    """Return the moment, which only rules with a schedule ask for."""
    if all(pattern.periods is None for pattern in outside.patterns):
        return None
    return Moment(datetime.fromtimestamp(clock.wall(), UTC), calendars.load(tenant_id).zone)
