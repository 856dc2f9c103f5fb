"""Locations and assignments by the thousand, each in one statement.

They are SQL because models cannot say it: what is there already is written over, and ids are handed over as one JSON
text, since a statement takes no more than some ten thousand values.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portsip_api.store import database


def save(tenant_id: int, rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Make or replace the locations of `rows`: ELIN, location, address and description. No two have one ELIN."""
    places = ", ".join(["(?, ?, ?, ?, ?)"] * len(rows))
    database.execute(
        f"INSERT INTO location (tenant_id, elin, location, address_info, description) VALUES {places}"
        " ON CONFLICT (tenant_id, elin) DO UPDATE SET location = excluded.location,"
        " address_info = excluded.address_info, description = excluded.description",
        [value for row in rows for value in (tenant_id, *row)],
    )


def of_any(tenant_id: int, kinds: Iterable[str], key_ids: Iterable[int]) -> list[Any]:
    """Return (kind, key_id, elin, location, address, description) for those of any of `kinds` with one of `key_ids`."""
    return database.fetch_all(
        "SELECT a.kind, a.key_id, l.elin, l.location, l.address_info, l.description"
        " FROM location_assignment AS a JOIN location AS l ON l.id = a.location_id WHERE a.tenant_id = ?"
        " AND a.kind IN (SELECT value FROM json_each(?)) AND a.key_id IN (SELECT value FROM json_each(?))",
        (tenant_id, json.dumps(list(kinds)), json.dumps(list(key_ids))),
    )


def assign(tenant_id: int, kind: str, elins: Mapping[int, str]) -> None:
    """Assign each id of `elins` to the location of its ELIN. Raises Violated: `location_id` is null where none has it.

    What is assigned elsewhere is moved.
    """
    database.execute(
        "INSERT INTO location_assignment (tenant_id, kind, key_id, location_id)"
        " SELECT :tenant, :kind, CAST(j.key AS INTEGER),"
        " (SELECT id FROM location WHERE tenant_id = :tenant AND elin = j.value) FROM json_each(:elins) AS j WHERE true"
        " ON CONFLICT (tenant_id, kind, key_id) DO UPDATE SET location_id = excluded.location_id",
        {"tenant": tenant_id, "kind": kind, "elins": json.dumps(elins)},
    )
