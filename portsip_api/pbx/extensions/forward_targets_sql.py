"""What the check of forward rules asks, in SQL: it is asked for every target of an import."""

from portsip_api.store import database


def kind_of(tenant_id: int, number: str) -> str | None:
    """Return the kind of object that answers a number of the tenant; None for no object's."""
    row = database.fetch_row("SELECT kind FROM dialled_number WHERE tenant_id = ? AND number = ?", (tenant_id, number))
    return row[0] if row else None


def allowed_prefixes(tenant_id: int) -> str:
    """Return, as a JSON array, the beginnings of external numbers that the tenant allows to be dialled."""
    text: str = database.fetch_row("SELECT allowed_prefixes FROM tenant WHERE id = ?", (tenant_id,))[0]
    return text


def forward_rules(tenant_id: int, number: str) -> str | None:
    """Return the forward rules of the extension with this number, as JSON; None when there is none."""
    row = database.fetch_row(
        "SELECT s.forward_rules FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id"
        " WHERE e.tenant_id = ? AND e.number = ?",
        (tenant_id, number),
    )
    return row[0] if row else None
