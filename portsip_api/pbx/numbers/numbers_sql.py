"""What is asked about numbers, and written of what points at them, in SQL: it is done for every target of an import."""

import json
from collections.abc import Iterable
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import WHOLE, json_list, json_row, listed


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


def kinds(tenant_id: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return, by number, the kinds of the objects that answer at those numbers of the tenant."""
    rows = database.fetch_all(
        f"SELECT number, kind FROM dialled_number WHERE tenant_id = ? AND number IN {listed()}",
        (tenant_id, json.dumps(list(numbers))),
    )
    return dict(rows)


# Of a tenant `t`, each as a JSON array: the beginnings of external numbers that are allowed, those that are denied, and
# the patterns of its rules in the order of the dial plan (prefix, digits, kind, whether the rule is enabled, its name,
# the JSON of its schedule's periods, the JSON of the permissions that it asks).
OUTSIDE: Final = f"""t.allowed_prefixes, t.denied_prefixes,
    (SELECT {json_list(json_row("prefix", "digits", "kind", "enabled", "name", "periods", "permissions"))} FROM (
        SELECT p.prefix, p.digits, r.kind, r.enabled, r.name, s.periods,
            CAST((SELECT {json_list("q.permission")} FROM dialling_rule_permission AS q
                  WHERE q.rule_id = r.id) AS TEXT) AS permissions
        FROM dialling_rule AS r JOIN dialling_pattern AS p ON p.rule_id = r.id
        LEFT JOIN schedule AS s ON s.id = r.schedule_id
        WHERE r.tenant_id = t.id ORDER BY r.id, p.position {WHOLE}) AS o)"""


def outside(tenant_id: int) -> Any:
    """Return OUTSIDE of a tenant, or None."""
    return database.fetch_row(f"SELECT {OUTSIDE} FROM tenant AS t WHERE t.id = ?", (tenant_id,))


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
