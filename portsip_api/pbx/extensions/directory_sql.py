"""The statements of directory lists, in SQL: the database makes one text of a page, or of the states of many numbers,
so that nothing is left to be dumped.
"""

from typing import Any

from portsip_api.store import database, dialect
from portsip_api.store.dialect import IN_ORDER, by_index, elements, json_list, json_object


def joined(tenant_id: int, ids: str, keys: str, limit: int, offset: int) -> Any:
    """Return the list JSON of extensions as one text in bytes with commas between them, or None, and their number.

    `ids` is a JSON array of ids; `keys` says how they are sorted.
    """
    return database.fetch_row(
        f"SELECT {dialect.joined('l.json')}, count(*) FROM ("
        f"  SELECT e.id FROM {elements('j')} {IN_ORDER} extension AS e ON e.id = j.value"
        f"  WHERE e.tenant_id = ? ORDER BY {keys} LIMIT ? OFFSET ?"
        f") AS o {IN_ORDER} extension_list_json AS l ON l.extension_id = o.id",
        (ids, tenant_id, limit, offset),
    )


def statuses(tenant_id: int, numbers: str) -> str:
    """Return number, status and user agent of each of a JSON array of numbers, as the JSON text of an array."""
    text: str = database.fetch_row(
        f"SELECT {json_list(json_object(extension_number='number', status='status', user_agent='user_agent'))}"
        " FROM (SELECT j.value AS number, coalesce(e.status, 'NOT_FOUND') AS status,"
        "              coalesce(e.user_agent, '') AS user_agent"
        f"       FROM {elements('j')} LEFT JOIN extension AS e {by_index('extension_status')}"
        "       ON e.tenant_id = ? AND e.number = j.value ORDER BY j.key) AS o",
        (numbers, tenant_id),
    )[0]
    return text
