"""The names and numbers in a file of vCards; all else in them is passed over. Source: RFC 6350, RFC 3966 (`tel:`)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from portsip_api.pbx.phonebooks.columns import Contact
from portsip_api.pbx.phonebooks.vcard_lines import Property, cards, parts, unescaped

_NO_PHONE: Final = re.compile(r"\b(FAX|PAGER|MODEM|BBS|TEXTPHONE|TEXT)\b")
_WANTED: Final = ("N", "FN", "ORG", "TEL")


def contacts(text: str) -> Iterator[Contact]:
    """Yield who is in a file of vCards. Raises Invalid when one does not end."""
    for card in cards(text, _WANTED):
        own = [line for line in card if not line.inner]
        values = {line.name: line.value for line in reversed(own)}  # the first of each name
        numbers = [number_of(line) for line in own if line.name == "TEL" and not _NO_PHONE.search(line.parameters)]
        first, last = names_of(own)
        company = next(iter(parts(values.get("ORG", ""))), "")
        yield Contact(first, last, company, list(dict.fromkeys(filter(None, numbers))))


def names_of(card: Sequence[Property]) -> tuple[str, str]:
    """Return first and last name; without both, what is written as the whole name is taken apart."""
    values = {line.name: line.value for line in reversed(card)}
    last, first = (*parts(values.get("N", "")), "", "")[:2]
    if not first and not last:
        first, _, last = unescaped(values.get("FN", "")).strip().rpartition(" ")
    return first, last


def number_of(line: Property) -> str:
    """Return the number of a TEL."""
    text = unescaped(line.value).strip()
    return unquote(text[4:].partition(";")[0]) if text[:4].lower() == "tel:" else text
