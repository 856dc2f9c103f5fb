"""The statement that gives page groups another prefix: their table belongs to a room above."""

from portsip_api.store import database


def put_before_numbers(tenant_id: int, prefix: str) -> None:
    """Put `prefix` before the number of every page group of the tenant. Raises Violated (a number is taken)."""
    # Through numbers that cannot be dialled: a new one may be another group's old one.
    database.execute("UPDATE page_group SET dialled = ' ' || CAST(id AS TEXT) WHERE tenant_id = ?", (tenant_id,))
    database.execute(
        "UPDATE page_group SET dialled = ? || CAST(number AS TEXT) WHERE tenant_id = ?", (prefix, tenant_id)
    )
