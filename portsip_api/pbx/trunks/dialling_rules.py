"""Dialling rules: kinds of calls to the outside, and the gateways that carry them.

What rules are made of besides is in `dial_plan`. Source: contract, section 6.2 (`availablerules`, `rules`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid
from portsip_api.pbx.replacements import objects
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.trunks import gateways, rule_kinds, tables
from portsip_api.pbx.trunks.rule_kinds import MOST_PATTERNS, PATTERN
from portsip_api.pbx.trunks.tables import DiallingPattern, DiallingRuleGateway
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.search import fold

KINDS: Final = rule_kinds.KINDS
DIALLING_RULE: Rules = {
    "name": Text(255, 1, pattern=r"\S|\S.*\S", meaning="a name that neither begins nor ends with a blank"),
    "description": Text(255, lines=True),
    "kind": Choice(KINDS, "CUSTOM"),
    "enabled": Flag(True),
}
REFUSALS: Refusals = {
    "dialling_rule_tenant_id_name_key_key": lambda: Duplicate("Another dialling rule has this name.", "name"),
}


@dataclass(frozen=True)
class Pattern:
    """Numbers that begin with `prefix` and have as many more `digits`; below 0 any number of them."""

    prefix: str
    digits: int


@dataclass(frozen=True)
class DiallingRule:
    """A rule of the dial plan; `kind` is one of KINDS, `patterns` are the numbers that it is for."""

    id: int
    name: str
    description: str | None
    kind: str
    enabled: bool
    patterns: Sequence[Pattern] = ()


def page(tenant_id: int) -> Sequence[DiallingRule]:
    """Return every rule of a tenant in the order in which they were made, in two statements."""
    patterns = patterns_of(tenant_id)
    rules = tables.DiallingRule.page(tenant_id, order=[tables.DiallingRule.id])
    return [replace(_rule(row), patterns=patterns[row.id]) for row in rules]


def patterns_of(tenant_id: int) -> Mapping[int, Sequence[Pattern]]:
    """Return the patterns of every rule by the rule's id, none where there are none, in one statement."""
    rows = DiallingPattern.select(tenant_id).order_by(DiallingPattern.rule_id, DiallingPattern.position)
    patterns: dict[int, list[Pattern]] = defaultdict(list)
    for row in rows:
        patterns[row.rule_id].append(Pattern(row.prefix, row.digits))
    return patterns


def available(tenant_id: int, gateway_key: int | str) -> Sequence[DiallingRule]:
    """Return the rules that a gateway has not joined yet. Raises NotFound."""
    rule, gateway_id = tables.DiallingRule, gateways.show(tenant_id, gateway_key).id
    joined = DiallingRuleGateway.select(tenant_id, DiallingRuleGateway.rule_id)
    others = rule.id.not_in(joined.where(DiallingRuleGateway.gateway_id == gateway_id))
    return [_rule(row) for row in rule.page(tenant_id, others, order=[rule.id])]


def show(tenant_id: int, key: int | str) -> DiallingRule:
    """Return the rule with that id, an int or digits. Raises NotFound."""
    return _rule(tables.DiallingRule.get(tenant_id, id=row_id(key)))


def find_by_name(tenant_id: int, name: str) -> DiallingRule:
    """Return the rule with that name, without case. Raises NotFound."""
    return _rule(tables.DiallingRule.get_named(tenant_id, name))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a rule of `name`, `description`, `kind` (CUSTOM), `enabled` (true) and `patterns` and return its id.

    A pattern is a mapping of `prefix` and `digits` (any number of them when absent). Raises Invalid and Duplicate.
    """
    patterns = objects(fields, "patterns", MOST_PATTERNS, PATTERN, ("prefix",))
    values = checked(DIALLING_RULE, {name: value for name, value in fields.items() if value is not None})
    if "name" not in values:
        raise Invalid({"name": ["Missing."]})
    with database.writing():
        rule_id = insert(tenant_id, values)
        set_patterns(tenant_id, rule_id, patterns)
    return rule_id


def insert(tenant_id: int, values: Mapping[str, Any]) -> int:
    """Write a rule of checked values inside the caller's transaction and return its id. Raises Duplicate."""
    with refusing(REFUSALS):
        return tables.DiallingRule.insert(
            tenant_id,
            name=values["name"],
            name_key=fold(values["name"]),
            description=values.get("description"),
            kind=values.get("kind", "CUSTOM"),
            enabled=values.get("enabled", True),
        )


def set_patterns(tenant_id: int, rule_id: int, patterns: Sequence[Mapping[str, Any]]) -> None:
    """Give a rule exactly these patterns, checked as PATTERN, inside the caller's transaction."""
    DiallingPattern.delete(tenant_id, rule_id=rule_id)
    rows = [{"rule_id": rule_id, "position": position, **pattern} for position, pattern in enumerate(patterns)]
    DiallingPattern.insert_all(tenant_id, rows)


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a rule, which its gateways leave. Raises NotFound."""
    with database.writing():
        tables.DiallingRule.delete(tenant_id, id=show(tenant_id, key).id)


def join(tenant_id: int, rule_key: int | str, gateway_key: int | str) -> None:
    """Let a gateway carry the calls of a rule; one that does already goes on. Raises NotFound (rule or gateway)."""
    with database.writing():
        pair = {"rule_id": show(tenant_id, rule_key).id, "gateway_id": gateways.show(tenant_id, gateway_key).id}
        if not DiallingRuleGateway.has(tenant_id, **pair):
            DiallingRuleGateway.insert(tenant_id, **pair)


def leave(tenant_id: int, rule_key: int | str, gateway_key: int | str) -> None:
    """Let a gateway carry the calls of a rule no more, if it did. Raises NotFound (rule or gateway)."""
    with database.writing():
        DiallingRuleGateway.delete(
            tenant_id, rule_id=show(tenant_id, rule_key).id, gateway_id=gateways.show(tenant_id, gateway_key).id
        )


def _rule(row: tables.DiallingRule) -> DiallingRule:
    return DiallingRule(row.id, row.name, row.description, row.kind, row.enabled)
