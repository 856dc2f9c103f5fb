"""The statements of phonebooks that are SQL: both move up to 50,000 entries at once, for which rows of models are slow.

The database merges and sorts them; an import comes as one JSON text.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, element, elements


def entries(tenant_id: int, phonebook_id: int) -> list[Any]:
    """Return first name, last name, number and profile in the order of a phonebook.

    Imported entries have no profile (None); members of groups have their names in it, as JSON.
    """
    return database.fetch_all(
        "SELECT first_name, last_name, number, profile FROM ("
        " SELECT e.first_name, e.last_name, e.number, NULL AS profile, e.name_key FROM phonebook AS p"
        " JOIN phonebook_entry AS e ON e.phonebook_id = p.id WHERE p.tenant_id = :tenant AND p.id = :id"
        " UNION ALL SELECT '', '', x.number, x.profile, x.name_key FROM ("
        "  SELECT DISTINCT m.extension_id FROM phonebook_group AS g JOIN membership AS m ON m.group_id = g.group_id"
        "  WHERE g.phonebook_id = :id) AS member"
        " JOIN extension AS x ON x.id = member.extension_id WHERE x.tenant_id = :tenant"
        ") AS entry ORDER BY name_key, number",
        {"id": phonebook_id, "tenant": tenant_id},
    )


def insert_entries(tenant_id: int, phonebook_id: int, rows: Iterable[Sequence[str]]) -> None:
    """Write entries (first name, last name, number, key of their order) inside the caller's transaction."""
    database.execute(
        "INSERT INTO phonebook_entry (phonebook_id, first_name, last_name, number, name_key)"
        f" SELECT p.id, {', '.join(element('j.value', number) for number in range(4))}"
        f" FROM phonebook AS p {IN_ORDER} {elements('j')} WHERE p.tenant_id = ? AND p.id = ?",
        (json.dumps(list(rows)), tenant_id, phonebook_id),
    )
