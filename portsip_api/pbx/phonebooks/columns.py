"""Which columns of a table say who can be called: ours, and those that Outlook and Gmail export.

Source of ours: contract, section 5.9. The others' are their exports' own, of Outlook also in German. A contact of
theirs has several numbers, one in each column, or in a cell of Gmail's several between ` ::: `.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.spreadsheets.cells import require_unchanged, unguarded
from portsip_api.pbx.spreadsheets.titles import key

NUMBER: Final = "Number"
COLUMNS: Final = ("First name", "Last name", NUMBER)
_FIRST: Final = ("firstname", "givenname", "vorname")
_LAST: Final = ("lastname", "familyname", "nachname", "surname")
_NUMBER: Final = "number"
_COMPANY: Final = ("company", "organizationname", "organization1name", "firma")
_LABEL: Final = re.compile(r"phone([0-9]+)(label|type)")
_NO_PHONE: Final = re.compile(r"fax|pager|telex|tty|isdn|modem", re.IGNORECASE)
# Of others' the fax, the pager and the assistant's phone reach somebody or something else.
_PHONE: Final = re.compile(
    r"phone(?P<of_gmail>[0-9]+)value"
    r"|(primary|business|companymain|home|mobile|other|car|radio|work)?phone[0-9]?|phonenumber|callback"
    r"|(mobil|auto|haupt|funk|weiteres)telefon|telefon(geschäftlich|firma|privat|weiteres)[0-9]?|rückmeldung"
)
_BETWEEN: Final = ":::"


@dataclass(frozen=True)
class Contact:
    """Somebody in a file, with the numbers that are there as they stand; `company` is one without a name of its own."""

    first_name: str
    last_name: str
    company: str
    numbers: Sequence[str]


@dataclass(frozen=True)
class Layout:
    """Where in a row things stand. Every row of a table with one `number` column must have a number."""

    first: int
    last: int
    company: int | None
    numbers: Sequence[tuple[int, int | None]]  # the column of a number, and of what kind of number it is
    is_exact: bool

    def contact(self, cells: Sequence[str]) -> Contact:
        """Return who stands in a row. Raises ValueError when it is too short, or a spreadsheet has changed a number."""
        if self.is_exact and len(cells) <= max(self.first, self.last, self.numbers[0][0]):
            raise ValueError("Must have a first name, a last name and a number.")
        first, last, company = (_text(cells, place) for place in (self.first, self.last, self.company))
        return Contact(first, last, company, list(self._numbers(cells)))

    def _numbers(self, cells: Sequence[str]) -> Iterator[str]:
        for place, label in self.numbers:
            cell = _text(cells, place, is_number=True)
            if self.is_exact:
                yield cell
            elif cell and not _NO_PHONE.search(_text(cells, label)):
                yield from filter(None, map(str.strip, cell.split(_BETWEEN)))


PLAIN: Final = Layout(0, 1, None, [(2, None)], is_exact=True)


def layout(titles: Sequence[str]) -> Layout | list[str]:
    """Return where things stand under a header, or the columns that it lacks."""
    keys = [key(title) for title in titles]
    first, last, company = (_place(keys, names) for names in (_FIRST, _LAST, _COMPANY))
    number = _place(keys, (_NUMBER,))
    labels = {found[1]: place for place, name in enumerate(keys) if (found := _LABEL.fullmatch(name))}
    phones = [
        (place, labels.get(found["of_gmail"])) for place, name in enumerate(keys) if (found := _PHONE.fullmatch(name))
    ]
    has_numbers = number is not None or bool(phones)
    if first is None or last is None or not has_numbers:
        there = (first is not None, last is not None, has_numbers)
        return [title for title, is_there in zip(COLUMNS, there, strict=True) if not is_there]
    if number is not None:
        return Layout(first, last, None, [(number, None)], is_exact=True)
    return Layout(first, last, company, phones, is_exact=False)


def is_data(cells: Sequence[str]) -> bool:
    """Tell whether a first row is no header, but somebody: its third cell is a number, or it has none."""
    number = cells[2].strip() if len(cells) > 2 else ""
    if not number:
        return len(cells) > 2
    has_digit = any(map(str.isdigit, number))
    return has_digit and (not any(map(str.isalpha, number)) or len(_missing(cells)) == len(COLUMNS))


def _missing(cells: Sequence[str]) -> list[str]:
    found = layout(cells)
    return found if isinstance(found, list) else []


def _place(keys: Sequence[str], names: Sequence[str]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def _text(cells: Sequence[str], place: int | None, *, is_number: bool = False) -> str:
    if place is None or place >= len(cells):
        return ""
    cell = cells[place].strip()
    require_unchanged(cell, is_number=is_number)
    return unguarded(cell, is_number=is_number)
