"""What the rows of an import could collide with, in SQL: each statement is asked once for all rows, whose numbers it
is given as one JSON array.
"""

import json
from collections.abc import Iterable

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements


def kinds(tenant_id: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return the kind of object by each of `numbers` that one has."""
    return dict(
        database.fetch_all(
            f"SELECT d.number, d.kind FROM {elements('j')}"
            f" {IN_ORDER} dialled_number AS d ON d.tenant_id = ? AND d.number = j.value",
            (_json(numbers), tenant_id),
        )
    )


def sizes(tenant_id: int) -> dict[int, int]:
    """Return the number of members of each group by its row id."""
    rows = database.fetch_all("SELECT id, members_count FROM extension_group WHERE tenant_id = ?", (tenant_id,))
    return dict(rows)


def memberships(tenant_id: int, numbers: Iterable[str]) -> set[tuple[str, int]]:
    """Return number and group's row id of each membership of the extensions with these numbers."""
    return set(
        database.fetch_all(
            f"SELECT e.number, m.group_id FROM {elements('j')}"
            f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value"
            f" {IN_ORDER} membership AS m ON m.extension_id = e.id",
            (_json(numbers), tenant_id),
        )
    )


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values))
