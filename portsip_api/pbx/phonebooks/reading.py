"""From the bytes of a phonebook's file to its entries: a table, or vCards. Source: contract, section 5.9."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.pbx.numbers.outside import cleaned
from portsip_api.pbx.phonebooks import vcard_lines, vcards
from portsip_api.pbx.phonebooks.columns import COLUMNS, NUMBER, PLAIN, Contact, Layout, is_data, layout
from portsip_api.pbx.phonebooks.writing import csv_line
from portsip_api.pbx.spreadsheets import text_tables
from portsip_api.pbx.values import Text

MOST_BYTES: Final = 5 << 20
MOST_ROWS: Final = 50_000
MOST_FAULTS: Final = 50  # rows that are named
_ESCAPED: Final = re.compile(r'(\\+)"')
_DIGIT: Final = re.compile("[0-9]")
_NAME: Final = Text(255)
_KINDS: Final = dict(zip(COLUMNS, (_NAME, _NAME, Text(128, 1)), strict=True))


class Entry(NamedTuple):
    """Somebody who can be called."""

    first_name: str
    last_name: str
    number: str


@dataclass
class Reading:
    """What a file was read as: its entries, and sentences about how it was read and what was passed over."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Reading:
    """Read a file: a table with the columns First name, Last name and Number, Outlook's or Gmail's, or vCards.

    Of a table with these three columns a header is optional; with one the columns may stand in any order, and others
    beside them. Everybody's every number is an entry. Contacts without a number are passed over, and blank rows. Raises
    TooLarge and Invalid, whose fields are `file`, or `row 7` for the seventh row of the file (`card 7` of vCards).
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"A phonebook has at most {MOST_BYTES >> 20} MiB.")
    encoding = text_tables.encoding_of(io.BytesIO(content))
    try:
        text = content.decode(encoding.codec)
    except UnicodeDecodeError:
        raise text_tables.not_text() from None
    reading = Reading()
    found: Iterator[tuple[str, Contact | ValueError]]
    if vcard_lines.is_vcards(text):
        found = ((f"card {number}", contact) for number, contact in enumerate(vcards.contacts(text), 1))
        separator = ","
    else:
        table = _table(text)
        found, separator = _rows(table.rows), table.separator
    if remark := text_tables.remark(encoding, separator):
        reading.remarks.append(remark)
    _collect(found, reading)
    return reading


def _collect(found: Iterator[tuple[str, Contact | ValueError]], reading: Reading) -> None:
    """Add the entries of what was found: somebody, or why nobody could be read. Raises Invalid."""
    faults: dict[str, Sequence[str]] = {}
    without = 0
    for place, contact in found:
        try:
            entries = _entries(contact)
        except ValueError as error:
            faults[place] = [str(error)]
            if len(faults) == MOST_FAULTS:
                break
        else:
            without += not entries
            reading.entries += entries
        if len(reading.entries) > MOST_ROWS:
            raise Invalid({"file": [f"Must have at most {MOST_ROWS} rows."]})
    if faults:
        raise Invalid(faults)
    if without:
        reading.remarks.append(f"Contacts without a number, which were passed over: {without}.")


def _entries(contact: Contact | ValueError) -> list[Entry]:
    if isinstance(contact, ValueError):
        raise contact
    first, last = contact.first_name, contact.last_name
    if not first and not last:
        last = contact.company
    numbers = dict.fromkeys(map(cleaned, contact.numbers))
    return [Entry(*map(_checked, COLUMNS, (first, last, number))) for number in numbers]


def _checked(title: str, text: str) -> str:
    try:
        checked: str = _KINDS[title].check(text)
    except ValueError as error:
        raise ValueError(f"{title}: {error}") from error
    if title == NUMBER and not _DIGIT.search(text):
        raise ValueError(f"{title}: Must have a digit.")
    return checked


def _rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[str, Contact | ValueError]]:
    """Yield who stands in each row of a table, or why nobody can be read."""
    places = None
    try:
        for number, cells in rows:
            if places is None and not is_data(cells):
                places = _header(cells)
                continue
            places = places or PLAIN
            try:
                yield f"row {number}", places.contact(cells)
            except ValueError as error:
                yield f"row {number}", error
    except text_tables.Malformed as error:
        yield f"row {error.row}", ValueError("Is not well-formed CSV.")


def _header(titles: Sequence[str]) -> Layout:
    found = layout(titles)
    if isinstance(found, Layout):
        return found
    columns = ", ".join(found)
    raise Invalid(
        {"file": [f"Its header lacks what a phonebook is made of: {columns}. See `pbx phonebook import --help`."]}
    )


def _table(text: str) -> text_tables.Table:
    """Return the table in a text that is written by the standard or, if it is not well-formed then, as `writing` does.

    A text that begins as ours do is the latter first.
    """
    forms = [text]
    if '\\"' in text:
        forms.insert(0 if text.startswith(csv_line(COLUMNS)) else 1, _without_backslashes(text))
    chosen = next(filter(_is_well_formed, forms), forms[0])
    return text_tables.read_lines(io.StringIO(chosen, newline=""))


def _is_well_formed(text: str) -> bool:
    try:
        for _ in text_tables.read_lines(io.StringIO(text, newline="")).rows:
            pass
    except text_tables.Malformed:
        return False
    return True


def _without_backslashes(text: str) -> str:
    """Return CSV whose quotes are written as `writing` does with each doubled instead, as the standard has it."""
    return _ESCAPED.sub(lambda found: "\\" * (len(found[1]) // 2) + ('""' if len(found[1]) % 2 else '"'), text)
