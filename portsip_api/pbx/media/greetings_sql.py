"""Which greetings are fetched next, in SQL: turns are window functions over what is due. And whose an extension is, and
what room there is, which tables of other rooms tell, in one statement each.
"""

import json
from collections.abc import Collection
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements

_NEXT: Final = f"""
    SELECT d.id, d.url FROM (
        SELECT g.id, g.url, g.next_attempt, e.tenant_id,
            row_number() OVER (PARTITION BY e.tenant_id ORDER BY g.turn, g.next_attempt, g.id) AS turn
        FROM (
            SELECT id, url, extension_id, next_attempt,
                row_number() OVER (PARTITION BY extension_id ORDER BY next_attempt, id) AS turn
            FROM greeting WHERE status = 'FETCHING' AND next_attempt <= ?
        ) AS g JOIN extension AS e ON e.id = g.extension_id
    ) AS d LEFT JOIN (
        SELECT e.tenant_id, count(*) AS turns FROM {elements("j")} {IN_ORDER} greeting AS g ON g.id = j.value
        JOIN extension AS e ON e.id = g.extension_id GROUP BY e.tenant_id
    ) AS b ON b.tenant_id = d.tenant_id
    ORDER BY d.turn + coalesce(b.turns, 0), d.next_attempt, d.id LIMIT ?"""


def next_in_turn(now: float, under_way: Collection[int], limit: int) -> list[tuple[int, str]]:
    """Return (greeting's id, url) of at most `limit` greetings that are due; `under_way` are ids of others."""
    return database.fetch_all(_NEXT, (now, json.dumps(list(under_way)), limit))


def room(tenant_id: int, extension_id: int, table: str) -> Any:
    """Return how many rows of `table`, greetings, messages or music, an extension has and their bytes; of its tenant
    the capability, the quota, the bytes of all greetings and messages, and those of prompts and music. None when there
    is no such tenant.
    """
    return database.fetch_row(
        f"SELECT (SELECT count(*) FROM {table} WHERE extension_id = ?),"
        f" (SELECT coalesce(sum(stored_size), 0) FROM {table} WHERE extension_id = ?),"
        " t.capability, t.quota, t.greeting_bytes + t.message_bytes,"
        " (SELECT coalesce(sum(p.size), 0) FROM prompt AS p WHERE p.tenant_id = t.id) + t.music_bytes"
        " FROM tenant AS t WHERE t.id = ?",
        (extension_id, extension_id, tenant_id),
    )


def tenant_of(extension_id: int) -> int:
    """Return the id of the tenant of an extension that is there."""
    tenant_id: int = database.fetch_row("SELECT tenant_id FROM extension WHERE id = ?", (extension_id,))[0]
    return tenant_id
