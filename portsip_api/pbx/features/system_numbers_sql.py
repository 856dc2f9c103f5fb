"""The numbers of a tenant that are no person's, in SQL: what answers them stands in tables of every kind."""

from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import by_index

# By an index of such numbers alone: left to itself, SQLite counts among all numbers of the tenant's people.
_NUMBERS: Final = f"dialled_number AS d {by_index('dialled_number_of_objects')}"
_OF_OBJECTS: Final = "d.tenant_id = :tenant AND d.number IS NOT NULL AND d.kind NOT IN ('EXTENSION', 'ALIAS')"
_IS_REACHABLE: Final = "e.status IN ('ONLINE', 'ON_CALL')"
_PAGE: Final = f"""
SELECT d.number, d.kind,
    coalesce(g.name, h.name, q.name, a.name, o.name, c.name, p.description,
        CASE d.kind WHEN 'VOICE_MAIL' THEN 'Voicemail' END, ''),
    EXISTS (SELECT 1 FROM ring_group_member AS m JOIN extension AS e ON e.id = m.extension_id
            WHERE m.ring_group_id = g.id AND {_IS_REACHABLE})
    OR EXISTS (SELECT 1 FROM call_queue_member AS m JOIN extension AS e ON e.id = m.extension_id
               WHERE m.call_queue_id = q.id AND {_IS_REACHABLE})
    OR EXISTS (SELECT 1 FROM hunt_group_ring AS r JOIN extension AS e ON e.id = r.extension_id
               WHERE r.hunt_group_id = h.id AND h.enabled = 1 AND r.enabled = 1 AND {_IS_REACHABLE})
FROM {_NUMBERS}
LEFT JOIN ring_group AS g ON d.kind = 'RING_GROUP' AND g.tenant_id = d.tenant_id AND g.number = d.number
LEFT JOIN hunt_group AS h ON d.kind = 'HUNT_GROUP' AND h.tenant_id = d.tenant_id
    AND (h.extension = d.number OR h.did = d.number)
LEFT JOIN call_queue AS q ON d.kind = 'CALL_QUEUE' AND q.tenant_id = d.tenant_id AND q.number = d.number
LEFT JOIN attendant AS a ON d.kind = 'VIRTUAL_RECEPTIONIST' AND a.tenant_id = d.tenant_id AND a.number = d.number
LEFT JOIN park_orbit AS o ON d.kind = 'PARK_ORBIT' AND o.tenant_id = d.tenant_id AND o.extension = d.number
LEFT JOIN page_group AS p ON d.kind = 'PAGE_GROUP' AND p.tenant_id = d.tenant_id AND p.dialled = d.number
LEFT JOIN conference AS c ON d.kind = 'CONFERENCE_ROOM' AND c.tenant_id = d.tenant_id AND c.number = d.number
WHERE {_OF_OBJECTS}
ORDER BY length(d.number) {{0}}, d.number {{0}} LIMIT :limit OFFSET :offset
"""


def page(tenant_id: int, limit: int, offset: int, *, descending: bool) -> list[Any]:
    """Return rows of number, kind, name and whether somebody who rings there is reachable."""
    values = {"tenant": tenant_id, "limit": limit, "offset": offset}
    return database.fetch_all(_PAGE.format("DESC" if descending else "ASC"), values)


def count(tenant_id: int) -> int:
    """Return how many there are."""
    rows: int = database.fetch_row(f"SELECT count(*) FROM {_NUMBERS} WHERE {_OF_OBJECTS}", {"tenant": tenant_id})[0]
    return rows
