"""The names and numbers in a file of vCards 2.1, 3.0 and 4.0; all else in them is passed over.

Source: RFC 6350 and RFC 2426, vCard 2.1 (versit, 1996) and RFC 3966 (`tel:`). The library for vCards decodes pictures
and dates as well, and fails with whatever comes about when one of those, which nobody wants here, is damaged.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.phonebooks.columns import Contact

_BEGIN: Final = re.compile(r"\s*BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_LINE: Final = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)
_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_PART: Final = re.compile(r"((?:\\.|[^;\\]|\\\Z)*)(?:;|\Z)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_NO_PHONE: Final = re.compile(r"\b(FAX|PAGER|MODEM|BBS|TEXTPHONE|TEXT)\b")
_WANTED: Final = frozenset({"BEGIN", "END", "N", "FN", "ORG", "TEL"})


@dataclass(frozen=True)
class _Property:
    """A line: its name and parameters in upper case, and its value as text."""

    name: str
    parameters: str
    value: str


def is_vcards(text: str) -> bool:
    """Tell whether a text begins as a file of vCards does."""
    return _BEGIN.match(text) is not None


def contacts(text: str) -> Iterator[Contact]:
    """Yield who is in a file of vCards. Raises Invalid when one does not end."""
    card: list[_Property] = []
    depth = 0
    for line in _properties(text):
        if line.name == "BEGIN":
            depth += 1
        elif line.name == "END" and depth:
            depth -= 1
            if depth == 0:
                yield _contact(card)
                card = []
        elif depth == 1:  # deeper ones are somebody's assistant
            card.append(line)
    if depth:
        raise Invalid({"file": ["Is cut off: its last vCard has no end."]})


def _contact(card: list[_Property]) -> Contact:
    values = {line.name: line.value for line in reversed(card)}  # the first of each name
    last, first = (*_parts(values.get("N", "")), "", "")[:2]
    if not first and not last:
        first, _, last = _unescaped(values.get("FN", "")).strip().rpartition(" ")
    numbers = [
        number
        for line in card
        if line.name == "TEL" and not _NO_PHONE.search(line.parameters) and (number := _number(line.value))
    ]
    return Contact(first, last, next(iter(_parts(values.get("ORG", ""))), ""), list(dict.fromkeys(numbers)))


def _number(value: str) -> str:
    text = _unescaped(value).strip()
    if text[:4].lower() == "tel:":
        text = unquote(text[4:].partition(";")[0])
    return text


def _parts(value: str) -> list[str]:
    """Return the parts of a value between its semicolons, as they are shown."""
    return [" ".join(_unescaped(part).split()) for part in _PART.findall(value)]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], text)


def _properties(text: str) -> Iterator[_Property]:
    lines = iter(_FOLDED.sub("", text).splitlines())
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or found[1].upper() not in _WANTED:
            continue
        parameters, value = found[2].upper(), found[3]
        if "QUOTED-PRINTABLE" in parameters:
            value = _decoded(_continued(value, lines))
        yield _Property(found[1].upper(), parameters, value)


def _continued(value: str, lines: Iterator[str]) -> str:
    """Return a quoted-printable value with the lines that go on with it, as its `=` at the end says."""
    parts = [value]
    while parts[-1].endswith("=") and (line := next(lines, None)) is not None:
        parts[-1] = parts[-1][:-1]
        parts.append(line)
    return "".join(parts)


def _decoded(value: str) -> str:
    content = quopri.decodestring(value.encode())
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
