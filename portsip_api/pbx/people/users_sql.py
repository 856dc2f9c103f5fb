"""The statements of users in full, in SQL: a block of them is one statement with all that each has, as JSON made by the
database, and a model's row for each would cost more than the statement.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements, json_list, json_row, member

_ADDRESS: Final = ", ".join(f"b.{name}" for name in ("street", "city", "country", "state", "zip", "office_designation"))
_READ: Final = f"""
    SELECT e.id, e.number, e.profile, e.enabled, s.password, s.web_access_password, s.voicemail_pin,
        c.document, u.profile,
        (SELECT {json_list(json_row("id", "name", "description", "weight"))} FROM (
            SELECT g.id, g.name, nullif(g.description, '') AS description, g.weight
            FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
            WHERE m.extension_id = e.id ORDER BY g.weight, g.id) AS o),
        (SELECT {json_list("alias")} FROM (
            SELECT alias FROM extension_alias WHERE extension_id = e.id ORDER BY alias) AS o),
        b.name, {_ADDRESS}
    FROM {elements("j")} {IN_ORDER} extension AS e ON e.id = j.value
    JOIN extension_settings AS s ON s.extension_id = e.id
    LEFT JOIN user_contact AS c ON c.extension_id = e.id
    LEFT JOIN user_profile AS u ON u.extension_id = e.id
    LEFT JOIN branch AS b ON b.id = e.branch_id
    WHERE e.tenant_id = ? ORDER BY j.key"""


def read(tenant_id: int, ids: Sequence[int]) -> list[Any]:
    """Return the rows of the users with these ids, in this order, those that exist.

    A row is id, number, the JSON of the extension's profile, whether it is enabled, SIP password, web access password
    and voicemail PIN, encrypted, the JSON of who the user is and of the rest of the profile, or None, as JSON the
    groups (arrays of id, name, description and weight) and the aliases, and of the branch its name and address.
    """
    return database.fetch_all(_READ, (json.dumps(list(ids)), tenant_id))


def ids_by_name(tenant_id: int, names: Sequence[str]) -> dict[str, int]:
    """Return the ids of the users whose user names or aliases are among `names`, by these."""
    values = json.dumps(list(names))
    rows = database.fetch_all(
        f"SELECT e.number, e.id FROM {elements('j')}"
        f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value"
        f" UNION ALL SELECT a.alias, a.extension_id FROM {elements('j')}"
        f" {IN_ORDER} extension_alias AS a ON a.tenant_id = ? AND a.alias = j.value",
        (values, tenant_id, values, tenant_id),
    )
    return dict(rows)


def ids(tenant_id: int, group_id: int | None, limit: int, offset: int) -> list[int]:
    """Return the ids of users in order, of all or of those in a group; a limit of -1 is none."""
    if group_id is None:
        source, values = "extension AS e WHERE e.tenant_id = ?", [tenant_id]
    else:
        source = "membership AS m JOIN extension AS e ON e.id = m.extension_id WHERE e.tenant_id = ? AND m.group_id = ?"
        values = [tenant_id, group_id]
    rows = database.fetch_all(f"SELECT e.id FROM {source} ORDER BY e.id LIMIT ? OFFSET ?", (*values, limit, offset))
    return [row[0] for row in rows]


def number_of_im(tenant_id: int, im_id: str) -> str | None:
    """Return the number of the first user who has that id for instant messages, or None; an index finds it."""
    row = database.fetch_row(
        "SELECT e.number FROM user_profile AS u JOIN extension AS e ON e.id = u.extension_id"
        f" WHERE {member('u.profile', 'im_id')} = ? AND e.tenant_id = ? ORDER BY e.id LIMIT 1",
        (im_id, tenant_id),
    )
    return None if row is None else str(row[0])


def im_ids(tenant_id: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return the ids for instant messages of the users with these numbers who have one, by number."""
    rows = database.fetch_all(
        f"SELECT e.number, {member('u.profile', 'im_id')} FROM {elements('j')}"
        " JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value"
        " JOIN user_profile AS u ON u.extension_id = e.id",
        (json.dumps(list(numbers)), tenant_id),
    )
    return {number: im_id for number, im_id in rows if im_id}
