"""What an import says about the rows of its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_LISTED: Final = 1_000
WHOLE_FILE: Final = 0


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row; the first row of data is 1, and 0 stands for the file as a whole.

    `extension_number` is None where the row has none that may be repeated: what breaks its rule may be a password in
    the wrong column.
    """

    row: int
    extension_number: str | None
    field: str
    reason: str


def problems(row: int, number: str | None, errors: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Return a problem for each sentence of `errors`, the fields (dotted paths) of one row and what is wrong there."""
    return [Problem(row, number, field, reason) for field, reasons in errors.items() for reason in reasons]


@dataclass(frozen=True)
class Report:
    """What an import did, or in a dry run would do."""

    created: int
    updated: int
    dry_run: bool
    errors: Sequence[Problem]
    warnings: Sequence[Problem]

    @property
    def failed(self) -> int:
        """The number of rows with errors."""
        return len({problem.row for problem in self.errors})

    @property
    def is_refused(self) -> bool:
        """Whether rows failed and nothing was written for that."""
        return bool(self.errors) and not (self.dry_run or self.created or self.updated)
