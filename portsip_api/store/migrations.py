"""The numbered SQL files of `db/migrations`, each applied once, in order, under a lock.

They may call what SQL cannot say: `normal_form` and `squeezed` of a text are `search.fold` and `search.squeeze`, and
`spelled` is `keypad.spelled`.

The number of the newest applied file stands in SQLite's `user_version`, which belongs to the transaction: a migration
that fails, or a process that dies in the middle of one, leaves the file as it was.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from portsip_api import settings
from portsip_api.store import database
from portsip_api.store.files import locked
from portsip_api.store.keypad import spelled
from portsip_api.store.search import fold, squeeze

FOLDER = settings.ROOT / "db" / "migrations"


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


@dataclass(frozen=True)
class Migration:
    """One file of the folder."""

    number: int
    path: Path

    def statements(self) -> Iterator[str]:
        """Yield the file's statements one by one: `executescript` would commit what came before it."""
        pending = ""
        for line in self.path.read_text(encoding="utf-8").splitlines(keepends=True):
            pending += line
            if sqlite3.complete_statement(pending):
                yield pending
                pending = ""


def known(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations of `folder`, in order."""
    return sorted(
        (Migration(int(path.name[:4]), path) for path in folder.glob("[0-9][0-9][0-9][0-9]_*.sql")),
        key=lambda migration: migration.number,
    )


def applied() -> int:
    """Return the number of the newest migration that the open database has seen; 0 for an empty one."""
    number: int = database.fetch_row("PRAGMA user_version")[0]
    return number


def migrate(lock_file: Path, folder: Path = FOLDER) -> list[int]:
    """Bring the open database up to date and return the numbers of what was applied now.

    Raises SchemaTooNew when the database has seen a migration that `folder` does not have.
    """
    migrations = known(folder)
    newest = migrations[-1].number
    done = []
    with locked(lock_file):  # also keeps two processes from switching a new file to WAL at the same moment
        if applied() > newest:
            raise SchemaTooNew(
                f"The database has schema {applied()}, and this program knows schemas up to {newest} only: "
                "run the version of the program that wrote it, or restore an older backup."
            )
        for migration in migrations:
            if migration.number > applied():
                _apply(migration)
                done.append(migration.number)
    return done


def _apply(migration: Migration) -> None:
    with database.writing():
        connection: sqlite3.Connection = database.db.connection()  # type: ignore[no-untyped-call]
        for name, function in (("normal_form", fold), ("squeezed", squeeze), ("spelled", spelled)):
            connection.create_function(name, 1, _of_text(function), deterministic=True)
        for statement in migration.statements():
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {migration.number}")


def _of_text(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda text: None if text is None else function(text)
