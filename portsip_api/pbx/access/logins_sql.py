"""The statements of log-in, which must cost the same whether a name is known or not: no model can say that.

Where no extension is found, another's rows are read and dropped; the order of the joins is given, so that the plan is
one for both. They read tables of the room of extensions, which stands above, since whose secret is read and what else
is read with it must be one statement. Log-in comes before there is a tenant: no statement here can name one.
"""

from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER

_EXTENSIONS: Final = (
    "WITH found AS MATERIALIZED ("
    "  SELECT e.id FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE {}"
    "), read AS (SELECT id, 1 AS is_found FROM found"
    "  UNION ALL SELECT (SELECT min(id) FROM extension), 0 WHERE NOT EXISTS (SELECT 1 FROM found))"
    " SELECT read.is_found AND e.enabled AND t.enabled, e.id, e.tenant_id, e.number || '@' || t.domain,"
    "  s.credential, t.credential, s.web_access_password, s.password"
    f" FROM read {IN_ORDER} extension AS e ON e.id = read.id {IN_ORDER} tenant AS t ON t.id = e.tenant_id"
    f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id"
)
_BY_NUMBER: Final = _EXTENSIONS.format("t.domain = ? AND e.number = ?")
_BY_EMAIL: Final = _EXTENSIONS.format("e.email_key = ? AND e.email_key <> ''")


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


def by_number(domain: str, number: str) -> list[Any]:
    """Return the extension with that number in the tenant of that domain, or a decoy.

    A row is whether it is the one and may log in, id, tenant, name, both credential numbers, and both passwords,
    encrypted: that of the web and that of SIP.
    """
    return database.fetch_all(_BY_NUMBER, (domain, number))


def by_email(email_key: str) -> list[Any]:
    """Return the extensions with that e-mail address, or a decoy, as `by_number` does."""
    return database.fetch_all(_BY_EMAIL, (email_key,))
