"""Who causes a call to the outside, in SQL: each such call asks it, and through models it took a third of a look-up."""

from typing import Any

from portsip_api.store import database


def causer(tenant_id: int, number: str) -> Any:
    """Return the id, whether it is enabled, the branch and the caller id's key of an extension, or None."""
    return database.fetch_row(
        "SELECT id, enabled, branch_id, caller_id_key FROM extension WHERE tenant_id = ? AND number = ?",
        (tenant_id, number),
    )
