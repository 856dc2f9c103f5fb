"""The files of prompts, in SQL: a tenant's music is asked for at each look-up of a user by a SIP engine."""

from typing import Any

from portsip_api.store import database


def blobs(tenant_id: int, family: str) -> list[Any]:
    """Return the name and the blob of each prompt of a family."""
    return database.fetch_all("SELECT name, blob FROM prompt WHERE tenant_id = ? AND family = ?", (tenant_id, family))
