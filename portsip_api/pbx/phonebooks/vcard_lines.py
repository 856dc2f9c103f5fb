"""The lines of vCards: those of versions 2.1, 3.0 and 4.0 read as properties, and properties written as those of 3.0.

Source: RFC 6350 and RFC 2426, vCard 2.1 (versit, 1996). The library for vCards reads and writes one in about a
millisecond, decodes pictures and dates as well, and fails with whatever comes about when one of those, which nobody
wants here, is damaged.
"""

import quopri
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.errors import Invalid

_BEGIN: Final = re.compile(r"\s*BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_LINE: Final = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)
_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_PART: Final = re.compile(r"((?:\\.|[^;\\]|\\\Z)*)(?:;|\Z)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL: Final = re.compile(r"[\\;,]")
_BREAK: Final = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")  # what ends a line for whoever reads
_WIDEST: Final = 75  # octets of a line
_END: Final = "\r\n"


@dataclass(frozen=True)
class Property:
    """A line: its name and parameters in upper case, and its value as text. `inner`: of a card within the card."""

    name: str
    parameters: str
    value: str
    inner: bool = False


def is_vcards(text: str) -> bool:
    """Tell whether a text begins as a file of vCards does."""
    return _BEGIN.match(text) is not None


def cards(text: str, wanted: Collection[str]) -> Iterator[list[Property]]:
    """Yield of each vCard in a text the properties whose names are `wanted`. Raises Invalid when one does not end."""
    card: list[Property] = []
    depth = 0
    for name, parameters, value in _lines(text, frozenset({"BEGIN", "END", *wanted})):
        if name == "BEGIN":
            depth += 1
        elif name == "END" and depth:
            depth -= 1
            if depth == 0:
                yield card
                card = []
        elif depth:  # deeper ones are somebody's assistant
            card.append(Property(name, parameters, value, inner=depth > 1))
    if depth:
        raise Invalid({"file": ["Is cut off: its last vCard has no end."]})


def parts(value: str) -> list[str]:
    """Return the parts of a value between its semicolons, as they are shown."""
    return [" ".join(unescaped(part).split()) for part in _PART.findall(value)]


def unescaped(text: str) -> str:
    """Return a text as it is shown, each break of a line as a blank."""
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], text)


def line(name: str, values: Sequence[str]) -> str:
    """Return a property, with its parameters in `name`, of one value or of the parts of one, as a folded line."""
    return _folded(f"{name}:{';'.join(map(_escaped, values))}")


def _escaped(text: str) -> str:
    return _BREAK.sub(r"\\n", _SPECIAL.sub(r"\\\g<0>", text))


def _folded(text: str) -> str:
    """Return a line as several, none of which is wider than it may be, each but the first behind a blank."""
    if text.isascii() and len(text) <= _WIDEST:
        return text + _END
    lines, width = [""], 0
    for character in text:
        octets = len(character.encode(errors="replace"))
        if width + octets > _WIDEST:
            lines.append(" ")
            width = 1
        lines[-1] += character
        width += octets
    return _END.join(lines) + _END


def _lines(text: str, wanted: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    lines = iter(_FOLDED.sub("", text).splitlines())
    for written in lines:
        found = _LINE.fullmatch(written)
        if found is None or found[1].upper() not in wanted:
            continue
        parameters, value = found[2].upper(), found[3]
        if "QUOTED-PRINTABLE" in parameters:
            value = _decoded(_continued(value, lines))
        yield found[1].upper(), parameters, value


def _continued(value: str, lines: Iterator[str]) -> str:
    """Return a quoted-printable value with the lines that go on with it, as its `=` at the end says."""
    found = [value]
    while found[-1].endswith("=") and (following := next(lines, None)) is not None:
        found[-1] = found[-1][:-1]
        found.append(following)
    return "".join(found)


def _decoded(value: str) -> str:
    content = quopri.decodestring(value.encode())
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
