"""From the bytes of an extensions file, CSV or JSON, to rows shaped like the fields of a new extension."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

import orjson

from portsip_api.pbx import json_values
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.import_export import json_rows
from portsip_api.pbx.import_export.columns import NUMBER, Column, find
from portsip_api.pbx.import_export.report import WHOLE_FILE, Findings
from portsip_api.pbx.spreadsheets import text_tables

CSV: Final = "csv"
JSON: Final = "json"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_TITLE: Final = 64


@dataclass(frozen=True)
class Row:
    """A row of data, counted as a spreadsheet does, the header being 1; of JSON from 1.

    `problem` is the sentence that says why it could not be read. `faults` are those that say which of its fields, by
    dotted path, could not be.
    """

    number: int
    fields: Mapping[str, object]
    problem: str = ""
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The rows of a file, read as they are asked for, and what was noticed in its header."""

    rows: Iterable[Row]
    warnings: Findings = field(default_factory=Findings)


def guess_format(head: bytes) -> str | None:
    """Return CSV or JSON by the first bytes of a file, or None when it can be neither."""
    if head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in {b"[", b"{"}:
        return JSON
    return None if b"\0" in head and not head.startswith(_UTF_16) else CSV  # UTF-16 is CSV in the wrong encoding


def read(file: IO[bytes], format_: str, most_values: int | None = None) -> Reading:
    """Read a file as CSV or JSON, the latter of at most `most_values` values.

    Raises Invalid, for CSV also while its rows are asked for, and TooLarge.
    """
    return read_csv(file) if format_ == CSV else read_json(file, most_values)


def read_json(file: IO[bytes], most_values: int | None = None) -> Reading:
    """Read an array of extensions, or an object that has it as `extensions`. Raises Invalid and TooLarge."""
    text = file.read().removeprefix(_BYTE_ORDER_MARK)
    if most_values is not None:
        json_values.require_few(text, most_values)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Invalid({"file": ["Must be valid JSON."]}) from None
    return read_objects(value.get("extensions") if isinstance(value, dict) else value)


def read_objects(values: object) -> Reading:
    """Take extensions from an array that has been parsed already. Raises Invalid."""
    if not isinstance(values, list):
        raise Invalid({"extensions": ["Must be an array of extensions."]})
    return Reading(_object(number, value) for number, value in enumerate(values, 1))


def _object(number: int, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(number, {}, "Must be an object.")
    fields, faults = json_rows.meant(value)
    return Row(number, fields, faults=faults)


def read_csv(file: IO[bytes]) -> Reading:
    """Read CSV with a header, as spreadsheets save it: see `spreadsheets.text_tables`.

    Raises Invalid, for what is wrong further down while the rows are asked for.
    """
    encoding = text_tables.encoding_of(file)
    table = text_tables.read_file(file, encoding)
    records = _well_formed(table.rows)
    _, titles = next(records, (0, []))
    columns = [find(title) for title in titles]
    names = [column.name for column in columns if column is not None]
    if NUMBER not in names:
        raise Invalid({"file": [f"Must have a header with the column {NUMBER}."]})
    for name in names:
        if names.count(name) > 1:
            raise Invalid({"file": [f"Must not have the column {name} twice."]})
    warnings = Findings()
    if remark := text_tables.remark(encoding, table.separator):
        warnings.add(WHOLE_FILE, None, {"file": [remark]})
    for title, column in zip(titles, columns, strict=True):
        if column is None and title.strip():
            shown = title[:_LONGEST_TITLE] if title.isprintable() else "?"
            warnings.add(WHOLE_FILE, None, {shown: ["There is no such column; it was ignored."]})
    return Reading(_rows(records, columns), warnings)


def _well_formed(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from rows
    except text_tables.Malformed as error:
        raise Invalid({"file": [f"Is not well-formed CSV in the row that begins at line {error.line}."]}) from None


def _rows(records: Iterable[tuple[int, Sequence[str]]], columns: Sequence[Column | None]) -> Iterator[Row]:
    slots = [(column.path[:-1], column) if column else ((), None) for column in columns]
    objects = sorted({path[:end] for path, _ in slots for end in range(1, len(path) + 1)}, key=len)
    for number, cells in records:
        if not text_tables.is_blank(cells[len(slots) :]):
            yield Row(number, {}, "Has more values than the header has columns.")
        else:
            yield _row(number, slots, objects, cells)


def _row(
    number: int,
    slots: Iterable[tuple[tuple[str, ...], Column | None]],
    objects: Iterable[tuple[str, ...]],
    cells: Iterable[str],
) -> Row:
    fields: dict[str, Any] = {}
    faults: dict[str, Sequence[str]] = {}
    holders: dict[tuple[str, ...], dict[str, Any]] = {(): fields}
    for path in objects:
        holders[path] = holders[path[:-1]][path[-1]] = {}
    for (path, column), cell in zip(slots, cells, strict=False):  # a short row sends fewer values
        if column is not None and column.is_sent(cell):
            try:
                holders[path][column.path[-1]] = column.read(cell)
            except ValueError as error:
                faults[column.name] = [str(error)]
    return Row(number, fields, faults=faults)
