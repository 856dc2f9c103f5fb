"""The SQLite file of all that lasts: what was acknowledged is on the disk."""

from pathlib import Path

from portsip_api.store.sqlite_file import (
    Connections,
    SqliteFile,
    StoreUnavailable,
    Values,
    is_disk_error,
    is_unavailable,
)

__all__ = [
    "StoreUnavailable", "db", "execute", "expect_many_writes", "fetch_all", "fetch_row", "file_number", "insert",
    "is_disk_error", "is_unavailable", "optimize", "use", "writing",
]  # fmt: skip

_file = SqliteFile(
    Connections(),
    synchronous="full",
    wal_autocheckpoint=4000,  # pages: writing costs a twentieth less than with 1,000
    cache_size=-6144,  # KiB per connection
)
_files = [0]  # how many times `use` has named one

db = _file.db
writing = _file.writing
execute = _file.execute
fetch_row = _file.fetch_row
fetch_all = _file.fetch_all


def use(path: Path) -> None:
    """Make `path` the file of this process; each thread connects when it first asks something."""
    _files[0] += 1
    _file.use(str(path))


def is_in_use() -> bool:
    """Return whether `use` has named a file."""
    return not db.deferred


def file_number() -> int:
    """Return a number that changes with every `use`, for what must not outlive the file that it was read from."""
    return _files[0]


def expect_many_writes() -> None:
    """Give connections a cache (64 MiB) that holds the inner pages of every index while rows pour in."""
    db.pragma("cache_size", -65_536, permanent=True)
    db.close()


def optimize() -> None:
    """Let the planner learn what has changed in the tables."""
    execute("PRAGMA optimize").close()


def insert(sql: str, values: Values = ()) -> int:
    """Run one INSERT and return the id of the new row."""
    return int(execute(sql, values).lastrowid or 0)
