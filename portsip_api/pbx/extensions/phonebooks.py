"""Public phonebooks: entries that were imported, and the members of extension groups.

Source: contract, section 5.9.
"""

import json
from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions.phonebook_reading import Entry, read
from portsip_api.pbx.values import Text, checked
from portsip_api.store import database
from portsip_api.store.search import fold

NAME: Final = Text(255, 1, pattern=r"\S(.*\S)?", meaning="a name without blanks around it")


def names(tenant_id: int) -> list[str]:
    """Return the names of a tenant's phonebooks, in order."""
    rows = database.fetch_all("SELECT name FROM phonebook WHERE tenant_id = ? ORDER BY name_key", (tenant_id,))
    return [row[0] for row in rows]


def entries(tenant_id: int, name: str) -> list[Entry]:
    """Return the entries of a phonebook by last name and first name; the case of its own name does not matter.

    Raises NotFound. Two statements.
    """
    phonebook_id = _require(tenant_id, name)
    rows = database.fetch_all(
        "SELECT first_name, last_name, number FROM ("
        " SELECT first_name, last_name, number, name_key FROM phonebook_entry WHERE phonebook_id = :id"
        " UNION ALL SELECT profile ->> 'first_name', profile ->> 'last_name', number, name_key FROM extension"
        " WHERE tenant_id = :tenant AND id IN (SELECT m.extension_id FROM phonebook_group AS p"
        "  JOIN membership AS m ON m.group_id = p.group_id WHERE p.phonebook_id = :id)"
        ") ORDER BY name_key, number",
        {"id": phonebook_id, "tenant": tenant_id},
    )
    return [Entry(*row) for row in rows]


def import_csv(tenant_id: int, name: str, content: bytes, group_names: Sequence[str] = ()) -> int:
    """Make the phonebook `name` of a CSV file and of the members of groups; return the number of the file's entries.

    A phonebook of that name, in whatever case, is replaced. The file is read as `phonebook_reading.read` says. Raises
    Invalid (also for an unknown group, field `group`) and TooLarge.
    """
    checked({"name": NAME}, {"name": name})
    found = read(content)
    rows = json.dumps([[*entry, f"{fold(entry.last_name)}\x1f{fold(entry.first_name)}"] for entry in found])
    with database.writing():
        database.execute("DELETE FROM phonebook WHERE tenant_id = ? AND name_key = ?", (tenant_id, fold(name)))
        phonebook_id = database.insert(
            "INSERT INTO phonebook (tenant_id, name, name_key) VALUES (?, ?, ?)", (tenant_id, name, fold(name))
        )
        database.execute(
            "INSERT INTO phonebook_entry (phonebook_id, first_name, last_name, number, name_key)"
            " SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)",
            (phonebook_id, rows),
        )
        _add_groups(tenant_id, phonebook_id, {fold(group): group for group in group_names})
    return len(found)


def remove(tenant_id: int, name: str) -> None:
    """Remove a phonebook. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM phonebook WHERE id = ?", (_require(tenant_id, name),))


def _require(tenant_id: int, name: str) -> int:
    row = database.fetch_row("SELECT id FROM phonebook WHERE tenant_id = ? AND name_key = ?", (tenant_id, fold(name)))
    if row is None:
        raise NotFound("There is no such phonebook.")
    return int(row[0])


def _add_groups(tenant_id: int, phonebook_id: int, wanted: dict[str, str]) -> None:
    rows = database.fetch_all(
        "SELECT g.name_key, g.id FROM json_each(?) AS j JOIN extension_group AS g ON g.name_key = j.value"
        " WHERE g.tenant_id = ? AND NOT g.is_default",
        (json.dumps(list(wanted)), tenant_id),
    )
    ids = dict(rows)
    for key, name in wanted.items():
        if key not in ids:
            raise Invalid({"group": [f"There is no extension group {name}."]})
    database.execute(
        "INSERT INTO phonebook_group (phonebook_id, group_id) SELECT ?, value FROM json_each(?)",
        (phonebook_id, json.dumps(list(ids.values()))),
    )
