"""The statements that find the extensions whom a log-in may mean; they cost the same whether it means any.

No model can say that: where fewer are found than are tried, another's rows are read in their place and dropped, and the
order of the joins is given, so that the plan is one for both. They read tables of the room of extensions, which stands
above, since whose secret is read and what else is read with it must be one statement. Log-in comes before there is a
tenant: the statements of number and domain, and of an address alone, name none.
"""

from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER

ADDRESSED: Final = 20  # candidates of an e-mail address, at most

_READ: Final = (
    "WITH RECURSIVE {found}, read AS MATERIALIZED (SELECT id, 1 AS is_found FROM found"
    " UNION ALL SELECT first.id, 0 FROM (VALUES {places}) AS place"
    f" {IN_ORDER} (SELECT min(id) AS id FROM extension) AS first"
    " WHERE place.column1 > (SELECT count(*) FROM found))"
    " SELECT read.is_found AND e.enabled AND t.enabled, e.id, e.tenant_id, e.number || '@' || t.domain,"
    "  s.credential, t.credential, s.web_access_password, s.password, {domain}"
    f" FROM read {IN_ORDER} extension AS e ON e.id = read.id {IN_ORDER} tenant AS t ON t.id = e.tenant_id"
    f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id"
)
_BY_NUMBER: Final = _READ.format(
    found="found AS MATERIALIZED (SELECT e.id FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id"
    " WHERE t.domain = :domain AND e.number = :number)",
    places="(1)",
    domain=":domain",
)
_BY_NAME: Final = _READ.format(
    found="found AS MATERIALIZED (SELECT id FROM extension WHERE tenant_id = :tenant AND number = :name"
    " UNION SELECT extension_id FROM extension_alias WHERE tenant_id = :tenant AND alias = :name)",
    places="(1)",
    domain="(SELECT domain FROM tenant WHERE id = :tenant)",
)
_PLACES: Final = ", ".join(f"({place})" for place in range(1, ADDRESSED + 1))
# As the index of addresses has them: those who cannot log in take no place.
_HAS_ADDRESS: Final = "email_key = :email AND email_key <> '' AND enabled"
_BY_ADDRESS_IN: Final = _READ.format(
    found=f"found AS MATERIALIZED (SELECT id FROM extension WHERE {_HAS_ADDRESS} AND tenant_id = :tenant"
    f" ORDER BY id LIMIT {ADDRESSED})",
    places=_PLACES,
    domain="''",
)
# From tenant to tenant, and in each no further than the limit: a tenant may give one address to all of its extensions.
_BY_ADDRESS: Final = _READ.format(
    found=f"home (tenant_id, turn) AS (SELECT min(tenant_id), 1 FROM extension WHERE {_HAS_ADDRESS}"
    "  UNION ALL SELECT"
    f"   (SELECT min(tenant_id) FROM extension WHERE {_HAS_ADDRESS} AND tenant_id > home.tenant_id), home.turn + 1"
    f"  FROM home WHERE home.tenant_id IS NOT NULL AND home.turn < {ADDRESSED}"
    "), found AS MATERIALIZED (SELECT id FROM (SELECT e.id, e.tenant_id,"
    "   row_number() OVER (PARTITION BY e.tenant_id ORDER BY e.id) AS turn"
    f"  FROM home {IN_ORDER} extension AS e ON e.id IN (SELECT id FROM extension"
    f"   WHERE {_HAS_ADDRESS} AND tenant_id = home.tenant_id ORDER BY id LIMIT {ADDRESSED})"
    f" ) AS taking ORDER BY turn, tenant_id LIMIT {ADDRESSED})",
    places=_PLACES,
    domain="''",
)


def by_number(domain: str, number: str) -> list[Any]:
    """Return the extension with that number in the tenant of that domain, or a decoy.

    A row is whether it is one who is meant and may log in, id, tenant, name, both credential numbers, both passwords,
    encrypted (that of the web and that of SIP), and the domain in which the name was looked for.
    """
    return database.fetch_all(_BY_NUMBER, {"domain": domain, "number": number})


def by_name(tenant_id: int, name: str) -> list[Any]:
    """Return the extension of the tenant with that number or alias, or a decoy, as `by_number` does."""
    return database.fetch_all(_BY_NAME, {"tenant": tenant_id, "name": name})


def by_address_in(tenant_id: int | None, email_key: str) -> list[Any]:
    """Return the oldest extensions of the tenant with that e-mail address, and decoys up to ADDRESSED."""
    return database.fetch_all(_BY_ADDRESS_IN, {"tenant": tenant_id, "email": email_key})


def by_address(email_key: str) -> list[Any]:
    """Return extensions with that e-mail address, one of each tenant in turn, the oldest first, and decoys."""
    return database.fetch_all(_BY_ADDRESS, {"email": email_key})
