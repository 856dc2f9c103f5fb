"""The statements of extension groups that are SQL.

A list and a group are shown as often as anything, and members come as a JSON array that the database makes: a Python
row for each would cost more than the whole statement. Memberships are written and read for each row of an import, where
building a query would cost more than running it.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements, json_list, listed
from portsip_api.store.paging import Slice

# As a JSON array, in the order of their numbers. A number stands in its `number_key` behind a mark: `0` and two digits,
# or `1`.
_MEMBERS: Final = f"""
CASE WHEN is_default THEN
    (SELECT {json_list("number")} FROM (
        SELECT number FROM extension WHERE tenant_id = g.tenant_id AND group_count = 0 ORDER BY number_key) AS e)
ELSE
    (SELECT {json_list("substr(number_key, CASE WHEN number_key < '1' THEN 4 ELSE 2 END)")} FROM (
        SELECT number_key FROM membership WHERE group_id = g.id ORDER BY number_key) AS m)
END"""


def page(tenant_id: int, part: Slice) -> list[Any]:
    """Return id, GUID, name and number of members of the groups by name, the default group last."""
    return database.fetch_all(
        "SELECT g.id, g.group_id, g.name, CASE WHEN g.is_default THEN t.ungrouped ELSE g.members_count END"
        " FROM extension_group AS g JOIN tenant AS t ON t.id = g.tenant_id WHERE g.tenant_id = ?"
        f" ORDER BY g.is_default, g.name_key {'DESC' if part.descending else 'ASC'} LIMIT ? OFFSET ?",
        (tenant_id, part.limit, part.offset),
    )


def count(tenant_id: int) -> int:
    """Return how many groups there are."""
    return int(database.fetch_row("SELECT count(*) FROM extension_group WHERE tenant_id = ?", (tenant_id,))[0])


def show(tenant_id: int, column: str, value: object) -> Any:
    """Return the group whose `column`, `id` or `group_id`, has that value, or None.

    A row is its id, GUID, name, description, whether it is the default group, its members and its three permissions.
    """
    return database.fetch_row(
        f"SELECT id, group_id, name, description, is_default, {_MEMBERS}, enable_intercom, enable_external_call,"
        f" enable_management_console_access FROM extension_group AS g WHERE tenant_id = ? AND {column} = ?",
        (tenant_id, value),
    )


def allowed_by(tenant_id: int, extension_id: int, permission: str) -> list[int]:
    """Return whether each group of an extension allows something; it is asked for every call.

    `permission` is the name of a column.
    """
    rows = database.fetch_all(
        f"SELECT g.{permission} FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id"
        " WHERE g.tenant_id = ? AND m.extension_id = ?",
        (tenant_id, extension_id),
    )
    return [row[0] for row in rows]


def named(tenant_id: int, group_ids: Sequence[str], ids: Sequence[int]) -> list[Any]:
    """Return id, GUID, whether it is the default group, and number of members of the groups with those GUIDs or ids."""
    return database.fetch_all(
        f"SELECT g.id, g.group_id, g.is_default, g.members_count FROM {elements('j')}"
        f" {IN_ORDER} extension_group AS g ON g.group_id = j.value WHERE g.tenant_id = ?"
        f" UNION SELECT g.id, g.group_id, g.is_default, g.members_count FROM {elements('j')}"
        f" {IN_ORDER} extension_group AS g ON g.id = j.value WHERE g.tenant_id = ?",
        (json.dumps(list(group_ids)), tenant_id, json.dumps(list(ids)), tenant_id),
    )


def of_names(tenant_id: int, forms: Collection[str]) -> list[Any]:
    """Return name, normal form, id, GUID, whether it is the default group (false) and number of members of the groups
    whose names have one of `forms`; of twins, which have one form, the first comes first.
    """
    return database.fetch_all(
        f"SELECT g.name, j.value, g.id, g.group_id, g.is_default, g.members_count FROM {elements('j')}"
        f" {IN_ORDER} extension_group AS g ON g.name_key >= j.value AND g.name_key < j.value || ' '"
        " WHERE g.tenant_id = ? AND g.is_default = 0 ORDER BY g.name_key",
        (json.dumps(list(forms)), tenant_id),
    )


def extension_ids(tenant_id: int, numbers: Sequence[str]) -> set[int]:
    """Return the ids of the extensions that have one of `numbers`, of which there may be thousands."""
    rows = database.fetch_all(
        f"SELECT id FROM extension WHERE tenant_id = ? AND number IN {listed()}",
        (tenant_id, json.dumps(list(numbers))),
    )
    return {row[0] for row in rows}


def groups_of(tenant_id: int, extension_id: int) -> set[int]:
    """Return the ids of the groups in which an extension is."""
    rows = database.fetch_all(
        "SELECT m.group_id FROM extension AS e JOIN membership AS m ON m.extension_id = e.id"
        " WHERE e.tenant_id = ? AND e.id = ?",
        (tenant_id, extension_id),
    )
    return {row[0] for row in rows}


def insert_memberships(tenant_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Write (group, extension) pairs of row ids, which are not there yet, inside the caller's transaction."""
    for group_id, extension_id in pairs:
        database.execute(
            "INSERT INTO membership (group_id, extension_id, number_key) SELECT ?, id, number_key FROM extension"
            " WHERE tenant_id = ? AND id = ?",
            (group_id, tenant_id, extension_id),
        )


def delete_memberships(tenant_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Delete (group, extension) pairs of row ids inside the caller's transaction."""
    for group_id, extension_id in pairs:
        database.execute(
            "DELETE FROM membership WHERE group_id = ? AND extension_id = ?"
            " AND EXISTS (SELECT 1 FROM extension WHERE tenant_id = ? AND id = ?)",
            (group_id, extension_id, tenant_id, extension_id),
        )
