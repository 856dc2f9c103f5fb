"""The statements of permissions' values that are SQL.

`find` is asked for each request of a user, beside the log-in. A list is asked for whole where no page is named: its ids
come as a JSON array, since a statement takes no such number of values, and the rows are found through them.
"""

import json
from collections.abc import Sequence
from typing import Any

from portsip_api.store import database


def of_users_groups(tenant_id: int, extension_ids: Sequence[int]) -> list[Any]:
    """Return (extension, permission, value) of what the groups of extensions say; what decides comes last."""
    return database.fetch_all(
        "SELECT m.extension_id, p.permission, p.value FROM json_each(?) AS j"
        " CROSS JOIN membership AS m ON m.extension_id = j.value CROSS JOIN extension_group AS g ON g.id = m.group_id"
        " CROSS JOIN group_permission AS p ON p.group_id = g.id WHERE g.tenant_id = ?"
        " ORDER BY g.weight DESC, g.id DESC",
        (json.dumps(list(extension_ids)), tenant_id),
    )


def of_users(tenant_id: int, extension_ids: Sequence[int]) -> list[Any]:
    """Return (extension, permission, value) of what was set for extensions themselves."""
    return database.fetch_all(
        "SELECT e.id, p.permission, p.value FROM json_each(?) AS j CROSS JOIN extension AS e ON e.id = j.value"
        " CROSS JOIN extension_permission AS p ON p.extension_id = e.id WHERE e.tenant_id = ?",
        (json.dumps(list(extension_ids)), tenant_id),
    )


def of_groups(tenant_id: int, group_ids: Sequence[int]) -> list[Any]:
    """Return (group, permission, value) of what was set for groups."""
    return database.fetch_all(
        "SELECT g.id, p.permission, p.value FROM json_each(?) AS j CROSS JOIN extension_group AS g ON g.id = j.value"
        " CROSS JOIN group_permission AS p ON p.group_id = g.id WHERE g.tenant_id = ?",
        (json.dumps(list(group_ids)), tenant_id),
    )


def find(tenant_id: int, extension_id: int | None, name: str, custom_id: int | None, default: bool | None) -> bool:
    """Tell whether an extension has the permission `name`, whose id is `custom_id` where a tenant has added it.

    `default` is that of one that is built in. False where there is no such extension or permission.
    """
    row = database.fetch_row(
        "SELECT coalesce("
        " (SELECT value FROM extension_permission WHERE extension_id = e.id AND permission = :name),"
        " (SELECT p.value FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id"
        "  JOIN group_permission AS p ON p.group_id = g.id AND p.permission = :name"
        "  WHERE m.extension_id = e.id ORDER BY g.weight, g.id LIMIT 1),"
        " (SELECT default_value FROM permission WHERE tenant_id = :tenant AND id = :custom),"
        " :default) FROM extension AS e WHERE e.tenant_id = :tenant AND e.id = :id",
        {"name": name, "tenant": tenant_id, "id": extension_id, "custom": custom_id, "default": default},
    )
    return row is not None and bool(row[0])
