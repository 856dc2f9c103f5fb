"""Tables as spreadsheets save them: text in one of several encodings, with one of several separators.

Source: RFC 4180, and what spreadsheets write besides: `;` where the comma is the decimal sign, tabs and UTF-16 as
"Unicode text", Windows-1252 as "CSV", and a first line `sep=;` that names the separator.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Final

from portsip_api.pbx.errors import Invalid

SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK: Final = 1 << 20  # bytes
_NAMED_SEPARATOR: Final = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"?')
_COMMENT: Final = "#"


@dataclass(frozen=True)
class Encoding:
    """How the text of a file is encoded: the name of its codec, and the one that people know."""

    codec: str
    name: str


UTF_8: Final = Encoding("utf-8-sig", "UTF-8")


class Malformed(Exception):
    """A row is not well-formed: `row` as a spreadsheet counts, `line` (from 1) of the file where it begins."""

    def __init__(self, row: int, line: int) -> None:
        """Keep both."""
        super().__init__()
        self.row, self.line = row, line


@dataclass(frozen=True)
class Table:
    """The rows of a file that are not blank, read as they are asked for: number as a spreadsheet counts, and cells.

    The first row of the file is 1, and a row with `sep=` does not count.
    """

    rows: Iterator[tuple[int, list[str]]]
    separator: str


def encoding_of(file: IO[bytes]) -> Encoding:
    """Return the encoding of a file, which is read to its end and left at its beginning. Raises Invalid."""
    head = file.read(4)
    file.seek(0)
    if head.startswith(_UTF_16):
        return Encoding("utf-16", "UTF-16")
    for encoding in (UTF_8, Encoding("cp1252", "Windows-1252")):
        decoder = codecs.getincrementaldecoder(encoding.codec)()
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if head.startswith(codecs.BOM_UTF8):
                break
        else:
            return encoding
        finally:
            file.seek(0)
    raise not_text()


def not_text() -> Invalid:
    """Return the error of a file that is no text in an encoding that is read."""
    return Invalid({"file": ["Must be text in UTF-8, UTF-16 or Windows-1252."]})


def remark(encoding: Encoding, separator: str) -> str:
    """Say how a file was read, or nothing where it was as it is written here."""
    if (encoding, separator) == (UTF_8, ","):
        return ""
    return f"Was read as text in {encoding.name} with {SEPARATORS[separator]} between the columns."


def read_file(file: IO[bytes], encoding: Encoding) -> Table:
    """Read a file; lines that begin with `#` are passed over before the header.

    Raises Invalid, and Malformed, also while its rows are asked for.
    """
    text = io.TextIOWrapper(file, encoding.codec, newline="")
    try:
        found = read_lines(text, comments=True)
    except UnicodeError:
        text.detach()
        raise not_text() from None
    return Table(_released(found.rows, file, text), found.separator)


def read_lines(lines: Iterator[str], *, comments: bool = False) -> Table:
    """Read the lines of a text. Raises Malformed, also while its rows are asked for."""
    separator, before, rows = "", 0, 0
    first = ""
    for line in lines:
        bare = line.rstrip("\r\n")
        named = None if before else _NAMED_SEPARATOR.fullmatch(bare)
        if named:
            separator = named[1]
        elif bare.strip(' ,;\t"') and not (comments and bare.lstrip('"').startswith(_COMMENT)):
            first = line
            break
        else:
            rows += 1
        before += 1
    separator = separator or _likely_separator(first)
    return Table(_rows(chain([first], lines), separator, before, rows), separator)


def _likely_separator(line: str) -> str:
    bare = _QUOTED.sub("", line)
    return max(",;\t", key=bare.count)


def _rows(lines: Iterable[str], separator: str, lines_before: int, rows_before: int) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quote that is never closed would otherwise swallow the rows behind it.
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row, line = rows_before, 0
    try:
        for row, cells in enumerate(reader, rows_before + 1):
            line = reader.line_num
            if not is_blank(cells):
                yield row, cells
    except csv.Error:
        raise Malformed(row + 1, lines_before + line + 1) from None


def is_blank(cells: Sequence[str]) -> bool:
    """Tell whether there is nothing but blanks in any of the cells."""
    return not any(cells) or not any(map(str.strip, cells))


def _released(
    rows: Iterator[tuple[int, list[str]]], file: IO[bytes], text: io.TextIOWrapper
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of `text`, which is taken off its file at the end: whoever opened that closes it."""
    try:
        yield from rows
    except UnicodeError:
        raise not_text() from None
    finally:
        if not file.closed:
            text.detach()
