"""The statement of an administrator's log-in that comes with every request, and costs the same for a name that is
unknown.

That no model can say: where nobody is found somebody else's rows are read, and the order of the joins is given, so that
the plan is one for both.
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
