"""Lines with what their users or accounts are called, by their phones or by a text.

They are SQL because lists read the lines of hundreds of phones at once, out of five tables and a JSON text, and because
the statements say themselves from which side they begin.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from portsip_api.store import database

_SELECT: Final = (
    "SELECT l.id, l.phone_id, l.extension_id, e.number, e.profile ->> 'first_name', e.profile ->> 'last_name',"
    " coalesce(s.password, x.password), t.domain, x.user_id, x.display_name, x.extension, x.registration_server,"
    " x.registration_server_port, x.voicemail FROM phone_line AS l JOIN tenant AS t ON t.id = l.tenant_id"
    " LEFT JOIN extension AS e ON e.id = l.extension_id LEFT JOIN extension_settings AS s ON s.extension_id = e.id"
    " LEFT JOIN external_line AS x ON x.line_id = l.id"
)


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> list[Any]:
    """Return the lines of those phones, by phone and position."""
    return database.fetch_all(  # the + keeps SQLite from reading all lines of the tenant
        f"{_SELECT} WHERE l.phone_id IN (SELECT value FROM json_each(?)) AND +l.tenant_id = ?"
        " ORDER BY l.phone_id, l.position",
        (json.dumps(list(phone_ids)), tenant_id),
    )


def of_phone(tenant_id: int, phone_id: int, line_id: int | None) -> Any:
    """Return one line of one phone, or None."""
    return database.fetch_row(
        f"{_SELECT} WHERE l.id = ? AND l.tenant_id = ? AND l.phone_id = ?", (line_id, tenant_id, phone_id)
    )


def phones_with(tenant_id: int, domain: str, text: str, users: Sequence[int] | None) -> list[int]:
    """Return the ids of the phones with a line in whose user name, extension or address the folded `text` stands.

    `users` are the ids among which are all users who match; None: they are not known.
    """
    rows = database.fetch_all(
        "SELECT l.phone_id FROM extension AS e CROSS JOIN phone_line AS l ON l.extension_id = e.id"
        f" WHERE {'' if users is None else '+'}e.tenant_id = :tenant"
        " AND instr('sip:' || lower(e.number) || '@' || :domain, :text) > 0"
        f" {'' if users is None else 'AND e.id IN (SELECT value FROM json_each(:users))'}"
        " UNION SELECT l.phone_id FROM phone_line AS l JOIN external_line AS x ON x.line_id = l.id"
        " WHERE l.tenant_id = :tenant AND l.extension_id IS NULL AND (instr(lower(x.extension), :text) > 0"
        "   OR instr('sip:' || lower(x.user_id) || coalesce('@' || lower(x.registration_server), ''), :text) > 0)"
        " ORDER BY 1",
        {"tenant": tenant_id, "text": text, "domain": domain, "users": json.dumps(users)},
    )
    return [row[0] for row in rows]


def delete_of_phone(tenant_id: int, phone_id: int) -> None:
    """Delete all lines of one phone."""
    # The + keeps SQLite from reading all lines of the tenant.
    database.execute("DELETE FROM phone_line WHERE phone_id = ? AND +tenant_id = ?", (phone_id, tenant_id))
