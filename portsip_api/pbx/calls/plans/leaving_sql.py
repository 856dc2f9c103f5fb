"""What callers meet in a mailbox, in one statement: each call to an extension that has voicemail asks it, since it may
come there, and through models it took half of the time of a look-up.
"""

from typing import Any

from portsip_api.store import database


def mailbox(tenant_id: int, number: str) -> Any:
    """Return of an extension its id, the JSON of its voice_mail, and that of what its user has set of the attendant,
    None where that is nothing; None where there is no such extension.
    """
    return database.fetch_row(
        "SELECT e.id, s.voice_mail, p.attendant FROM extension AS e"
        " JOIN extension_settings AS s ON s.extension_id = e.id"
        " LEFT JOIN user_preferences AS p ON p.extension_id = e.id"
        " WHERE e.tenant_id = ? AND e.number = ?",
        (tenant_id, number),
    )
