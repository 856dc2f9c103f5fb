"""Emergency calls of late, over the volatile file, whose tables have no models."""

import json
from collections.abc import Iterable

from portsip_api.store import volatile
from portsip_api.store.dialect import listed


def write(tenant_id: int, elin: str, extension_id: int, ends: float) -> None:
    """Write who has called from the place of an ELIN last, until `ends` of the boot clock, within a transaction."""
    volatile.execute(
        "INSERT INTO emergency_call (tenant_id, elin, extension_id, ends) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (tenant_id, elin) DO UPDATE SET extension_id = excluded.extension_id, ends = excluded.ends",
        (tenant_id, elin, extension_id, ends),
    )


def callers(tenant_ids: Iterable[int], elin: str, now: float) -> list[tuple[int, int]]:
    """Return (tenant, id of the extension) of those who called from the place of an ELIN, the last one first."""
    rows = volatile.fetch_all(
        f"SELECT tenant_id, extension_id FROM emergency_call WHERE tenant_id IN {listed()} AND elin = ? AND ends > ?"
        " ORDER BY ends DESC",
        (json.dumps(list(tenant_ids)), elin, now),
    )
    return [(tenant_id, extension_id) for tenant_id, extension_id in rows]


def delete_past(now: float) -> None:
    """Delete what is past, within a transaction."""
    volatile.execute("DELETE FROM emergency_call WHERE ends <= ?", (now,))
