"""The entries of a user's phonebook in SQL: a search goes through all of them, for which rows of models are slow."""

from typing import Any

from portsip_api.store import database
from portsip_api.store.dialect import member


def entries(tenant_id: int, user_id: int) -> list[Any]:
    """Return id, first and last name, number, the client's name, the JSON of the contact and its e-mail address."""
    return database.fetch_all(
        f"SELECT e.id, e.first_name, e.last_name, e.number, e.internal_id, e.contact, {member('e.contact', 'email')}"
        " FROM private_entry AS e JOIN extension AS x ON x.id = e.extension_id"
        " WHERE e.extension_id = ? AND x.tenant_id = ? ORDER BY e.number_key, e.first_name, e.last_name",
        (user_id, tenant_id),
    )
