"""Statements about tenants that are SQL: those that come with every request, and one over a table of a room above."""

from typing import Any

from portsip_api.store import database


def exists(tenant_id: int) -> bool:
    """Tell whether there is such a tenant: asked with every request of an administrator who names one."""
    return database.fetch_row("SELECT 1 FROM tenant WHERE id = ?", (tenant_id,)) is not None


def revision(tenant_id: int) -> Any:
    """Return a row with the revision of a tenant's extensions, or None: asked with every list, often as all of it."""
    return database.fetch_row("SELECT revision FROM tenant WHERE id = ?", (tenant_id,))


def limits(tenant_id: int) -> Any:
    """Return a row with the capability, the quota (JSON) and the bytes of voicemail: asked with each new object."""
    return database.fetch_row(
        "SELECT capability, quota, greeting_bytes + message_bytes FROM tenant WHERE id = ?", (tenant_id,)
    )


def id_of_domain(domain: str) -> Any:
    """Return a row with the id of the tenant with that domain, or None: asked with every request of a portal."""
    return database.fetch_row("SELECT id FROM tenant WHERE domain = ?", (domain,))


def insert_default_group(tenant_id: int, name: str, name_key: str) -> None:
    """Give a new tenant the group of the extensions that are in no other; groups belong to the room of extensions."""
    database.execute(
        "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom, enable_external_call,"
        " enable_management_console_access, is_default) VALUES (?, ?, ?, ?, 1, 1, 1, 1)",
        (tenant_id, name, name, name_key),
    )
