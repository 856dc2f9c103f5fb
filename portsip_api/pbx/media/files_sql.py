"""Which files go with an extension, in SQL: every removal of one asks, and building the query cost a sixth of it."""

from portsip_api.store import database


def of_extension(tenant_id: int, extension_id: int) -> list[str]:
    """Return the ids of the files of an extension's greetings, messages and music."""
    rows = database.fetch_all(
        "SELECT f.blob FROM extension AS e JOIN ("
        " SELECT blob, extension_id FROM greeting WHERE extension_id = ? AND blob IS NOT NULL"
        " UNION ALL SELECT blob, extension_id FROM voice_message WHERE extension_id = ?"
        " UNION ALL SELECT blob, extension_id FROM hold_music WHERE extension_id = ?"
        ") AS f ON f.extension_id = e.id WHERE e.tenant_id = ? AND e.id = ?",
        (extension_id, extension_id, extension_id, tenant_id, extension_id),
    )
    return [row[0] for row in rows]
