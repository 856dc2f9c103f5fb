"""What is known of extensions' lines, for the one listener to the engine: it compares that with what it hears.

SQL, because each event of a call asks it, and because a tenant's tables are never asked for all tenants otherwise.
"""

from typing import NamedTuple

from portsip_api.store import database


class Known(NamedTuple):
    """An extension's line, and its phone, as they are stored."""

    tenant_id: int
    id: int
    number: str
    line: str
    user_agent: str
    phone_model: str
    phone_mac_address: str


def known(number: str, domain: str) -> Known | None:
    """Return what is known of the extension of a number in the tenant of a SIP domain in lower case, or None."""
    row = database.fetch_row(
        "SELECT e.tenant_id, e.id, e.number, e.line, e.user_agent, e.phone_model, e.phone_mac_address"
        " FROM tenant AS t JOIN extension AS e ON e.tenant_id = t.id AND e.number = ? WHERE t.domain = ?",
        (number, domain),
    )
    return None if row is None else Known(*row)


def not_offline() -> list[str]:
    """Return the SIP addresses of the extensions whose phones were there."""
    rows = database.fetch_all(
        "SELECT e.number, t.domain FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.line <> 'OFFLINE'"
    )
    return [f"{number}@{domain}" for number, domain in rows]
