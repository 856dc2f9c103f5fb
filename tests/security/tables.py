"""All that is in the store, to see that nothing of it changed."""

from collections.abc import Collection

from portsip_api.store import database

Dump = dict[str, list[tuple[object, ...]]]


def dump(*, but_of: Collection[int] = ()) -> Dump:
    """Return every row of every table that lasts, but those that say to belong to one of the tenants `but_of`."""
    tables = [
        row[0]
        for row in database.fetch_all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    return {table: _rows(table, but_of) for table in tables}


def _rows(table: str, but_of: Collection[int]) -> list[tuple[object, ...]]:
    columns = [row[1] for row in database.fetch_all(f"SELECT * FROM pragma_table_info('{table}')")]
    where = ""
    tenants = ", ".join(map(str, but_of))
    if but_of and "tenant_id" in columns:
        where = f" WHERE tenant_id NOT IN ({tenants})"
    elif but_of and "extension_id" in columns:  # what a user has, whose tenant stands in the user's own row
        where = f" WHERE extension_id NOT IN (SELECT id FROM extension WHERE tenant_id IN ({tenants}))"
    return sorted(map(tuple, database.fetch_all(f"SELECT * FROM {table}{where}")), key=repr)
