"""Names that differ in form only, of the whole PBX, in SQL: a dozen tables of several rooms in one statement."""

from typing import Final

from portsip_api.store import database
from portsip_api.store.names import TWIN

_TABLES: Final = (
    *(
        "administrator",
        "attendant",
        "branch",
        "dialling_rule",
        "extension_group",
        "gateway",
        "hunt_group",
        "park_orbit",
    ),
    *("phone_group", "phonebook", "schedule", "tenant"),
)
_FIND: Final = " UNION ALL ".join(
    f"SELECT '{table}', {key}, {name} FROM {table} WHERE {key} LIKE ?"
    for table, key, name in [*((table, "name_key", "name") for table in _TABLES), ("permission", "label_key", "label")]
)


def find() -> list[tuple[str, str, str]]:
    """Return table, key and name of each row that is a twin of another one."""
    rows: list[tuple[str, str, str]] = database.fetch_all(_FIND, [f"%{TWIN}%"] * (len(_TABLES) + 1))
    return sorted(rows)
