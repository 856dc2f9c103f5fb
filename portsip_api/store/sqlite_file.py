"""A SQLite file, opened after the server has forked: by each thread to read, and once to write.

Every transaction that writes begins IMMEDIATE: one that began by reading and then wrote would fail under concurrency
instead of waiting. Writers of one process queue on a lock of their own first, because SQLite's waiting is a poll and
starves under many threads. Once another process is known to hold the write lock for long, writes are refused soon, so
that the threads of a server are free for the reads, which go on.
"""

import errno
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import peewee

from portsip_api.store.violations import Violated

BUSY_SECONDS = 5.0
LOCKED_OUT_SECONDS = 0.1  # that a write waits while the one before it has waited in vain
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
# What a disk that is full, failing or not to be written says of files, those of the temporary folder included.
_DISK_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
}

Values = Sequence[object] | Mapping[str, object]  # for ? and for :name


class StoreUnavailable(Exception):
    """The store cannot take the work now: it is locked, full, read-only or broken. Trying again later may help."""


class Connections(peewee.SqliteDatabase):
    """A connection for each thread that reads, and one with which all of them write, one at a time.

    Every change makes SQLite forget the pages that other connections hold in memory: threads that wrote with their own
    would read all they need anew each time.
    """

    def __init__(self) -> None:
        """No file is named yet."""
        super().__init__(None, check_same_thread=False)
        self.writer = threading.RLock()
        self._for_writing: list[sqlite3.Connection] = []
        self._cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()  # of the connection that writes

    def execute_sql(self, sql: str, params: Values | None = None) -> sqlite3.Cursor:
        """Run one statement. Raises Violated when a constraint forbids it."""
        try:
            cursor: sqlite3.Cursor = super().execute_sql(sql, params)  # type: ignore[no-untyped-call]
        except peewee.IntegrityError as error:
            raise Violated(error) from error
        return cursor

    def cursor(self, named_cursor: str | None = None) -> sqlite3.Cursor:
        """Return a new cursor of this thread's connection."""
        cursor: sqlite3.Cursor = super().cursor(named_cursor)  # type: ignore[no-untyped-call]
        if self._for_writing and cursor.connection is self._for_writing[0]:
            self._cursors.add(cursor)
        return cursor

    @contextmanager
    def as_writer(self) -> Iterator[None]:
        """Let this thread, which holds the lock of the writers, use the connection that writes while the body runs."""
        state = self._state  # type: ignore[attr-defined]
        own = state.conn, state.closed
        state.conn, state.closed = (self._for_writing[0], False) if self._for_writing else (None, True)
        try:
            if not self._for_writing:
                self.connect()
                self._for_writing.append(state.conn)
            yield
        finally:
            state.conn, state.closed = own

    def close(self) -> bool:
        """Close this thread's connection, and the one that writes unless another thread does."""
        if self.deferred:
            return False
        is_closed = self.leave()
        if self.writer.acquire(blocking=False):
            try:
                self.close_writer()
            finally:
                self.writer.release()
        return is_closed

    def close_writer(self) -> None:
        """Close the connection that writes; this thread holds the lock of the writers."""
        # SQLite keeps a connection, with its transaction, as long as a statement has rows to give, which an error's
        # traceback can hold for long.
        for cursor in [*self._cursors]:
            cursor.close()
        self._cursors.clear()
        while self._for_writing:
            self._for_writing.pop().close()

    def leave(self) -> bool:
        """Close this thread's connection."""
        is_closed: bool = super().close()
        return is_closed


class SqliteFile:
    """Transactions and statements over one file, which `use` names."""

    def __init__(self, connections: Connections, **pragmas: str | int) -> None:
        """`pragmas` are set on every connection, beside those that every file has."""
        self.db = connections
        self._pragmas = {"journal_mode": "wal", "foreign_keys": 1, "temp_store": "memory", **pragmas}
        # Another process was found to hold the write lock, and no write has succeeded since.
        self._locked_out = threading.Event()

    def use(self, address: str) -> None:
        """Make `address`, a path or a `file:` URI, the file of this process; threads connect when they first ask."""
        self.db.close()
        self._locked_out.clear()
        busy = {"busy_timeout": int(BUSY_SECONDS * 1000)}
        self.db.init(address, pragmas=self._pragmas | busy, timeout=int(BUSY_SECONDS), uri=address.startswith("file:"))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run the body in one IMMEDIATE transaction, or inside the one that is already open.

        Raises StoreUnavailable when the write lock cannot be had within `BUSY_SECONDS`.
        """
        if self.db.in_transaction():
            yield
            return
        if not self.db.writer.acquire(timeout=LOCKED_OUT_SECONDS if self._locked_out.is_set() else BUSY_SECONDS):
            raise StoreUnavailable("Another write is taking long; try again in a moment.")
        try:
            with self.db.as_writer():
                was_locked_out = self._locked_out.is_set()
                if was_locked_out:
                    self._wait_at_most(LOCKED_OUT_SECONDS)
                with self.db.transaction("IMMEDIATE"):
                    if was_locked_out:
                        self._locked_out.clear()
                        self._wait_at_most(BUSY_SECONDS)
                    yield
        except BaseException as error:
            if is_unavailable(error):
                self._start_anew(error)
            raise
        finally:
            self.db.writer.release()

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement and return its cursor."""
        cursor: sqlite3.Cursor = self.db.execute_sql(sql, values)
        return cursor

    def fetch_row(self, sql: str, values: Values = ()) -> Any:
        """Return the first row as a tuple, or None. The rest of the cursor is dropped, so that no read stays open."""
        cursor = self.execute(sql, values)
        row = cursor.fetchone()
        cursor.close()
        return row

    def fetch_all(self, sql: str, values: Values = ()) -> list[Any]:
        """Return all rows as tuples.

        The interpreter lock is given away for each row. Where that shows, the statement makes one JSON text of its
        rows.
        """
        return self.execute(sql, values).fetchall()

    def _wait_at_most(self, seconds: float) -> None:
        """Let the connection wait for locks no longer than that."""
        self.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _start_anew(self, error: BaseException) -> None:
        """Give up the connection that writes after that failed: it may be in a transaction that could not be rolled
        back, which would hold the write lock for good, or be read-only since the file was for a moment. Reads go on
        with theirs.
        """
        if any(_code(cause) == sqlite3.SQLITE_BUSY for cause in _causes(error)):
            self._locked_out.set()
        self.db.close_writer()


def is_unavailable(error: BaseException) -> bool:
    """Tell whether `error` says that the store or its disk cannot work now, as against that the statement was wrong."""
    return any(
        isinstance(cause, StoreUnavailable) or _code(cause) in _UNAVAILABLE or is_disk_error(cause)
        for cause in _causes(error)
    )


def is_disk_error(error: BaseException) -> bool:
    """Tell whether `error` says that a file cannot be read or written now, wherever it lies."""
    return isinstance(error, OSError) and error.errno in _DISK_ERRORS


def _code(error: BaseException) -> int | None:
    """Return the primary result code of an error of SQLite."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
