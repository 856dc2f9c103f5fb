"""Export of extensions as CSV (RFC 4180, UTF-8) or JSON, a few hundred at a time.

What is written here, an import reads back to an equal store. One statement yields all rows, so that the file shows a
single state of the store however long it takes, and memory does not grow with it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import orjson

from portsip_api.pbx.extension_drafts import PURPOSES
from portsip_api.pbx.extension_fields import OBJECTS
from portsip_api.pbx.transfer_columns import GROUPS, NUMBER, Column, exported, to_text
from portsip_api.pbx.transfer_reading import CSV
from portsip_api.store import database
from portsip_api.store.secrets import keyring

BATCH: Final = 500
_SELECT: Final = """
    SELECT e.number, e.profile, e.options, s.voice_mail, s.forward_rules, s.office_hours,
        (SELECT json_group_array(group_id) FROM (SELECT g.group_id FROM membership AS m
            JOIN extension_group AS g ON g.id = m.group_id WHERE m.extension_id = e.id ORDER BY g.name_key)),
        s.password, s.web_access_password, s.voicemail_pin
    FROM extension_order AS o CROSS JOIN extension AS e ON e.id = o.extension_id
    CROSS JOIN extension_settings AS s ON s.extension_id = e.id
    WHERE o.tenant_id = ? AND o.ordering = 'DEFAULT' ORDER BY o.key"""


def export(tenant_id: int, format_: str, *, secrets: bool) -> Iterator[bytes]:
    """Yield the extensions of a tenant in the order of lists, as a file in pieces; the first one holds rows already.

    Passwords and PINs are in it only with `secrets`. Raises KeyMissing.
    """
    cursor = database.execute(_SELECT, (tenant_id,))
    try:
        batches = _batches(cursor, secrets=secrets)
        yield from _csv(batches, exported(secrets=secrets)) if format_ == CSV else _json(batches)
    finally:
        cursor.close()


def _batches(cursor: Any, *, secrets: bool) -> Iterator[list[dict[str, Any]]]:
    while rows := cursor.fetchmany(BATCH):
        yield [_extension(row, secrets=secrets) for row in rows]


def _extension(row: tuple[Any, ...], *, secrets: bool) -> dict[str, Any]:
    number, *texts, groups = row[:7]
    objects = {name: orjson.loads(text) for name, text in zip(OBJECTS, texts, strict=True)}
    passwords = {}
    if secrets:
        clear = (keyring.decrypt(blob, purpose) for blob, purpose in zip(row[7:], PURPOSES, strict=True))
        passwords["password"], passwords["web_access_password"], objects["voice_mail"]["voicemail_pin"] = clear
    return {NUMBER: number, **passwords, **objects, GROUPS: orjson.loads(groups)}


def _csv(batches: Iterator[list[dict[str, Any]]], columns: list[Column]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    # Taken object by object, the values of a row cost half of what walking down each path costs.
    groups = [(path, [column.path[-1] for column in group]) for path, group in groupby(columns, _holder)]
    for batch in batches:
        writer.writerows(_cells(extension, groups) for extension in batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _holder(column: Column) -> tuple[str, ...]:
    return column.path[:-1]


def _cells(extension: Mapping[str, Any], groups: Iterable[tuple[tuple[str, ...], Sequence[str]]]) -> list[str]:
    cells: list[str] = []
    for path, names in groups:
        holder: Any = extension
        for name in path:
            holder = holder.get(name, {})
        # A value that is newer than the row is not in it yet: the cell is blank.
        cells += [value if isinstance(value := holder.get(name, ""), str) else to_text(value) for name in names]
    return cells


def _json(batches: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    separator = b"[\n"
    for batch in batches:
        yield separator + b",\n".join(orjson.dumps(extension) for extension in batch)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"
