"""Which extension a key names, in SQL: the table belongs to a room above."""

from portsip_api.store import database


def find_id(tenant_id: int, column: str, value: int | str | None) -> int | None:
    """Return the id of the tenant's extension with this value in `column`, id or number; None when there is none."""
    row = database.fetch_row(f"SELECT id FROM extension WHERE tenant_id = ? AND {column} = ?", (tenant_id, value))
    return row[0] if row else None
