"""One SQLite file, opened by each thread for itself, after the server has forked.

Every transaction that writes begins IMMEDIATE: one that began by reading and then wrote would fail under concurrency
instead of waiting. Writers of one process queue on a lock of their own first, because SQLite's waiting is a poll and
starves under many threads.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee

BUSY_SECONDS = 5.0
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "cache_size": -8192,  # KiB per connection
    "temp_store": "memory",
    "busy_timeout": int(BUSY_SECONDS * 1000),
}
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
}

Values = Sequence[object] | Mapping[str, object]  # for ? and for :name

db = peewee.SqliteDatabase(None)
_writer = threading.RLock()


class StoreUnavailable(Exception):
    """The store cannot take the work now: it is locked, full, read-only or broken. Trying again later may help."""


def use(path: Path) -> None:
    """Make `path` the file of this process; each thread connects when it first asks something."""
    if not db.is_closed():
        db.close()
    db.init(str(path), pragmas=_PRAGMAS, timeout=int(BUSY_SECONDS))


@contextmanager
def writing() -> Iterator[None]:
    """Run the body in one IMMEDIATE transaction, or inside the one that is already open.

    Raises StoreUnavailable when the write lock cannot be had within `BUSY_SECONDS`.
    """
    if db.in_transaction():
        yield
        return
    if not _writer.acquire(timeout=BUSY_SECONDS):
        raise StoreUnavailable("Another write is taking long; try again in a moment.")
    try:
        with db.atomic("IMMEDIATE"):
            yield
    finally:
        _writer.release()


def expect_many_writes() -> None:
    """Give this thread's connection a cache (64 MiB) that holds the inner pages of every index while rows pour in."""
    execute("PRAGMA cache_size = -65536")


def execute(sql: str, values: Values = ()) -> sqlite3.Cursor:
    """Run one statement and return its cursor."""
    cursor: sqlite3.Cursor = db.execute_sql(sql, values)  # type: ignore[no-untyped-call]
    return cursor


def insert(sql: str, values: Values = ()) -> int:
    """Run one INSERT and return the id of the new row."""
    return int(execute(sql, values).lastrowid or 0)


def fetch_row(sql: str, values: Values = ()) -> Any:
    """Return the first row as a tuple, or None. The rest of the cursor is dropped, so that no read stays open."""
    cursor = execute(sql, values)
    row = cursor.fetchone()
    cursor.close()
    return row


def fetch_all(sql: str, values: Values = ()) -> list[Any]:
    """Return all rows as tuples."""
    return execute(sql, values).fetchall()


def is_unavailable(error: BaseException) -> bool:
    """Tell whether `error` says that the store cannot work now, as against that the statement was wrong."""
    cause: BaseException | None = error
    while cause is not None:
        code = getattr(cause, "sqlite_errorcode", None)
        if isinstance(cause, StoreUnavailable) or (code is not None and code & 0xFF in _UNAVAILABLE):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
