"""What an import says about the rows of its file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_LISTED: Final = 1_000
WHOLE_FILE: Final = 0


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row: of CSV the header is 1, of JSON the first object; 0 stands for the file as a whole.

    `extension_number` is None where the row has none that may be repeated: what breaks its rule may be a password in
    the wrong column.
    """

    row: int
    extension_number: str | None
    field: str
    reason: str


@dataclass
class Findings:
    """The problems of a file as they are found: the first MOST_LISTED are kept, the others are counted."""

    listed: list[Problem] = field(default_factory=list)
    total: int = 0
    rows: int = 0

    def add(self, row: int, number: str | None, errors: Mapping[str, Sequence[str]]) -> None:
        """Note what is wrong with a row, each time another one: its fields (dotted paths) and sentences."""
        found = [Problem(row, number, name, reason) for name, reasons in errors.items() for reason in reasons]
        self.listed += found[: MOST_LISTED - len(self.listed)]
        self.total += len(found)
        self.rows += 1

    @property
    def more(self) -> int:
        """The number of problems that are not listed."""
        return self.total - len(self.listed)


@dataclass(frozen=True)
class Report:
    """What an import did, or in a dry run would do."""

    created: int
    updated: int
    dry_run: bool
    errors: Findings
    warnings: Findings
    unwritten: int = 0  # rows without an error in them that stayed out: none, or all from the batch of a failing one on
    new_numbers: Collection[str] = ()  # of the extensions that were created

    @property
    def is_refused(self) -> bool:
        """Whether rows failed and nothing was written for that."""
        return self.errors.rows > 0 and not (self.dry_run or self.created or self.updated)
