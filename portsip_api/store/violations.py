"""What a statement may not do, told by the name of the constraint that forbids it.

A name is made as PostgreSQL makes it where none was given: the table, the columns and `key`. SQLite tells constraints
by the text of its error only, which is read here and nowhere else.
"""

import re
from typing import Final

import peewee

FOREIGN_KEY: Final = "foreign_key"  # SQLite does not tell which

_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (?:index '(\w+)'|(\w+)\.(.+))")
_NOT_NULL: Final = re.compile(r"NOT NULL constraint failed: (\w+)\.(\w+)")


class Violated(peewee.IntegrityError):
    """A constraint forbids the statement; `constraint` is its name."""

    def __init__(self, error: peewee.IntegrityError) -> None:
        """Read which one from what the database said."""
        super().__init__(*error.args)
        self.constraint = _name(str(error))


def _name(text: str) -> str:
    """Return `schedule_name` for an index that has a name only, `branch_tenant_id_name_key_key` for columns."""
    if unique := _UNIQUE.match(text):
        index, table, columns = unique.groups()
        return index or "_".join([table, *re.split(rf", {table}\.", columns), "key"])
    if required := _NOT_NULL.match(text):
        return f"{required[1]}_{required[2]}_not_null"
    return FOREIGN_KEY if "FOREIGN KEY" in text else "check"
