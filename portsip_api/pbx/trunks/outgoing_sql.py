"""What a call to the outside is made of, in SQL: it is asked for by every such call."""

from typing import Any

from portsip_api.store import database

_GATEWAY = """g.id, g.prefix, g.default_caller_alias, g.anonymous, g.ignore_user_info, g.transform_user_extension,
    g.add_prefix, g.keep_digits, g.display_name"""
# Some gateways are for the callers of one place alone.
_FOR_CALLER = "(g.branch_id IS NULL OR g.shared = 1 OR g.branch_id = :branch)"
_CAUSER = "SELECT id, number, enabled, branch_id, caller_id_key FROM extension WHERE tenant_id = ? AND "


def causer(tenant_id: int, column: str, value: object) -> Any:
    """Return of an extension, by its `number` or its `id`, the id, the number, whether it is enabled, the branch and
    the caller id's key, or None. Each call outside asks, and through models it took a third of a look-up.
    """
    return database.fetch_row(f"{_CAUSER}{column} = ?", (tenant_id, value))


def rule(tenant_id: int, name: str) -> Any:
    """Return the id, the kind and the JSON of the members of the rule with exactly that name, or None."""
    return database.fetch_row(
        "SELECT id, kind, members FROM dialling_rule WHERE tenant_id = ? AND name = ? ORDER BY id", (tenant_id, name)
    )


def gateways_of_rule(tenant_id: int, rule_id: int, branch_id: int | None) -> list[Any]:
    """Return the gateways in use that carry a rule's calls of who is at a branch, in order."""
    return database.fetch_all(
        f"SELECT {_GATEWAY} FROM gateway AS g JOIN dialling_rule_gateway AS j ON j.gateway_id = g.id"
        f" WHERE g.tenant_id = :tenant AND j.rule_id = :rule AND g.enabled = 1 AND {_FOR_CALLER} ORDER BY g.id",
        {"tenant": tenant_id, "rule": rule_id, "branch": branch_id},
    )


def gateways_without_rules(tenant_id: int, branch_id: int | None) -> list[Any]:
    """Return the gateways in use that have joined no rule, in order."""
    return database.fetch_all(
        f"SELECT {_GATEWAY} FROM gateway AS g WHERE g.tenant_id = :tenant AND g.enabled = 1 AND {_FOR_CALLER}"
        " AND NOT EXISTS (SELECT 1 FROM dialling_rule_gateway AS j WHERE j.gateway_id = g.id) ORDER BY g.id",
        {"tenant": tenant_id, "branch": branch_id},
    )


def elins(tenant_id: int, extension_id: int) -> list[Any]:
    """Return (kind, ELIN) of what an extension calls from: its phones, their groups, itself, and its groups."""
    return database.fetch_all(
        "SELECT DISTINCT a.kind, l.elin FROM location_assignment AS a JOIN location AS l ON l.id = a.location_id"
        " WHERE a.tenant_id = :tenant AND ("
        " (a.kind = 'phone' AND a.key_id IN (SELECT phone_id FROM phone_line WHERE extension_id = :extension))"
        " OR (a.kind = 'phonegroup' AND a.key_id IN (SELECT m.group_id FROM phone_group_member AS m"
        " JOIN phone_line AS p ON p.phone_id = m.phone_id WHERE p.extension_id = :extension))"
        " OR (a.kind = 'user' AND a.key_id = :extension)"
        " OR (a.kind = 'group' AND a.key_id IN (SELECT group_id FROM membership WHERE extension_id = :extension)))"
        " ORDER BY a.kind, l.elin",
        {"tenant": tenant_id, "extension": extension_id},
    )
