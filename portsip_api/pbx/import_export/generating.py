"""Passwords for new extensions whose rows have none, and the file in which their owner is told them."""

import csv
import io
import secrets
import string
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from portsip_api.pbx.import_export.columns import NUMBER
from portsip_api.pbx.import_export.file_reading import Row
from portsip_api.pbx.spreadsheets.cells import guarded

_PASSWORDS: Final = ("password", "web_access_password")
_CHARACTERS: Final = string.ascii_letters + string.digits  # of which nobody asks whether they belong to it
_LENGTH: Final = 16


class Generated:
    """What was generated, by extension number."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._of: dict[str, dict[str, str]] = {}

    def fill(self, row: Row) -> Row:
        """Return the row of a new extension with the passwords that it lacks, which are remembered."""
        lacking = [name for name in _PASSWORDS if name not in row.fields]
        if not lacking or row.problem or row.faults:
            return row
        made = {name: "".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH)) for name in lacking}
        self._of[str(row.fields.get(NUMBER))] = made
        return replace(row, fields={**row.fields, **made})

    def keep(self, numbers: Collection[str]) -> None:
        """Forget what was generated for others than the extensions with these numbers."""
        self._of = {number: made for number, made in self._of.items() if number in numbers}

    def __len__(self) -> int:
        """Return for how many extensions there is something to tell."""
        return len(self._of)

    def csv(self) -> bytes:
        """Return a file of their numbers and of what was generated for each."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow([NUMBER, *_PASSWORDS])
        for number, made in self._of.items():
            writer.writerow([guarded(number, is_number=True), *(made.get(name, "") for name in _PASSWORDS)])
        return file.getvalue().encode()
