"""The account with which phones register: asked for where the engine keeps none, so it is one statement."""

import json
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import listed

_LONGEST: Final = 512  # characters of a number and a domain; whoever sends more means nobody
# Whether an extension's number and its tenant's domain make the same text as those of another one.
_HAS_DOUBLE = f"""EXISTS (SELECT 1 FROM tenant AS o JOIN extension AS x ON x.tenant_id = o.id
    AND x.number = substr(:key, 1, length(:key) - length(o.domain)) WHERE o.domain IN {listed(":ends")})"""
_HAS_EMERGENCIES = """EXISTS (SELECT 1 FROM dialling_rule AS r JOIN dialling_pattern AS p ON p.rule_id = r.id
    WHERE r.tenant_id = t.id AND r.kind = 'EMERGENCY' AND r.enabled = 1)"""


def find(number: str, domain: str) -> Any:
    """Return tenant, extension, the JSON of its profile and its options, its encrypted password, the domain, where its
    music on hold comes from, whether another one makes the same text of number and domain, with nothing between them,
    and whether there are rules for emergencies; None where disabled.
    """
    key = f"{number}{domain}"
    ends = [end for end in _ends(key) if end != domain]
    return database.fetch_row(
        "SELECT t.id, e.id, e.profile, e.options, s.password, t.domain, (SELECT value FROM setting_value"
        " WHERE tenant_id = t.id AND owner = 'user:' || e.id AND path = 'moh/audio-source'),"
        f" {_HAS_DOUBLE}, {_HAS_EMERGENCIES} FROM tenant AS t"
        " JOIN extension AS e ON e.tenant_id = t.id AND e.number = :number"
        " JOIN extension_settings AS s ON s.extension_id = e.id"
        " WHERE t.domain = :domain AND t.enabled = 1 AND e.enabled = 1",
        {"number": number, "domain": domain, "key": key, "ends": json.dumps(ends)},
    )


def together(key: str) -> list[Any]:
    """Return tenant, extension, number and domain of those whose number and domain make `key` together."""
    return database.fetch_all(
        "SELECT t.id, e.id, e.number, t.domain FROM tenant AS t JOIN extension AS e ON e.tenant_id = t.id"
        " AND e.number = substr(:key, 1, length(:key) - length(t.domain))"
        f" WHERE t.domain IN {listed(':ends')} AND t.enabled = 1 AND e.enabled = 1",
        {"key": key, "ends": json.dumps(_ends(key))},
    )


def _ends(key: str) -> list[str]:
    return [key[place:] for place in range(1, min(len(key), _LONGEST))]


def anyone() -> Any:
    """Return number and domain of some extension that may register, or None."""
    return database.fetch_row(
        "SELECT e.number, t.domain FROM tenant AS t JOIN extension AS e ON e.tenant_id = t.id"
        " WHERE t.enabled = 1 AND e.enabled = 1 LIMIT 1"
    )
