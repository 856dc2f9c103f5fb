"""The statements of a log-in that comes with every request, which cost the same whether a name is known or not.

That no model can say: where nobody is found somebody else's rows are read, and the order of the joins is given, so that
the plan is one for both. The users' reads tables of the room of extensions, which stands above, since whose secret is
read and what else is read with it must be one statement.
"""

from typing import Any

from portsip_api.pbx.identity import SUPERADMIN
from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER


def administrator(name: str, algorithm: str) -> list[Any]:
    """Return the administrator whom a name means, or a decoy.

    As whether it is the one, its id, its own name and the encrypted HA1 of what was typed.
    """
    return database.fetch_all(
        "WITH read AS MATERIALIZED ("
        "  SELECT own.id IS NOT NULL OR :name = :superadmin AS is_found, coalesce(own.id, first.id) AS id,"
        "   CASE WHEN own.id IS NULL THEN :superadmin ELSE :name END AS name"
        "  FROM (SELECT min(id) AS id FROM administrator WHERE enabled) AS first"
        "  LEFT JOIN administrator AS own ON own.name = :name)"
        " SELECT read.is_found AND a.enabled, a.id, a.name, h.ha1"
        f" FROM read {IN_ORDER} administrator AS a ON a.id = read.id {IN_ORDER} administrator_ha1 AS h"
        "  ON h.administrator_id = read.id AND h.name = read.name AND h.algorithm = :algorithm",
        {"name": name, "algorithm": algorithm, "superadmin": SUPERADMIN},
    )


def user(tenant_id: int, name: str, email_key: str) -> list[Any]:
    """Return the user of the tenant whom a number, alias or e-mail address means, or a decoy.

    As whether it is the one and may log in, its id, its name and its encrypted web access password.
    """
    return database.fetch_all(
        "WITH found AS MATERIALIZED (SELECT min(id) AS least, max(id) AS greatest FROM ("
        "  SELECT id FROM extension WHERE tenant_id = :tenant AND number = :name"
        "  UNION ALL SELECT extension_id FROM extension_alias WHERE tenant_id = :tenant AND alias = :name"
        "  UNION ALL SELECT id FROM extension WHERE email_key = :email AND email_key <> '' AND tenant_id = :tenant"
        ") AS named), read AS MATERIALIZED (SELECT coalesce(found.least = found.greatest, FALSE) AS is_found,"
        "   coalesce(found.least, first.id) AS id"
        f"  FROM found {IN_ORDER} (SELECT min(id) AS id FROM extension) AS first)"
        " SELECT read.is_found AND e.enabled AND t.enabled, e.id, e.number || '@' || t.domain, s.web_access_password"
        f" FROM read {IN_ORDER} extension AS e ON e.id = read.id {IN_ORDER} tenant AS t ON t.id = e.tenant_id"
        f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id",
        {"tenant": tenant_id, "name": name, "email": email_key},
    )
