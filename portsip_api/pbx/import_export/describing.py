"""What may stand in an import file, told to people: a template to fill in, and the meaning of each column."""

import csv
import io
from typing import Final

from portsip_api.pbx.import_export.columns import COLUMNS, GROUPS, REQUIRED, SYNONYMS, Column, find, to_text
from portsip_api.pbx.values import Choice, Flag, Text, TimeOfDay, Whole, Zone

# What most people fill in; the others are told of in docs/import.md.
_COMMON: Final = (
    *REQUIRED,
    "web_access_password",
    *(f"profile.{name}" for name in ("first_name", "last_name", "email", "mobile_phone", "work_phone", "description")),
    "options.enable_extension",
    "options.outbound_caller_id",
    "voice_mail.enable_voicemail",
    "voice_mail.voicemail_pin",
    GROUPS,
)
_NOTES: Final = (
    "Extensions, one a row, below the titles. Rows above the titles that begin with # are passed over.",
    "Only the first two columns are needed. Columns may be left out, and stand in any order.",
    "Format the columns of numbers as text, or a spreadsheet takes a leading 0 away and shortens long numbers.",
    "All columns and what may stand in them: docs/import.md, or the documentation of extensions/import.",
)


def template() -> str:
    """Return a file to fill in, as CSV: rows that explain it, and the titles of common columns."""
    file = io.StringIO()
    writer = csv.writer(file)
    columns = [column for name in _COMMON if (column := find(name)) is not None]
    writer.writerows([f"# {note}"] for note in _NOTES)
    writer.writerows([f"# {column.path[-1]}: {meaning(column)}."] for column in columns)
    writer.writerow([column.path[-1] for column in columns])
    return file.getvalue()


def meaning(column: Column) -> str:
    """Say in a few words what may stand in a column, without a full stop."""
    if column.name == GROUPS:
        return "names or ids of extension groups, separated by |; DEFAULT is the default group, and SYSTEM none"
    return _kind(column) + ("; needed by a new extension" if column.name in REQUIRED else _default(column))


def _kind(column: Column) -> str:
    match column.kind:
        case Flag():
            return "true or false"
        case Whole(least=least, most=most):
            return f"a whole number from {least} to {most}"
        case Choice(options=options):
            return f"one of {', '.join(options)}"
        case TimeOfDay(end=end):
            return "a time of day, such as 09:00" + (", up to 24:00" if end else "")
        case Zone():
            return "an IANA time zone, such as Europe/Berlin"
        case Text(longest=longest, meaning=known):
            words = f"{known}, " if known else ""
            return f"{words}up to {longest} characters"
    raise TypeError(column.kind)


def _default(column: Column) -> str:
    return f"; {shown} when absent" if (shown := to_text(column.kind.default)) else ""


def columns() -> list[tuple[str, str, str]]:
    """Return the title of each column, others that mean it too, and its meaning."""
    return [(column.name, _other_titles(column), meaning(column)) for column in COLUMNS]


def _other_titles(column: Column) -> str:
    last = column.path[-1]
    titles = [last] if last != column.name and find(last) is column else []
    return ", ".join([*titles, *SYNONYMS.get(column.name, ())])
