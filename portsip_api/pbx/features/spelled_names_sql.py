"""Names by the keys that begin to spell them, in SQL: who may be found is judged by values of users and of their groups
within the same statement, and no more rows are read than can be told of, however many a key begins.
"""

from typing import Final

from portsip_api.store import database

BY_LAST: Final = "spelled_by_last"
BY_FIRST: Final = "spelled_by_first"
_READ: Final = 2_000  # rows of which those are found that may be; who means another one spells more
_BEHIND_DIGITS: Final = ":"  # the character after 9


def find(tenant_id: int, column: str, keys: str, permission: str, most: int) -> list[str]:
    """Return the numbers of extensions that are enabled and are given a permission, in the order of their names."""
    rows = database.fetch_all(
        f"SELECT o.number FROM (SELECT id, number, {column} AS keys, number_key FROM extension"
        f"  WHERE tenant_id = :tenant AND {column} <> '' AND {column} >= :keys AND {column} < :behind AND enabled = 1"
        f"  ORDER BY {column}, number_key LIMIT {_READ}) AS o"
        " WHERE coalesce("
        "  (SELECT value FROM extension_permission WHERE extension_id = o.id AND permission = :permission),"
        "  (SELECT p.value FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id"
        "   JOIN group_permission AS p ON p.group_id = g.id AND p.permission = :permission"
        "   WHERE m.extension_id = o.id ORDER BY g.weight, g.id LIMIT 1), 0) = 1"
        " ORDER BY o.keys, o.number_key LIMIT :most",
        {"tenant": tenant_id, "keys": keys, "behind": keys + _BEHIND_DIGITS, "permission": permission, "most": most},
    )
    return [number for (number,) in rows]
