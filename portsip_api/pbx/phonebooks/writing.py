"""A phonebook as CSV: every field in quotes, a quote in one as `\\"`. Source: contract, section 5.9.

Backslashes are doubled where they stand before a quote or at the end, as they would be taken for part of it; elsewhere
they stay. The contract says nothing of them. `reading` reads what is written here.
"""

import re
from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.spreadsheets.cells import guarded

_QUOTE_OR_END: Final = re.compile(r'(\\*)("|\Z)')


def csv_line(row: Sequence[str]) -> str:
    """Return first name, last name and number as a line, which ends in LF."""
    *names, number = row
    return ",".join(map(_quoted, (*map(guarded, names), guarded(number, is_number=True)))) + "\n"


def _quoted(text: str) -> str:
    escaped = _QUOTE_OR_END.sub(lambda found: found[1] * 2 + found[2].replace('"', '\\"'), text)
    return f'"{escaped}"'
