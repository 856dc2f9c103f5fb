"""The statement that finds whom a private key stands for, in SQL: it comes with every request that has one."""

from typing import Any

from portsip_api.store import database


def user(tenant_id: int, digest: str) -> Any:
    """Return id and name (`number@domain`) of the tenant's user who may log in and has that key, or None."""
    return database.fetch_row(
        "SELECT e.id, e.number || '@' || t.domain FROM private_key AS k JOIN extension AS e ON e.id = k.extension_id"
        " JOIN tenant AS t ON t.id = e.tenant_id"
        " WHERE k.digest = ? AND e.tenant_id = ? AND e.enabled AND t.enabled",
        (digest, tenant_id),
    )
