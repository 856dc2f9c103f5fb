"""From the bytes of a phonebook's CSV file to its entries. Source: contract, section 5.9."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.pbx.phonebooks.writing import csv_line
from portsip_api.pbx.spreadsheets.cells import require_unchanged, unguarded
from portsip_api.pbx.values import Text
from portsip_api.store.search import fold

MOST_BYTES: Final = 5 << 20
MOST_ROWS: Final = 50_000
MOST_FAULTS: Final = 50  # rows that are named
NUMBER: Final = "Number"
COLUMNS: Final = ("First name", "Last name", NUMBER)
_ESCAPED: Final = re.compile(r'(\\+)"')
_NAME: Final = Text(255)
_KINDS: Final = (_NAME, _NAME, Text(128, 1))


class Entry(NamedTuple):
    """Somebody who can be called."""

    first_name: str
    last_name: str
    number: str


def read(content: bytes) -> list[Entry]:
    """Read CSV (UTF-8, separated by `,` or `;`) with the columns First name, Last name and Number.

    A header is optional; with one the columns may stand in any order, and others beside them. Blank rows are passed
    over. Raises TooLarge and Invalid, whose fields are `file`, or `row 7` for the seventh row of the file.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"A phonebook has at most {MOST_BYTES >> 20} MiB.")
    entries: list[Entry] = []
    faults: dict[str, Sequence[str]] = {}
    places: Sequence[int] = range(len(COLUMNS))
    for number, cells in _records(content):
        titled = _header(cells) if number == 1 else None
        if titled is not None:
            places = titled
        elif any(cell.strip() for cell in cells):
            try:
                entries.append(_entry(cells, places))
            except ValueError as error:
                faults[f"row {number}"] = [str(error)]
        if len(entries) > MOST_ROWS:
            raise Invalid({"file": [f"Must have at most {MOST_ROWS} rows."]})
        if len(faults) == MOST_FAULTS:
            break
    if faults:
        raise Invalid(faults)
    return entries


def _records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid({"file": ["Must be text in UTF-8."]}) from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    forms = [text]
    if '\\"' in text:
        forms.insert(0 if text.startswith(csv_line(COLUMNS)) else 1, _without_backslashes(text))
    chosen = next((form for form in forms if _is_well_formed(form, delimiter)), forms[0])
    number = 0
    try:
        for number, cells in enumerate(_reader(chosen, delimiter), 1):
            yield number, cells
    except csv.Error as error:
        raise Invalid({f"row {number + 1}": ["Is not well-formed CSV."]}) from error


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    # Strict: a quote that is never closed would otherwise swallow the rows behind it.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _is_well_formed(text: str, delimiter: str) -> bool:
    try:
        for _ in _reader(text, delimiter):
            pass
    except csv.Error:
        return False
    return True


def _without_backslashes(text: str) -> str:
    """Return CSV whose quotes are written as `writing` does with each doubled instead, as the standard has it."""
    return _ESCAPED.sub(lambda found: "\\" * (len(found[1]) // 2) + ('""' if len(found[1]) % 2 else '"'), text)


def _header(cells: Sequence[str]) -> list[int] | None:
    """Return where the columns stand, or None when this is no header."""
    titles = ["".join(filter(str.isalpha, fold(cell))) for cell in cells]
    wanted = [fold(column).replace(" ", "") for column in COLUMNS]
    return [titles.index(title) for title in wanted] if set(wanted) <= set(titles) else None


def _entry(cells: Sequence[str], places: Sequence[int]) -> Entry:
    if len(cells) <= max(places):
        raise ValueError("Must have a first name, a last name and a number.")
    values = []
    for title, kind, place in zip(COLUMNS, _KINDS, places, strict=True):
        try:
            cell, is_number = cells[place].strip(), title == NUMBER
            require_unchanged(cell, is_number=is_number)
            values.append(kind.check(unguarded(cell, is_number=is_number)))
        except ValueError as error:
            raise ValueError(f"{title}: {error}") from error
    return Entry(*values)
