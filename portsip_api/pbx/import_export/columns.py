"""The columns of an extensions file: the leaves of an extension by their dotted paths, and its groups.

Source: ours; the vendor's page names no file format. The names are those of the JSON objects.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from portsip_api.pbx.extensions.fields import EXTENSION
from portsip_api.pbx.spreadsheets import cells
from portsip_api.pbx.values import Kind, Text, leaves

NUMBER: Final = "extension_number"
GROUPS: Final = "belong_groups"
_NUMBERS: Final = re.compile(r"extension_number|voicemail_pin|outbound_caller_id|\w+_phone|\w+_action_value")
SECRETS: Final = frozenset({"password", "web_access_password", "voice_mail.voicemail_pin"})
_GROUP_SEPARATOR: Final = "|"


class _GroupKeys(Kind):
    """Names or ids of groups; a name that holds the separator can be given by its id only."""

    default = ()

    def check(self, value: object) -> Any:
        """Return `value`; which groups there are is known to the store alone."""
        return value

    def from_text(self, text: str) -> object:
        """Read keys separated by `|`."""
        return [key.strip() for key in text.split(_GROUP_SEPARATOR) if key.strip()]


@dataclass(frozen=True)
class Column:
    """A column: where its value stands in an extension and what kind of value it is."""

    path: tuple[str, ...]
    kind: Kind

    @cached_property
    def name(self) -> str:
        """The dotted path, which is the column's title."""
        return ".".join(self.path)

    @cached_property
    def is_number(self) -> bool:
        """Whether its texts are numbers to dial or a PIN, which spreadsheets take for numbers to count with."""
        return _NUMBERS.fullmatch(self.path[-1]) is not None

    @cached_property
    def to_cell(self) -> Callable[[str], str]:
        """Makes a text a cell that no spreadsheet runs."""
        return partial(cells.guarded, is_number=self.is_number)

    def from_cell(self, cell: str) -> str:
        """Return the text of a cell. Raises ValueError when a spreadsheet has changed it."""
        cells.require_unchanged(cell, is_number=self.is_number)
        return cells.unguarded(cell, is_number=self.is_number)

    @cached_property
    def keeps_blank(self) -> bool:
        """Whether a blank cell sets an empty value; where it cannot be one, it means that nothing was sent."""
        return self.name == GROUPS or (isinstance(self.kind, Text) and self.name != NUMBER and self.name not in SECRETS)


COLUMNS: Final = (*(Column(path, kind) for path, kind in leaves(EXTENSION)), Column((GROUPS,), _GroupKeys()))


def _by_title() -> dict[str, Column]:
    """Index the columns by path, and by their last name alone where only one has it."""
    last_names = [column.path[-1] for column in COLUMNS]
    unique = {column.path[-1]: column for column in COLUMNS if last_names.count(column.path[-1]) == 1}
    return unique | {column.name: column for column in COLUMNS}


_BY_TITLE: Final = _by_title()


def find(title: str) -> Column | None:
    """Return the column that a title means, or None; case and blanks around it do not matter."""
    return _BY_TITLE.get(title.strip().lower())


def exported(*, secrets: bool) -> list[Column]:
    """Return the columns of an export, in order; those of passwords and PINs only with `secrets`."""
    return [column for column in COLUMNS if secrets or column.name not in SECRETS]


def to_text(value: object) -> str:
    """Return a value as a text, from which the kind of its column reads it again."""
    if isinstance(value, list):
        return _GROUP_SEPARATOR.join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
