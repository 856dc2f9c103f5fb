"""`/rest/phonebook`: public phonebooks, as phones read them.

Source: sipXcom REST API, "Phone Book"; contract `sipxcom-admin.md`, section 5.9.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Response

from portsip_api.pbx.phonebooks import phonebooks as pbx_phonebooks
from portsip_api.pbx.phonebooks.columns import COLUMNS
from portsip_api.pbx.phonebooks.reading import Entry
from portsip_api.pbx.phonebooks.writing import csv_line
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.records import Leaf, Many, Record, Stream
from portsip_api.sipxcom.core.styles import REST, XML

phonebooks = Resources("phonebooks", __name__, REST, "Public phonebooks")

CSV: Final = "text/comma-separated-values"
BLOCK: Final = 500  # rows that are sent at once
_PHONEBOOKS: Final = Record(
    "phonebooks",
    (Many("phonebooks", Record("phonebook", (Leaf("name", attribute=True),), "PhonebookName"), bare=True),),
    "Phonebooks",
)
_ENTRY: Final = Record("entry", tuple(Leaf(name) for name in ("first-name", "last-name", "number")), "PhonebookEntry")
_PHONEBOOK: Final = Record("phonebook", (Many("entries", _ENTRY, bare=True),), "Phonebook")


@phonebooks.route("/rest/phonebook")
@phonebooks.allowed(Access.ADMINISTRATION)
@phonebooks.answers(_PHONEBOOKS, media_types=(XML,))
def list_phonebooks() -> dict[str, Any]:
    """List the names of the public phonebooks."""
    return {"phonebooks": [{"name": name} for name in pbx_phonebooks.names(current_tenant())]}


@phonebooks.route("/rest/phonebook/<name:name>")
@phonebooks.allowed(Access.ADMINISTRATION)
@phonebooks.answers(
    _PHONEBOOK,
    media_types=(CSV, XML),
    errors=(404,),
    note='CSV by default: a header, every field in quotes, a quote in one as `\\"` and the backslashes before it, or '
    "at the end, twice, lines that end in LF. A text that a spreadsheet would run has an apostrophe before it (ours).",
)
def show_phonebook(name: str) -> dict[str, Any] | Response:
    """Show the entries of a phonebook."""
    entries = pbx_phonebooks.entries(current_tenant(), name)
    if styles.negotiate((CSV, XML)) == CSV:
        return styles.respond(_rows([COLUMNS, *entries]), CSV)
    return {"entries": Stream(dict(zip((item.name for item in _ENTRY.fields), one, strict=True)) for one in entries)}


def _rows(rows: Sequence[Entry | Sequence[str]]) -> Iterator[str]:
    for first in range(0, len(rows), BLOCK):
        yield "".join(map(csv_line, rows[first : first + BLOCK]))
