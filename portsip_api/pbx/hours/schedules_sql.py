"""Who owns schedules: users and groups.

SQL, because the tables of users, groups and members are of a room above.
"""

from typing import Any

from portsip_api.store import database


def has_user(tenant_id: int, user_id: int | None) -> bool:
    """Tell whether the tenant has that user."""
    row = database.fetch_row("SELECT 1 FROM extension WHERE tenant_id = ? AND id = ?", (tenant_id, user_id))
    return row is not None


def has_group(tenant_id: int, group_id: int | None) -> bool:
    """Tell whether the tenant has that extension group."""
    row = database.fetch_row("SELECT 1 FROM extension_group WHERE tenant_id = ? AND id = ?", (tenant_id, group_id))
    return row is not None


def of_user(tenant_id: int, user_id: int) -> list[Any]:
    """Return a user's own schedules by name, then those of the user's groups; who is in none is in the default one.

    Rows of id, name, description, extension_id, group_id and periods.
    """
    return database.fetch_all(
        "SELECT s.id, s.name, s.description, s.extension_id, s.group_id, s.periods FROM schedule AS s"
        " WHERE s.tenant_id = :tenant AND (s.extension_id = :user OR s.group_id IN ("
        "   SELECT m.group_id FROM extension AS e JOIN membership AS m ON m.extension_id = e.id"
        "   WHERE e.tenant_id = :tenant AND e.id = :user"
        "   UNION ALL SELECT g.id FROM extension AS e"
        "   JOIN extension_group AS g ON g.tenant_id = e.tenant_id AND g.is_default = 1"
        "   WHERE e.tenant_id = :tenant AND e.id = :user AND e.group_count = 0))"
        " ORDER BY s.group_id IS NOT NULL, s.name_key, s.id",
        {"tenant": tenant_id, "user": user_id},
    )
