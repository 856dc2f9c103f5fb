"""A SQLite connection of which one statement fails, as on a disk that is full or broken.

It stands where the real one would, below peewee, so that BEGIN, COMMIT, ROLLBACK and the pragmas of a new connection
are statements like any other.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portsip_api.store import database, volatile

# How a statement fails: it alone, with the transaction left open; with the transaction rolled back by SQLite itself, as
# it does after some I/O errors; or it and all that follow, the ROLLBACK included.
KINDS = ("alone", "rolled back", "from then on")
ERRORS = {"alone": ("disk I/O error", sqlite3.SQLITE_IOERR_WRITE),
          "rolled back": ("database or disk is full", sqlite3.SQLITE_FULL),
          "from then on": ("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)}  # fmt: skip


class Plan:
    """Which statement fails, counted from 1, and how."""

    def __init__(self, statement: int, kind: str) -> None:
        self.statement, self.kind = statement, kind
        self.seen = 0
        self.lifted = False

    @property
    def struck(self) -> bool:
        """Whether a statement has failed."""
        return self.seen >= self.statement

    def meet(self, connection: sqlite3.Connection) -> None:
        """Count a statement, and raise when it is one that fails."""
        if self.lifted:
            return
        self.seen += 1
        if self.seen == self.statement or (self.struck and self.kind == "from then on"):
            if self.kind == "rolled back" and connection.in_transaction:
                sqlite3.Connection.execute(connection, "ROLLBACK")
            text, code = ERRORS[self.kind]
            error = sqlite3.OperationalError(text)
            error.sqlite_errorcode = code
            raise error


@contextmanager
def failing(statement: int, kind: str) -> Iterator[Plan]:
    """Let a statement of this thread's connections, which are new ones, fail while the body runs."""
    plan = Plan(statement, kind)

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> "Cursor":
            plan.meet(self.connection)
            return super().execute(sql, *values)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

    for file in (database, volatile):
        file.db.close()
        file.db.connect_params["factory"] = Connection
    try:
        yield plan
    finally:
        plan.lifted = True
        for file in (database, volatile):
            del file.db.connect_params["factory"]
