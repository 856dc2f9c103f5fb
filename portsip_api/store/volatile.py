"""A second SQLite file, of what may be lost: access tokens, failed log-ins, the nonces of Digest.

Nothing of it waits for a disk, nor for whoever holds the write lock of the database. It is never attached to the
database, since BEGIN IMMEDIATE on one would then lock both, and it is in no backup. A process that is killed loses
nothing; with the machine everything in it ends, because its times are those of the boot clock. So it is made anew when
the machine has been restarted, and when it is damaged or missing: by the first process of a server, before there are
workers, and else by whatever first asks it. A command that does not ask it neither makes it nor repairs it.
"""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from portsip_api.store import migrations
from portsip_api.store.clock import clock
from portsip_api.store.files import create, locked
from portsip_api.store.sqlite_file import Connections, SqliteFile, StoreUnavailable

_SCHEMA: Final = migrations.FOLDER / "volatile.sql"
# One row. The id is random, and so tells this file from every other that was ever in its place.
_LIFE: Final = "CREATE TABLE life (id BLOB NOT NULL, boot_id TEXT NOT NULL, schema TEXT NOT NULL)"


class _Connections(Connections):
    """Connections to the file that was prepared, and to no other that has taken its place."""

    def _connect(self) -> sqlite3.Connection:
        expected = id_()
        connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        try:
            found = _life(connection)
        except BaseException:
            connection.close()
            raise
        if found is None or found[0] != expected:
            connection.close()
            raise StoreUnavailable("The file of the tokens is not the one that the server began with: start it anew.")
        return connection


_file = SqliteFile(_Connections(), synchronous="off", cache_size=-1024)
_used: list[tuple[Path, Path]] = []  # the database, and the lock under which the file beside it is made
_ids: dict[Path, bytes] = {}  # by database, of what this process or the one that it was forked from has prepared

db = _file.db
writing = _file.writing
execute = _file.execute
fetch_row = _file.fetch_row
fetch_all = _file.fetch_all


def use(database: Path, lock_file: Path) -> None:
    """Use the file beside `database` in this process; whoever first asks it prepares it, where nobody has."""
    _used[:] = [(database, lock_file)]
    _file.use(f"file:{quote(str(beside(database)))}?mode=rw")


def prepare(database: Path, lock_file: Path) -> None:
    """Make the file beside `database` anew, under the lock, unless it is whole and of this boot of the machine.

    No other process may have it open when it has to be made anew.
    """
    path = beside(database)
    with locked(lock_file):
        found = _whole(path)
        if found is None:
            remove(database)
            found = _make(path)
    _ids[database] = found


def remove(database: Path) -> None:
    """Delete the file beside `database`, and what SQLite keeps with it."""
    path = beside(database)
    for suffix in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def require() -> None:
    """Read something of the file. Raises what keeps it from being used: a database error or StoreUnavailable."""
    fetch_row("SELECT 1 FROM token LIMIT 1")


def beside(database: Path) -> Path:
    """Return where the file of a database lies."""
    return database.with_name(f"{database.stem}-volatile{database.suffix}")


def id_() -> bytes:
    """Return the random id (16 bytes) of the file, which no other file has that was there before or comes after."""
    database, lock_file = _used[0]
    if database not in _ids:
        prepare(database, lock_file)
    return _ids[database]


def _whole(path: Path) -> bytes | None:
    """Return the id of the file at `path` when it is whole, of this boot and of this schema."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                return None
            life = _life(connection)
    except sqlite3.DatabaseError:
        return None
    # Where the system does not tell which boot this is, no file can be known to be of it.
    if life is None or not clock.boot_id or life[1:] != (clock.boot_id, _schema()):
        return None
    id_: bytes = life[0]
    return id_


def _life(connection: sqlite3.Connection) -> tuple[Any, ...] | None:
    """Return the id of a file, its boot of the machine and its schema; None when it is empty."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'life'").fetchone() is None:
        return None
    row: tuple[Any, ...] | None = connection.execute("SELECT id, boot_id, schema FROM life").fetchone()
    return row


def _schema() -> str:
    return _SCHEMA.read_text(encoding="utf-8")


def _make(path: Path) -> bytes:
    id_ = secrets.token_bytes(16)
    os.close(create(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = off")
        connection.executescript(f"BEGIN; {_LIFE}; {_schema()}")
        connection.execute("INSERT INTO life VALUES (?, ?, ?)", (id_, clock.boot_id, _schema()))
        connection.commit()
    return id_
