"""A phonebook as CSV: every field in quotes, a quote in one as `\\"`. Source: contract, section 5.9.

Backslashes are doubled where they stand before a quote or at the end, as they would be taken for part of it; elsewhere
they stay. The contract says nothing of them. `reading` reads what is written here.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from portsip_api.pbx.spreadsheets.cells import guarded

_QUOTE_OR_END: Final = re.compile(r'(\\*)("|\Z)')


def csv_line(row: Sequence[str]) -> str:
    """Return first name, last name and number as a line, which ends in LF."""
    return csv_row(row, {2})


def csv_row(row: Sequence[str], numbers: Collection[int] = ()) -> str:
    """Return cells as a line, which ends in LF; those at `numbers`, counted from 0, are numbers of phones."""
    return ",".join(_quoted(guarded(cell, is_number=place in numbers)) for place, cell in enumerate(row)) + "\n"


def _quoted(text: str) -> str:
    escaped = _QUOTE_OR_END.sub(lambda found: found[1] * 2 + found[2].replace('"', '\\"'), text)
    return f'"{escaped}"'
