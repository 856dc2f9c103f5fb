"""The statement of a log-in as an administrator or a tenant: it must cost the same whether the name is known or not,
and comes before there is a tenant, both of which no model can say.
"""

from typing import Any

from portsip_api.store import database


def hashed(name: str, domain: str) -> list[Any]:
    """Return the administrator and the tenant (of that domain, unless it is empty) that a name means.

    Each as its role, its id, its tenant or None, its name, its credential number and its password's hash.
    """
    return database.fetch_all(
        "SELECT 'administrator', id, NULL, name, credential, password_hash FROM administrator"
        " WHERE name = ? AND enabled"
        " UNION ALL SELECT 'tenant', id, id, name, credential, password_hash FROM tenant"
        " WHERE name = ? AND enabled AND password_hash IS NOT NULL AND ? IN ('', domain)",
        (name, name, domain),
    )
