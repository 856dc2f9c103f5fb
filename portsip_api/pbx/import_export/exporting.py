"""Export of extensions as CSV (RFC 4180, UTF-8) or JSON, a few hundred at a time.

What is written here, an import reads back to an equal store. One statement yields all rows, so that the file shows a
single state of the store however long it takes, and memory does not grow with it.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import orjson

from portsip_api.pbx.access.secret_purposes import PURPOSES, WEBPAGE_PASSWORD
from portsip_api.pbx.extensions import forward_references
from portsip_api.pbx.extensions.fields import OBJECTS
from portsip_api.pbx.import_export import exporting_sql
from portsip_api.pbx.import_export.columns import GROUPS, NUMBER, PHONE, SECRETS, Column, exported, to_text
from portsip_api.pbx.import_export.file_reading import CSV
from portsip_api.store.secrets import keyring

BATCH: Final = 500
_PASSWORDS: Final = 2  # secrets that stand right behind the number; the others stand within objects
_RULES: Final = 4  # the place of the forward rules in a row
_DOCUMENTS: Final = 1_000  # JSON texts of each kind that are kept with their cells
_Record = tuple[Any, ...]  # of `exporting_sql.batches`


def export(tenant_id: int, format_: str, *, secrets: bool) -> Iterator[bytes]:
    """Yield the extensions of a tenant in the order of lists, as a file in pieces; the first one holds rows already.

    Passwords and PINs are in it only with `secrets`. Raises KeyMissing.
    """
    with closing(exporting_sql.batches(tenant_id, BATCH)) as batches:
        yield from _csv(batches, exported(secrets=secrets)) if format_ == CSV else _json(batches, secrets=secrets)


def _clear(row: _Record) -> list[str]:
    """Return the two passwords, the PIN and the password of the phone's page of a row; the last is empty if not set."""
    clear = [keyring.decrypt(blob, purpose) for blob, purpose in zip(row[7:10], PURPOSES, strict=True)]
    return [*clear, "" if row[12] is None else keyring.decrypt(row[12], WEBPAGE_PASSWORD)]


def _documents(row: _Record) -> Sequence[str]:
    """Return the objects of a row as JSON, that of its phone the last, with the numbers in its forward rules."""
    phone = row[11] or "{}"
    if row[10] == "[]":  # most have no targets, and their rules need not be read
        return (*row[1:6], phone)
    rules = orjson.loads(row[_RULES])
    forward_references.fill(rules, orjson.loads(row[10]))
    return (*row[1:_RULES], orjson.dumps(rules).decode(), *row[_RULES + 1 : 6], phone)


def _csv(batches: Iterator[list[_Record]], columns: list[Column]) -> Iterator[bytes]:
    titles = [column.name for column in columns]
    readers = [_cells_of([column for column in columns if column.path[0] == name]) for name in (*OBJECTS, PHONE)]
    secrets = [column for column in columns if column.name in SECRETS]
    places = [titles.index(column.name) for column in secrets[_PASSWORDS:]]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(titles)
    for batch in batches:
        for row in batch:
            cells = [columns[0].to_cell(row[0])]
            clear = [to.to_cell(text) for to, text in zip(secrets, _clear(row), strict=True)] if secrets else []
            cells += clear[:_PASSWORDS]
            for reader, document in zip(readers, _documents(row), strict=True):
                cells += reader(document)
            cells.append(_groups(row[6]))
            for place, secret in zip(places, clear[_PASSWORDS:], strict=True):
                cells[place] = secret
            writer.writerow(cells)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cells_of(columns: Sequence[Column]) -> Callable[[str], list[str]]:
    """Return a function from the JSON text of an object to its cells in `columns`.

    Most extensions have their rules, hours and options in common: the cells of a text are kept.
    """
    # Taken holder by holder, the values of a row cost half of what walking down each path costs.
    groups = [
        (holder, [(column.path[-1], column.to_cell) for column in group])
        for holder, group in groupby(columns, lambda column: column.path[1:-1])
    ]

    @lru_cache(_DOCUMENTS)
    def read(document: str) -> list[str]:
        whole = orjson.loads(document)
        cells: list[str] = []
        for holder, names in groups:
            values: Any = whole
            for name in holder:
                values = values.get(name, {})
            # A value that is newer than the row is not in it yet: the cell is blank.
            cells += [
                # To ask for what is plain here costs a tenth of the call.
                (value if not value or value.isalnum() else to_cell(value))
                if isinstance(value := values.get(name, ""), str)
                else to_text(value)
                for name, to_cell in names
            ]
        return cells

    return read


@lru_cache(_DOCUMENTS)
def _groups(document: str) -> str:
    return to_text(orjson.loads(document))


def _json(batches: Iterator[list[_Record]], *, secrets: bool) -> Iterator[bytes]:
    separator = b"[\n"
    for batch in batches:
        yield separator + b",\n".join(orjson.dumps(_extension(row, secrets=secrets)) for row in batch)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _extension(row: _Record, *, secrets: bool) -> dict[str, Any]:
    names = OBJECTS if row[11] is None else (*OBJECTS, PHONE)
    objects: dict[str, Any] = dict(zip(names, map(orjson.Fragment, _documents(row)[: len(names)]), strict=True))
    passwords = {}
    if secrets:
        passwords["password"], passwords["web_access_password"], pin, of_page = _clear(row)
        objects["voice_mail"] = {**orjson.loads(row[3]), "voicemail_pin": pin}
        if of_page:
            objects[PHONE] = {**orjson.loads(row[11]), "phone_webpage_password": of_page}
    return {NUMBER: row[0], **passwords, **objects, GROUPS: orjson.Fragment(row[6])}
