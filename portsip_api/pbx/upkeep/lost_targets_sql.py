"""The places of the whole PBX that lead nowhere, in SQL: over all tenants, with owners of several tables."""

from typing import Any, Final

from portsip_api.store import database

_LOST: Final = """
    SELECT t.name, r.owner, coalesce(e.number, h.extension, q.number, g.number, a.name), r.place, r.awaited, d.former
    FROM reference AS r
    JOIN tenant AS t ON t.id = r.tenant_id
    LEFT JOIN dialled_number AS d ON d.id = r.target_id
    LEFT JOIN extension AS e ON r.owner IN ('forward_rules', 'call_sequence', 'speed_dial', 'personal_attendant')
        AND e.id = r.owner_id
    LEFT JOIN hunt_group AS h ON r.owner = 'hunt_group' AND h.id = r.owner_id
    LEFT JOIN ring_group AS g ON r.owner = 'ring_group' AND g.id = r.owner_id
    LEFT JOIN call_queue AS q ON r.owner = 'call_queue' AND q.id = r.owner_id
    LEFT JOIN attendant AS a ON r.owner = 'attendant' AND a.id = r.owner_id
    WHERE d.number IS NULL
    ORDER BY r.tenant_id, r.owner, r.owner_id, r.place LIMIT ?
"""


def lost(most: int) -> list[Any]:
    """Return at most so many: tenant's name, owner, its number, place, the awaited number or that of what is gone."""
    return database.fetch_all(_LOST, (most,))


def texts() -> list[Any]:
    """Return the numbers that are kept as text: tenant's name and domain, owner, its number, place, and the text.

    Of forward rules and of attendants the text is their JSON, and the place is empty.
    """
    return database.fetch_all(
        "SELECT t.name, t.domain, 'call_sequence', e.number, CAST(r.position AS TEXT), r.number"
        " FROM call_sequence_ring AS r JOIN extension AS e ON e.id = r.extension_id"
        " JOIN tenant AS t ON t.id = e.tenant_id WHERE r.number <> ''"
        " UNION ALL SELECT t.name, t.domain, 'speed_dial', e.number, CAST(d.position AS TEXT), d.number"
        " FROM speed_dial AS d JOIN extension AS e ON e.id = d.extension_id"
        " JOIN tenant AS t ON t.id = e.tenant_id WHERE d.number <> ''"
        " UNION ALL SELECT t.name, t.domain, 'personal_attendant', e.number, k.key, k.number"
        " FROM personal_attendant_key AS k JOIN extension AS e ON e.id = k.extension_id"
        " JOIN tenant AS t ON t.id = e.tenant_id WHERE k.number <> ''"
        " UNION ALL SELECT t.name, t.domain, 'hunt_group', h.extension, 'fallback_destination', h.fallback_destination"
        " FROM hunt_group AS h JOIN tenant AS t ON t.id = h.tenant_id WHERE h.fallback_destination <> ''"
        " UNION ALL SELECT t.name, t.domain, 'ring_group', g.number, 'no_answer_action_value', g.no_answer_target"
        " FROM ring_group AS g JOIN tenant AS t ON t.id = g.tenant_id WHERE g.no_answer_target <> ''"
        " UNION ALL SELECT t.name, t.domain, 'call_queue', q.number, 'no_answer_action_value', q.no_answer_target"
        " FROM call_queue AS q JOIN tenant AS t ON t.id = q.tenant_id WHERE q.no_answer_target <> ''"
        " UNION ALL SELECT t.name, t.domain, 'forward_rules', e.number, '', s.forward_rules FROM extension AS e"
        " JOIN extension_settings AS s ON s.extension_id = e.id JOIN tenant AS t ON t.id = e.tenant_id"
        " WHERE s.forward_rules LIKE '%\"CONNECT_TO_NUMBER\"%'"
        " UNION ALL SELECT t.name, t.domain, 'attendant', a.name, '', a.menu FROM attendant AS a"
        " JOIN tenant AS t ON t.id = a.tenant_id WHERE a.menu LIKE '%\"CONNECT_TO_NUMBER\"%'"
    )


def count() -> int:
    """Return how many there are."""
    rows: int = database.fetch_row(
        "SELECT count(*) FROM reference AS r LEFT JOIN dialled_number AS d ON d.id = r.target_id WHERE d.number IS NULL"
    )[0]
    return rows
