"""The statements of links that open something once, over the volatile file, whose tables have no models."""

from typing import Any

from portsip_api.store import volatile


def keep(tenant_id: int, extension_id: int, digest: bytes, expires: float) -> None:
    """Write the link of an extension in place of the one that it had."""
    volatile.execute(
        "INSERT INTO softphone_link (tenant_id, extension_id, digest, expires) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (tenant_id, extension_id) DO UPDATE SET digest = excluded.digest, expires = excluded.expires",
        (tenant_id, extension_id, digest, expires),
    )


def take(digest: bytes, now: float) -> Any:
    """Delete a link and return the ids of its tenant and extension; None where it is not there or too old."""
    return volatile.fetch_row(
        "DELETE FROM softphone_link WHERE digest = ? AND expires > ? RETURNING tenant_id, extension_id", (digest, now)
    )
