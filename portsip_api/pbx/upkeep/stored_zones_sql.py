"""The time zones of the whole PBX, in SQL: they stand in JSON, of which one statement counts a hundred thousand."""

from portsip_api.store import database
from portsip_api.store.dialect import member


def named() -> list[tuple[str, int, int]]:
    """Return each time zone that is stored, with the number of tenants and of extensions that have it, by name."""
    zone = member("office_hours", "time_zone")
    rows: list[tuple[str, int, int]] = database.fetch_all(
        f"""SELECT zone, sum(tenants), sum(extensions) FROM (
            SELECT time_zone AS zone, 1 AS tenants, 0 AS extensions FROM tenant
            UNION ALL SELECT coalesce({zone}, ''), 0, 1 FROM extension_settings
        ) AS stored WHERE zone <> '' GROUP BY zone ORDER BY zone"""
    )
    return rows
