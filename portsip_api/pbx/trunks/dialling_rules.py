"""Dialling rules: kinds of calls to the outside, and the gateways that carry them.

Source: contract, section 6.2 (`availablerules`, `rules`). What a rule is made of is ours, since the contract names no
more than its place in the dial plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.trunks import gateways
from portsip_api.pbx.values import Choice, Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.search import fold

KINDS: Final = ("CUSTOM", "EMERGENCY", "INTERNATIONAL", "LOCAL", "LONG_DISTANCE", "RESTRICTED", "TOLL_FREE")
DIALLING_RULE: Rules = {
    "name": Text(255, 1, pattern=r"\S|\S.*\S", meaning="a name that neither begins nor ends with a blank"),
    "description": Text(255, lines=True),
    "kind": Choice(KINDS, "CUSTOM"),
    "enabled": Flag(True),
}
_SELECT: Final = "SELECT r.id, r.name, r.description, r.kind, r.enabled FROM dialling_rule AS r"


@dataclass(frozen=True)
class DiallingRule:
    """A rule of the dial plan; `kind` is one of KINDS."""

    id: int
    name: str
    description: str | None
    kind: str
    enabled: bool


def page(tenant_id: int) -> Sequence[DiallingRule]:
    """Return every rule of a tenant in the order in which they were made."""
    return _rules(f"{_SELECT} WHERE r.tenant_id = ? ORDER BY r.id", (tenant_id,))


def available(tenant_id: int, gateway_key: int | str) -> Sequence[DiallingRule]:
    """Return the rules that a gateway has not joined yet. Raises NotFound."""
    return _rules(
        f"{_SELECT} WHERE r.tenant_id = ? AND NOT EXISTS"
        " (SELECT 1 FROM dialling_rule_gateway WHERE rule_id = r.id AND gateway_id = ?) ORDER BY r.id",
        (tenant_id, gateways.show(tenant_id, gateway_key).id),
    )


def show(tenant_id: int, key: int | str) -> DiallingRule:
    """Return the rule with that id, an int or digits. Raises NotFound."""
    found = _rules(f"{_SELECT} WHERE r.tenant_id = ? AND r.id = ?", (tenant_id, row_id(key)))
    if not found:
        raise NotFound("There is no such dialling rule.")
    return found[0]


def find_by_name(tenant_id: int, name: str) -> DiallingRule:
    """Return the rule with that name, without case. Raises NotFound."""
    found = _rules(f"{_SELECT} WHERE r.tenant_id = ? AND r.name_key = ?", (tenant_id, fold(name)))
    if not found:
        raise NotFound("There is no such dialling rule.")
    return found[0]


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a rule of `name`, `description`, `kind` (CUSTOM) and `enabled` (true) and return its id.

    Raises Invalid and Duplicate.
    """
    values = checked(DIALLING_RULE, {name: value for name, value in fields.items() if value is not None})
    if "name" not in values:
        raise Invalid({"name": ["Missing."]})
    with database.writing():
        try:
            return database.insert(
                "INSERT INTO dialling_rule (tenant_id, name, name_key, description, kind, enabled)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    tenant_id,
                    values["name"],
                    fold(values["name"]),
                    values.get("description"),
                    values.get("kind", "CUSTOM"),
                    values.get("enabled", True),
                ),
            )
        except peewee.IntegrityError as error:
            raise Duplicate("Another dialling rule has this name.", "name") from error


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a rule, which its gateways leave. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM dialling_rule WHERE id = ?", (show(tenant_id, key).id,))


def join(tenant_id: int, rule_key: int | str, gateway_key: int | str) -> None:
    """Let a gateway carry the calls of a rule; one that does already goes on. Raises NotFound (rule or gateway)."""
    with database.writing():
        database.execute(
            "INSERT INTO dialling_rule_gateway (rule_id, gateway_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (show(tenant_id, rule_key).id, gateways.show(tenant_id, gateway_key).id),
        )


def leave(tenant_id: int, rule_key: int | str, gateway_key: int | str) -> None:
    """Let a gateway carry the calls of a rule no more, if it did. Raises NotFound (rule or gateway)."""
    with database.writing():
        database.execute(
            "DELETE FROM dialling_rule_gateway WHERE rule_id = ? AND gateway_id = ?",
            (show(tenant_id, rule_key).id, gateways.show(tenant_id, gateway_key).id),
        )


def _rules(sql: str, values: Sequence[Any]) -> Sequence[DiallingRule]:
    return [
        DiallingRule(id_, name, description, kind, bool(enabled))
        for id_, name, description, kind, enabled in database.fetch_all(sql, values)
    ]
