"""Lines with what their users or accounts are called, by their phones or by a text.

They are SQL because lists read the lines of hundreds of phones at once, out of five tables and a JSON text, and because
the statements say themselves from which side they begin.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, holds, listed, member, unindexed

_SELECT: Final = (
    "SELECT l.id, l.phone_id, l.extension_id, e.number,"
    f" {member('e.profile', 'first_name')}, {member('e.profile', 'last_name')},"
    " coalesce(s.password, x.password), t.domain, x.user_id, x.display_name, x.extension, x.registration_server,"
    " x.registration_server_port, x.voicemail FROM phone_line AS l JOIN tenant AS t ON t.id = l.tenant_id"
    " LEFT JOIN extension AS e ON e.id = l.extension_id LEFT JOIN extension_settings AS s ON s.extension_id = e.id"
    " LEFT JOIN external_line AS x ON x.line_id = l.id"
)


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> list[Any]:
    """Return the lines of those phones, by phone and position."""
    return database.fetch_all(  # unindexed, or all lines of the tenant would be read
        f"{_SELECT} WHERE l.phone_id IN {listed()} AND {unindexed('l.tenant_id')} = ? ORDER BY l.phone_id, l.position",
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
    those = "e.tenant_id = :tenant"
    if users is not None:
        those = f"{unindexed('e.tenant_id')} = :tenant AND e.id IN {listed(':users')}"
    address = "'sip:' || lower(e.number) || '@' || :domain"
    account = "'sip:' || lower(x.user_id) || coalesce('@' || lower(x.registration_server), '')"
    rows = database.fetch_all(
        f"SELECT l.phone_id FROM extension AS e {IN_ORDER} phone_line AS l ON l.extension_id = e.id"
        f" WHERE {those} AND {holds(address, ':text')}"
        " UNION SELECT l.phone_id FROM phone_line AS l JOIN external_line AS x ON x.line_id = l.id"
        " WHERE l.tenant_id = :tenant AND l.extension_id IS NULL"
        f" AND ({holds('lower(x.extension)', ':text')} OR {holds(account, ':text')})"
        " ORDER BY 1",
        {"tenant": tenant_id, "text": text, "domain": domain, "users": json.dumps(users)},
    )
    return [row[0] for row in rows]


def delete_of_phone(tenant_id: int, phone_id: int) -> None:
    """Delete all lines of one phone."""
    # Unindexed, or all lines of the tenant would be read.
    database.execute(
        f"DELETE FROM phone_line WHERE phone_id = ? AND {unindexed('tenant_id')} = ?", (phone_id, tenant_id)
    )
