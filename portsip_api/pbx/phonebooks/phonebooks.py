"""Public phonebooks: entries that were imported, and the members of extension groups.

Source: contract, section 5.9.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.tables import ExtensionGroup
from portsip_api.pbx.phonebooks import phonebooks_sql, tables
from portsip_api.pbx.phonebooks.reading import Entry, read
from portsip_api.pbx.values import Text, checked
from portsip_api.store import database
from portsip_api.store.search import fold

NAME: Final = Text(255, 1, pattern=r"\S(.*\S)?", meaning="a name without blanks around it")


def names(tenant_id: int) -> list[str]:
    """Return the names of a tenant's phonebooks, in order."""
    return [row.name for row in tables.Phonebook.page(tenant_id, order=[tables.Phonebook.name_key])]


def entries(tenant_id: int, name: str) -> list[Entry]:
    """Return the entries of a phonebook by last name and first name; the case of its own name does not matter.

    Raises NotFound. Two statements.
    """
    phonebook_id = tables.Phonebook.get_named(tenant_id, name).id
    return [_entry(*row) for row in phonebooks_sql.entries(tenant_id, phonebook_id)]


def import_csv(
    tenant_id: int,
    name: str,
    content: bytes,
    group_names: Sequence[str] = (),
    tell: Callable[[str], object] = lambda _: None,
) -> int:
    """Make the phonebook `name` of a file and of the members of groups; return the number of the file's entries.

    A phonebook of that name, in whatever case, is replaced, and seen by whom it was. The file is read as `reading.read`
    says, and `tell` is given each sentence about how. Raises Invalid (also for an unknown group, field `group`) and
    TooLarge.
    """
    checked({"name": NAME}, {"name": name})
    reading = read(content)
    found = reading.entries
    for remark in reading.remarks:
        tell(remark)
    rows = [[*entry, f"{fold(entry.last_name)}\x1f{fold(entry.first_name)}"] for entry in found]
    with database.writing():
        before = tables.Phonebook.named(tenant_id, name)
        seeing = [] if before is None else _seeing(tenant_id, before.id)
        if before is not None:
            tables.Phonebook.delete(tenant_id, id=before.id)
        phonebook_id = tables.Phonebook.insert(tenant_id, name=name, name_key=fold(name))
        _set_groups(tenant_id, tables.PhonebookGrant, phonebook_id, seeing)
        phonebooks_sql.insert_entries(tenant_id, phonebook_id, rows)
        _set_groups(tenant_id, tables.PhonebookGroup, phonebook_id, _groups(tenant_id, group_names))
    return len(found)


def show_to(tenant_id: int, name: str, group_names: Sequence[str]) -> None:
    """Let the members of those groups, and nobody else, see a phonebook in their own.

    Raises NotFound, and Invalid for an unknown group (field `group`).
    """
    with database.writing():
        phonebook_id = tables.Phonebook.get_named(tenant_id, name).id
        _set_groups(tenant_id, tables.PhonebookGrant, phonebook_id, _groups(tenant_id, group_names))


def remove(tenant_id: int, name: str) -> None:
    """Remove a phonebook. Raises NotFound."""
    with database.writing():
        tables.Phonebook.delete(tenant_id, id=tables.Phonebook.get_named(tenant_id, name).id)


def _entry(first_name: str, last_name: str, number: str, profile: str | None) -> Entry:
    if profile is None:
        return Entry(first_name, last_name, number)
    values = orjson.loads(profile)
    return Entry(values["first_name"], values["last_name"], number)


def _groups(tenant_id: int, names: Sequence[str]) -> set[int]:
    ids = set()
    for name in names:
        found = ExtensionGroup.named(tenant_id, name, ~ExtensionGroup.is_default)
        if found is None:
            raise Invalid({"group": [f"There is no extension group {name}."]})
        ids.add(found.id)
    return ids


def _seeing(tenant_id: int, phonebook_id: int) -> list[int]:
    table = tables.PhonebookGrant
    return [row.group_id for row in table.page(tenant_id, table.phonebook_id == phonebook_id, order=[table.group_id])]


def _set_groups(
    tenant_id: int,
    table: type[tables.PhonebookGroup | tables.PhonebookGrant],
    phonebook_id: int,
    group_ids: Collection[int],
) -> None:
    table.delete(tenant_id, phonebook_id=phonebook_id)
    rows = [{"phonebook_id": phonebook_id, "group_id": id_} for id_ in sorted(group_ids)]
    table.insert_all(tenant_id, rows)
