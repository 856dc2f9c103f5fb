"""Backups of a data folder: one archive with a consistent copy of the database and the files of greetings.

The archive never holds the key of the stored secrets; its manifest names the ids of the keys that they need. At the
moment that is copied the write lock is held, until every file has a second name: files are written before the row that
names them, never changed, and removed after it, so that those of all copied rows are there, whoever removes them later.
"""

import gzip
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from portsip_api.store.clock import clock
from portsip_api.store.files import create as create_file
from portsip_api.store.files import locked, staging, sync_folder, write_atomically

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "pbx.sqlite3"
GREETINGS: Final = "greetings"
_LAST_MADE: Final = "last-backup"  # in the data folder, of which archives hold what they name only
_PATIENCE: Final = 60.0  # seconds that it waits for a write that is taking long
_PAUSE: Final = 0.0005  # seconds between two tries

# Returns the ids of the keys that the secrets of a database need, asking it through the function that is given.
NeededKeys = Callable[[Callable[[str], Iterable[Any]]], Collection[str]]


class BackupRefused(Exception):
    """A backup cannot be made or restored; the message is one sentence for a person."""


@dataclass(frozen=True)
class Place:
    """Where a store lies: its data folder, and its database, which may lie elsewhere."""

    folder: Path
    database: Path

    @property
    def greetings(self) -> Path:
        """The folder of greeting files, which may not be there yet."""
        return self.folder / GREETINGS


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself; `made_at` is in ISO 8601, UTC."""

    format: int
    schema: int
    key_ids: list[str]
    made_at: str


def create(place: Place, target: Path, needed_keys: NeededKeys) -> Manifest:
    """Write a backup of `place` to `target`, mode 0600, while others read and write; return its manifest.

    `target` is there whole or not at all; what it held before is replaced. Raises BackupRefused.
    """
    if not place.database.exists():
        raise BackupRefused("There is no database to back up.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            with locked(place.folder / "backup.lock"), staging(place.folder / ".backup-files") as files:
                manifest = _copy(place, Path(folder) / DATABASE, files, needed_keys)
                packed = Path(folder) / "packed"
                with os.fdopen(create_file(packed, place=target), "wb") as file:
                    _pack(file, manifest, Path(folder) / DATABASE, files)
            packed.replace(target)
        sync_folder(target.parent)
        write_atomically(place.folder / _LAST_MADE, manifest.made_at.encode())
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"The database cannot be copied: {error}.") from error
    except OSError as error:
        raise BackupRefused(f"The backup cannot be written: {error.strerror}.") from error
    return manifest


def last_made(folder: Path) -> float | None:
    """Return when the last backup of a data folder was made, in seconds since 1970; None when nobody knows of one."""
    try:
        return datetime.fromisoformat((folder / _LAST_MADE).read_text(encoding="ascii")).timestamp()
    except (OSError, ValueError):
        return None


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the paths, relative to `folder`, of the files in it; links and names with a leading dot are left out."""
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(folder)


def _copy(place: Place, target: Path, files: Path, needed_keys: NeededKeys) -> Manifest:
    with (
        closing(sqlite3.connect(place.database, timeout=0, isolation_level=None)) as lock,
        closing(sqlite3.connect(place.database, isolation_level=None)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        _begin(lock)
        live.execute("BEGIN")
        live.execute("SELECT 1 FROM sqlite_schema").fetchone()  # from here on it sees this moment
        _link(place.greetings, files)
        lock.execute("ROLLBACK")
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = delete")  # the copy is one file, without a log beside it
        schema = copy.execute("PRAGMA user_version").fetchone()[0]
        key_ids = sorted(needed_keys(copy.execute))
    return Manifest(FORMAT, schema, key_ids, datetime.fromtimestamp(clock.wall(), UTC).isoformat(timespec="seconds"))


def _begin(connection: sqlite3.Connection) -> None:
    """Take the write lock. SQLite itself asks for it so rarely that beside busy writers it may wait for a minute."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _link(greetings: Path, files: Path) -> None:
    for relative in files_below(greetings):
        target = files / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # no row named it any more
            target.hardlink_to(greetings / relative)


def _pack(file: IO[bytes], manifest: Manifest, database: Path, greetings: Path) -> None:
    with gzip.GzipFile("", "wb", 6, file) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        described = database.with_name(MANIFEST)
        described.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        for name, path in ((MANIFEST, described), (DATABASE, database)):
            with path.open("rb") as content:
                _add(archive, name, content)
        for relative in files_below(greetings):
            with (greetings / relative).open("rb") as content:
                _add(archive, f"{GREETINGS}/{relative.as_posix()}", content)
    file.flush()
    os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    status = os.fstat(content.fileno())
    member.size, member.mtime, member.mode = status.st_size, status.st_mtime, 0o600
    archive.addfile(member, content)
