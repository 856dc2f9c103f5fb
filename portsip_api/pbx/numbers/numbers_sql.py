"""What is asked about numbers, and written of what points at them, in SQL: it is done for every target of an import."""

from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import json_list, json_row


def of_forward_rules(extension_id: str) -> str:
    """Return a subquery: what the forward rules of the extension with that id point at, as a JSON array.

    Each is a place, its number (the target's or the awaited one, empty when the target is gone), and the number that
    a target had which is gone, else null.
    """
    number = json_row("f.place", "coalesce(n.number, f.awaited, '')", "n.former")
    return (
        f"(SELECT {json_list(number)} FROM reference AS f LEFT JOIN dialled_number AS n ON n.id = f.target_id"
        f" WHERE f.owner = 'forward_rules' AND f.owner_id = {extension_id})"
    )


def find(tenant_id: int, number: str) -> Any:
    """Return the id of a number of the tenant and the kind of object that answers it; None for no object's."""
    return database.fetch_row(
        "SELECT id, kind FROM dialled_number WHERE tenant_id = ? AND number = ?", (tenant_id, number)
    )


def allowed_prefixes(tenant_id: int) -> str:
    """Return, as a JSON array, the beginnings of external numbers that the tenant allows to be dialled."""
    text: str = database.fetch_row("SELECT allowed_prefixes FROM tenant WHERE id = ?", (tenant_id,))[0]
    return text


_INSERT: Final = (
    "INSERT INTO reference (tenant_id, owner, owner_id, place, kind, form, target_id, awaited)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def insert_reference(*values: object) -> None:
    """Write a reference: tenant, owner, owner's id, place, kind, form, and its target's id or the awaited number."""
    database.execute(_INSERT, values)


def delete_reference(tenant_id: int, owner: str, owner_id: int, place: str) -> None:
    """Delete a reference, if it is there."""
    database.execute(
        "DELETE FROM reference WHERE tenant_id = ? AND owner = ? AND owner_id = ? AND place = ?",
        (tenant_id, owner, owner_id, place),
    )
