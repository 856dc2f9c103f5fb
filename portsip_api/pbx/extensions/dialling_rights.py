"""Whether an extension may call a number: the one answer for calls, forwards and routes.

Numbers of the tenant may always be called; for others `numbers.outside` decides, from the tenant's prefixes, the
patterns of its dialling rules, and the groups and permissions of the extension. `enable_intercom` governs paging and
answered calls only, `enable_management_console_access` the console only. Source: contract `portsip-more.md`, row 20;
the patterns are ours.
"""

from collections.abc import Collection, Mapping
from typing import Final

from portsip_api.pbx.extensions import groups, permission_values
from portsip_api.pbx.extensions.permissions import BUILT_IN
from portsip_api.pbx.numbers import numbers_sql, outside_rows
from portsip_api.pbx.numbers.outside import PERMISSIONS, Caller, Outside, Refusal, refusal

_ASKED: Final = [BUILT_IN[name] for name in PERMISSIONS.values()]


def why_not(tenant_id: int, extension_id: int, number: str) -> Refusal | None:
    """Return why an extension may not call `number`, as it is dialled; None when it may."""
    if numbers_sql.find(tenant_id, number) is not None:
        return None
    outside = outside_rows.load(tenant_id)
    permissions = permissions_of(tenant_id, [extension_id], outside).get(extension_id, {})
    return refusal(number, outside, Caller(groups.may_call_outside(tenant_id, extension_id), permissions))


def permissions_of(
    tenant_id: int, extension_ids: Collection[int], outside: Outside
) -> Mapping[int, Mapping[str, bool]]:
    """Return the extensions' values of the permissions that patterns ask for; nothing where there are no patterns.

    At most two statements.
    """
    return permission_values.of_users(tenant_id, list(extension_ids), _ASKED) if outside.patterns else {}
