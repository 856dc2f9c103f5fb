"""Groups of many phones, and the order of groups.

They are SQL because lists read the groups of hundreds of phones at once, and because places are counted by the database
and set in one statement.
"""

import json
from collections.abc import Iterable
from typing import Any

from portsip_api.store import database


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> list[Any]:
    """Return (phone's id, id, name, description, weight, count) of the groups of those phones, in order."""
    return database.fetch_all(
        "SELECT m.phone_id, g.id, g.name, g.description, g.weight, g.members_count"
        " FROM phone_group_member AS m JOIN phone_group AS g ON g.id = m.group_id"
        " WHERE m.phone_id IN (SELECT value FROM json_each(?)) AND g.tenant_id = ?"
        " ORDER BY m.phone_id, g.weight, g.id",
        (json.dumps(list(phone_ids)), tenant_id),
    )


def number_by_order(tenant_id: int) -> None:
    """Give each group its place in the order, from 1, as its weight."""
    database.execute(
        "UPDATE phone_group SET weight = o.place FROM ("
        "  SELECT id, row_number() OVER (ORDER BY weight, id) AS place FROM phone_group WHERE tenant_id = ?"
        ") AS o WHERE o.id = phone_group.id",
        (tenant_id,),
    )
