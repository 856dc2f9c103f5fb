"""The columns of an extensions file: the leaves of an extension by their dotted paths, its phone, and its groups.

Source: ours; the vendor's page names no file format. The names are those of the JSON objects.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from portsip_api.pbx.extensions.fields import EXTENSION, PHONE_PROVISIONING
from portsip_api.pbx.spreadsheets import cells
from portsip_api.pbx.spreadsheets.titles import key
from portsip_api.pbx.values import Kind, Text, leaves

NUMBER: Final = "extension_number"
GROUPS: Final = "belong_groups"
PHONE: Final = "phone_provisioning"
REQUIRED: Final = (NUMBER, "password")  # of a new extension
_NUMBERS: Final = re.compile(
    r"extension_number|voicemail_pin|outbound_caller_id|phone_mac_address|\w+_phone|\w+_action_value"
)
_PIN: Final = "voice_mail.voicemail_pin"
SECRETS: Final = frozenset({"password", "web_access_password", _PIN, f"{PHONE}.phone_webpage_password"})
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

    @cached_property
    def has_blanks(self) -> bool:
        """Whether blanks at the ends of a value belong to it; elsewhere they are none of it."""
        return isinstance(self.kind, Text) and (not self.kind.pattern or self.name in SECRETS - {_PIN})

    def read(self, cell: str) -> object:
        """Return what a cell stands for, to be checked next. Raises ValueError when a spreadsheet has changed it."""
        text = cell if self.has_blanks else cell.strip()
        cells.require_unchanged(text, is_number=self.is_number)
        return self.kind.from_text(cells.unguarded(text, is_number=self.is_number))

    def is_sent(self, cell: str) -> bool:
        """Tell whether a cell says anything: a blank one does where a value can be empty."""
        return self.keeps_blank or bool(cell if self.has_blanks else cell.strip())

    @cached_property
    def keeps_blank(self) -> bool:
        """Whether a blank cell sets an empty value; where it cannot be one, it means that nothing was sent."""
        return self.name == GROUPS or (isinstance(self.kind, Text) and self.name != NUMBER and self.name not in SECRETS)


_OF_PHONE: Final = tuple(Column(path, kind) for path, kind in leaves({PHONE: PHONE_PROVISIONING}))
_OTHERS: Final = (*(Column(path, kind) for path, kind in leaves(EXTENSION)), Column((GROUPS,), _GroupKeys()))
COLUMNS: Final = (*_OTHERS[:-1], *_OF_PHONE, _OTHERS[-1])


# As other systems' files and address books title them. Not `Number` alone: it may be any phone's.
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    NUMBER: ("extension", "ext", "extension no", "sip user", "sip username"),
    "password": ("extension password", "sip password", "auth password", "sip secret", "secret"),
    "web_access_password": ("web password", "portal password"),
    _PIN: ("voicemail password", "vm pin"),
    "options.outbound_caller_id": ("outbound cid", "caller id"),
    "options.enable_extension": ("enabled",),
    "profile.first_name": ("given name", "forename"),
    "profile.last_name": ("family name", "surname"),
    "profile.email": ("e-mail address", "mail"),
    "profile.mobile_phone": ("mobile", "mobile number", "cell", "cell phone", "cell phone number"),
    "profile.work_phone": ("business phone", "office phone"),
    "profile.home_phone": ("home number",),
    "profile.company_name": ("company", "organization"),
    "profile.company_website": ("website", "web page"),
    "profile.description": ("notes", "comment"),
    GROUPS: ("groups", "group", "extension groups"),
    f"{PHONE}.phone_model": ("phone type",),
    f"{PHONE}.phone_mac_address": ("mac address", "mac"),
}


def _by_title() -> dict[str, Column]:
    """Index the columns by path, by their last name alone where only one has it, and by synonyms; as titles compare.

    A name that the phone and something else have is that of the other.
    """
    index = _by_last_name(_OF_PHONE) | _by_last_name(_OTHERS)
    return index | {key(column.name): column for column in COLUMNS}


def _by_last_name(columns: Sequence[Column]) -> dict[str, Column]:
    last_names = [column.path[-1] for column in columns]
    return {
        key(title): column
        for column in columns
        for title in (column.path[-1], *SYNONYMS.get(column.name, ()))
        if title not in last_names or last_names.count(title) == 1
    }


_BY_TITLE: Final = _by_title()


def find(title: str) -> Column | None:
    """Return the column that a title means, or None; case, blanks and underscores do not matter."""
    return _BY_TITLE.get(key(title))


def exported(*, secrets: bool) -> list[Column]:
    """Return the columns of an export, in order; those of passwords and PINs only with `secrets`."""
    return [column for column in COLUMNS if secrets or column.name not in SECRETS]


def to_text(value: object) -> str:
    """Return a value as a text, from which the kind of its column reads it again."""
    if isinstance(value, list):
        return _GROUP_SEPARATOR.join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
