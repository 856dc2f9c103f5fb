"""docs/import.md, made from the columns of an import file: `make readme` rewrites it."""

from pathlib import Path
from typing import Final

from portsip_api import settings
from portsip_api.pbx.import_export.describing import columns, template

PAGE: Final = settings.ROOT / "docs" / "import.md"
_HEAD: Final = """# Files of extensions

<!-- Made by `make readme` from the columns themselves. -->

`pbx import FILE` and `extensions/import` make extensions of a file, or change them (`--mode upsert`, `mode`). Begin
with a template, which `pbx import --template` and `GET extensions/import/template` give:

```
{template}```

## What a file may look like

- CSV as spreadsheets save it: commas, semicolons or tabs between the columns; UTF-8, UTF-16 or Windows-1252; also
  behind a line `sep=;`. What was found out is told as a warning, unless it is UTF-8 with commas. Or JSON: an array
  of objects like those of `extensions/create`.
- The first row has the titles, in any order. Case, blanks, underscores and hyphens in them do not matter. Rows
  above it that begin with `#` are passed over, and blank rows everywhere.
- Rows are numbered as a spreadsheet does: the row of the titles is 1, where nothing stands above it.
- Blanks around a value do not matter, but they belong to passwords and to texts such as names.
- A blank cell empties a text. Passwords, PINs, numbers, times, choices and flags stay as they are, or get their
  defaults.
- Passwords may be left to `pbx import FILE --generate-passwords`, which writes those of new extensions to a file
  that only its owner can read. They are told this once.

## What a spreadsheet does to a file

- It shortens long numbers (`4.9E+11`) and gives others a decimal place (`1010.0`). In columns of numbers to dial
  both are refused: the digits are lost. Format the columns as text before you type. `="0012"` is refused
  everywhere.
- It runs what begins with `=`, `+`, `-`, `@`, a tab or a carriage return. So an export writes an apostrophe before
  such a text, unless digits, blanks and `()./-` are all that follows, and an import removes one.

## Columns

| Column | Also titled | What may stand in it |
|---|---|---|
"""


def page() -> str:
    """Return the page, in Markdown."""
    rows = ["| " + " | ".join(_cell(text) for text in (f"`{name}`", *rest)) + " |" for name, *rest in columns()]
    return _HEAD.replace("{template}", template().replace("\r\n", "\n")) + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_, and", "\\_, and")


def rewrite(path: Path = PAGE) -> None:
    """Write the page anew."""
    path.write_text(page(), encoding="utf-8")
