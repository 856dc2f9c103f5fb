"""Phonebooks of users' own: who is in them, and what is known of everybody.

A user's book is made with the first entry. Source: contract sipxcom-user.md, section 6.3.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.fields import EMAIL
from portsip_api.pbx.personal import private_entries_sql
from portsip_api.pbx.personal.contacts import ADDRESS, PERSON, compact
from portsip_api.pbx.personal.tables import PrivateEntry, PrivatePhonebook
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.search import fold

MOST_ENTRIES: Final = 5_000
_NAME: Final = Text(255, 1)
CONTACT: Rules = {
    **PERSON,
    "company_name": Text(255),
    "branch_address": ADDRESS,
    "cell_phone": Text(64),
    "home_phone": Text(64),
    "im_id": Text(255),
    "email": EMAIL,
}
ENTRY: Rules = {
    "first_name": _NAME,
    "last_name": _NAME,
    "number": Text(128, 1),
    "internal_id": Text(255),
}
_BETWEEN: Final = "\0"
_NEEDED: Final = ("first_name", "last_name", "number")
_KEY: Final = "private_entry_extension_id_number_first_name_last_name_key"
_REFUSALS: Final[Refusals] = {
    _KEY: lambda: Duplicate("Another entry has these names and this number.", "number"),
}


@dataclass(frozen=True)
class PrivateContact:
    """An entry: `contact` has what is known of CONTACT."""

    id: int
    first_name: str
    last_name: str
    number: str
    internal_id: str
    contact: Mapping[str, Any]


def everybody(tenant_id: int, user_id: int, words: str = "") -> list[PrivateContact]:
    """Return a user's entries by number and names: those in which every word stands, in one statement.

    A word is looked for in names, number and e-mail address, whatever its case.
    """
    rows = private_entries_sql.entries(tenant_id, user_id)
    if wanted := fold(words).split():
        rows = [row for row, text in zip(rows, _texts(rows), strict=True) if all(word in text for word in wanted)]
    return [
        PrivateContact(id_, first, last, number, internal_id, orjson.loads(contact))
        for id_, first, last, number, internal_id, contact, _ in rows
    ]


def count(tenant_id: int, user_id: int) -> int:
    """Return how many entries a user has."""
    return PrivateEntry.count(tenant_id, PrivateEntry.extension_id == user_id)


def show(tenant_id: int, user_id: int, entry_id: int) -> PrivateContact:
    """Return one entry of a user. Raises NotFound, also for another user's."""
    return _entry(PrivateEntry.get(tenant_id, id=row_id(entry_id), extension_id=user_id))


def find(tenant_id: int, user_id: int, key: str) -> int:
    """Return the id of the entry of a user that a client calls `key`, or whose id that is. Raises NotFound."""
    named = PrivateEntry.find(tenant_id, extension_id=user_id, internal_id=key) if key else None
    if named is not None:
        return int(named.id)
    return show(tenant_id, user_id, row_id(key) or 0).id


def put(tenant_id: int, user_id: int, key: str, fields: Mapping[str, object]) -> int:
    """Replace the entry that `find` finds, or make one that the client calls `key`, and return its id.

    Raises as `create` does.
    """
    with database.writing():
        try:
            entry_id = find(tenant_id, user_id, key)
        except NotFound:
            return create(tenant_id, user_id, {**fields, "internal_id": key})
        kept = show(tenant_id, user_id, entry_id).internal_id
        replace(tenant_id, user_id, entry_id, {**fields, "internal_id": kept})
        return entry_id


def create(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> int:
    """Make an entry of ENTRY's fields and `contact` (of CONTACT's) and return its id.

    Raises Invalid, NotFound (no such user), Duplicate and Conflict (there is no room for another one).
    """
    return create_all(tenant_id, user_id, [fields])[0]


def create_all(tenant_id: int, user_id: int, several: Sequence[Mapping[str, object]]) -> list[int]:
    """Make entries, all or none, and return their ids. Raises as `create` does."""
    columns = [_columns(fields) for fields in several]
    with database.writing(), refusing(_REFUSALS):
        _make_book(tenant_id, user_id)
        if count(tenant_id, user_id) + len(columns) > MOST_ENTRIES:
            raise Conflict(f"A private phonebook has at most {MOST_ENTRIES} entries.")
        return [PrivateEntry.insert(tenant_id, extension_id=user_id, **values) for values in columns]


def replace(tenant_id: int, user_id: int, entry_id: int, fields: Mapping[str, object]) -> None:
    """Give an entry the values of `fields` and no others. Raises as `create` does, and NotFound."""
    values = _columns(fields)
    with database.writing(), refusing(_REFUSALS):
        PrivateEntry.update(tenant_id, values, id=show(tenant_id, user_id, entry_id).id)


def destroy(tenant_id: int, user_id: int, entry_id: int) -> None:
    """Delete an entry. Raises NotFound."""
    with database.writing():
        PrivateEntry.delete(tenant_id, id=show(tenant_id, user_id, entry_id).id)


def drop(tenant_id: int, user_id: int) -> None:
    """Delete a user's phonebook with all that is in it, if there is one."""
    with database.writing():
        PrivatePhonebook.delete(tenant_id, extension_id=user_id)


def is_on_phone(tenant_id: int, user_id: int) -> bool | None:
    """Tell whether a user's phonebook is shown on the phones, or None when there is none."""
    row = PrivatePhonebook.find(tenant_id, extension_id=user_id)
    return row.show_on_phone if row is not None else None


def show_on_phone(tenant_id: int, user_id: int, value: bool) -> None:
    """Let a user's phonebook be shown on the phones, or not. Raises NotFound when there is none."""
    with database.writing():
        PrivatePhonebook.get(tenant_id, extension_id=user_id)
        PrivatePhonebook.update(tenant_id, {"show_on_phone": value}, extension_id=user_id)


def _make_book(tenant_id: int, user_id: int) -> None:
    find_id(tenant_id, ExtensionKey(id=user_id))
    if not PrivatePhonebook.has(tenant_id, extension_id=user_id):
        PrivatePhonebook.insert(tenant_id, extension_id=user_id)


def _entry(row: PrivateEntry) -> PrivateContact:
    names = (row.first_name, row.last_name, row.number, row.internal_id)
    return PrivateContact(row.id, *names, orjson.loads(row.contact))


def _texts(rows: Sequence[Any]) -> list[str]:
    """Return in normal form what words are looked for in, of all rows at once, which is faster than of each.

    No value has the character between them in it.
    """
    named = (" ".join((first, last, number, email or "")) for _, first, last, number, _, _, email in rows)
    return fold(_BETWEEN.join(named)).split(_BETWEEN) if rows else []


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    missing = {name: ["Missing."] for name in _NEEDED if not fields.get(name)}
    if missing:
        raise Invalid(missing)
    values = {"internal_id": ""} | checked(ENTRY, {name: text for name, text in fields.items() if text is not None})
    with _below("contact"):
        given = fields.get("contact")
        contact = compact(checked(CONTACT, given if isinstance(given, Mapping) else {}))
    return values | {"contact": orjson.dumps(contact).decode()}


@contextmanager
def _below(path: str) -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        raise Invalid({f"{path}.{name}": texts for name, texts in error.errors.items()}) from error
