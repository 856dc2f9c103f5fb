"""Which files go with an extension, in SQL: every removal of one asks, and building the query cost a sixth of it."""

from portsip_api.store import database


def of_extension(tenant_id: int, extension_id: int) -> list[str]:
    """Return the ids of the files of an extension's greetings."""
    rows = database.fetch_all(
        "SELECT g.blob FROM greeting AS g JOIN extension AS e ON e.id = g.extension_id"
        " WHERE e.tenant_id = ? AND g.extension_id = ? AND g.blob IS NOT NULL",
        (tenant_id, extension_id),
    )
    return [row[0] for row in rows]
