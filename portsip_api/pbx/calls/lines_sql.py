"""Who is not offline, of the whole PBX: the one listener compares it with what the engine knows when they meet again.

SQL, because a tenant's tables are never asked for all tenants otherwise.
"""

from portsip_api.store import database


def not_offline() -> list[str]:
    """Return the SIP addresses of the extensions whose phones were there."""
    rows = database.fetch_all(
        "SELECT e.number, t.domain FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.line <> 'OFFLINE'"
    )
    return [f"{number}@{domain}" for number, domain in rows]
