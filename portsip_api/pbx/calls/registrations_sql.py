"""Which users the registrations of phones belong to, and which phones were set up for these.

SQL, because models say badly what is looked up here: the first of three things that a text may name, and what belongs
to the numbers of a JSON list, however long it is.
"""

import json
from collections.abc import Iterable

from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database
from portsip_api.store.dialect import elements


def number_of(tenant_id: int, user: str) -> str | None:
    """Return the number of the user whose number, alias or id is `user`; the first of these decides."""
    row = database.fetch_row(
        "SELECT found.number FROM ("
        " SELECT number, 1 AS rank FROM extension WHERE tenant_id = :tenant AND number = :user"
        " UNION ALL SELECT e.number, 2 FROM extension_alias AS a JOIN extension AS e ON e.id = a.extension_id"
        "   WHERE a.tenant_id = :tenant AND a.alias = :user"
        " UNION ALL SELECT number, 3 FROM extension WHERE tenant_id = :tenant AND id = :id) AS found"
        " ORDER BY found.rank",
        {"tenant": tenant_id, "user": user, "id": row_id(user)},
    )
    return None if row is None else str(row[0])


def phones_of(tenant_id: int, numbers: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return (number, serial, model) of the phones that were set up for the extensions with those numbers."""
    rows = database.fetch_all(
        f"SELECT DISTINCT e.number, p.serial, p.model_id FROM {elements('j')}"
        " JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value"
        " JOIN phone_line AS l ON l.extension_id = e.id JOIN phone AS p ON p.id = l.phone_id"
        " ORDER BY e.number, p.serial",
        (json.dumps(list(numbers)), tenant_id),
    )
    return [(number, serial, model) for number, serial, model in rows]


def members_among(tenant_id: int, group_id: int, numbers: Iterable[str]) -> set[str]:
    """Return those numbers whose users are members of a group; who is in no group is in the default one."""
    rows = database.fetch_all(
        f"SELECT e.number FROM {elements('j')} JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value"
        " JOIN extension_group AS g ON g.tenant_id = e.tenant_id AND g.id = ?"
        " WHERE CASE WHEN g.is_default = 1 THEN e.group_count = 0"
        " ELSE EXISTS (SELECT 1 FROM membership WHERE group_id = g.id AND extension_id = e.id) END",
        (json.dumps(list(numbers)), tenant_id, group_id),
    )
    return {row[0] for row in rows}
