"""Putting a backup in the place of a store that nobody serves.

Nothing of the old store is touched before the archive is unpacked and checked. The files of greetings are added first,
the database is exchanged by one renaming, and the files that only the old database named go last: a crash leaves the
old state or the new one, at worst with files that no row names.
"""

import gzip
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

from portsip_api.store import migrations, volatile
from portsip_api.store.backup import (
    DATABASE,
    FORMAT,
    GREETINGS,
    MANIFEST,
    BackupRefused,
    Manifest,
    NeededKeys,
    Place,
    files_below,
)
from portsip_api.store.files import (
    FileLock,
    create,
    create_folder,
    create_folders,
    give_owner,
    locked,
    share_as_folder,
    staging,
    sync_folder,
)

_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CHUNK: Final = 1 << 20


def restore(place: Place, source: Path, *, keys: Collection[str], needed_keys: NeededKeys) -> Manifest:
    """Make the backup `source` the store at `place` and return its manifest.

    `keys` are the ids of the keys that the key file has. What may be lost is: no token outlives the exchange, since one
    that has been ended since the backup was made must not live again. Raises BackupRefused when the archive is damaged,
    is no backup, is of a newer schema or needs another key, and while a server runs.
    """
    try:
        for folder in (place.folder, place.database.parent):
            create_folders(folder)
        with (
            _stopped(place),
            staging(place.folder / ".restore-files") as files,
            staging(place.database.parent / ".restore-database") as databases,
        ):
            manifest = _unpack(source, files, databases)
            _check(databases / DATABASE, keys, needed_keys)
            _exchange(place, files / GREETINGS, databases / DATABASE)
    except OSError as error:
        raise BackupRefused(f"The backup cannot be restored: {error.strerror}.") from error
    return manifest


@contextmanager
def _stopped(place: Place) -> Iterator[None]:
    """Keep servers from starting while the body runs. Raises BackupRefused when one is there."""
    owner = FileLock(place.folder / "jobs.lock")
    if not owner.acquire(wait=False):
        raise BackupRefused("A server runs on this data folder: stop it first.")
    try:
        with locked(place.folder / "migrate.lock"):  # a server that starts waits here before it opens the database
            yield
    finally:
        owner.release()


def _unpack(source: Path, files: Path, databases: Path) -> Manifest:
    """Extract the archive, the database into `databases` and the rest into `files`."""
    try:
        with gzip.open(source) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as archive:
                for member in archive:
                    _require_expected(member)
                    _extract(archive, member, databases if member.name == DATABASE else files)
            while packed.read(_CHUNK):  # to the end, where the checksum of the whole stands
                pass
        manifest = Manifest(**json.loads((files / MANIFEST).read_text(encoding="utf-8")))
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, TypeError) as error:
        raise BackupRefused("The file is not a backup, or it is damaged.") from error
    except FileNotFoundError as error:
        raise BackupRefused("There is no such file." if not source.exists() else "The file is not a backup.") from error
    if manifest.format != FORMAT:
        raise BackupRefused(f"The backup has format {manifest.format}, and this program knows format {FORMAT} only.")
    return manifest


def _require_expected(member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    is_greeting = path.parts[:1] == (GREETINGS,) and len(path.parts) > 1 and ".." not in path.parts
    if not member.isreg() or not (member.name in {MANIFEST, DATABASE} or is_greeting):
        raise BackupRefused("The archive holds what no backup holds, and nothing of it was restored.")


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write the content of a file below `folder`, and nothing else of it: neither its mode nor its owner."""
    target = folder / member.name
    _make_folders(folder, PurePosixPath(member.name))
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.TarError
    target.unlink(missing_ok=True)
    with content, os.fdopen(create(target), "wb") as file:
        shutil.copyfileobj(content, file, _CHUNK)


def _make_folders(folder: Path, relative: PurePath) -> None:
    """Make `folder`, and the folders in it in which a file with the path `relative` lies."""
    for parent in reversed((folder / relative).parents):
        if parent.is_relative_to(folder):
            create_folder(parent)


def _check(database: Path, keys: Collection[str], needed_keys: NeededKeys) -> None:
    if not database.exists():
        raise BackupRefused("The file is not a backup: it holds no database.")
    newest = migrations.known()[-1].number
    try:
        with closing(sqlite3.connect(database)) as connection:
            is_sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            schema = connection.execute("PRAGMA user_version").fetchone()[0]
            missing = set(needed_keys(connection.execute)) - set(keys)
    except sqlite3.DatabaseError as error:
        raise BackupRefused("The database in the backup is damaged.") from error
    if not is_sound or schema == 0:
        raise BackupRefused("The database in the backup is damaged.")
    if schema > newest:
        raise BackupRefused(f"The backup has schema {schema}, and this program knows schemas up to {newest} only.")
    if missing:
        raise BackupRefused(
            f"The backup needs the key {' and the key '.join(sorted(missing))}, which the key file does not have."
        )


def _exchange(place: Place, files: Path, database: Path) -> None:
    _settle(place.database)
    wanted = set(files_below(files))
    for relative in wanted:
        target = place.greetings / relative
        _make_folders(place.greetings, relative)
        share_as_folder(files / relative, place.greetings)
        (files / relative).replace(target)
    os.sync()  # one call for all files, and for the database's too
    with database.open("rb") as file:
        give_owner(file.fileno(), place.database)
    volatile.remove(place.database)  # before the exchange: a crash between the two must not leave the old tokens
    database.replace(place.database)
    sync_folder(place.database.parent)
    for relative in set(files_below(place.greetings)) - wanted:
        (place.greetings / relative).unlink()


def _settle(database: Path) -> None:
    """Write the old database's log into it and remove it: it would be applied to the database that comes.

    Raises BackupRefused when another process has the database open. A damaged database loses its log.
    """
    if database.exists():
        try:
            with closing(sqlite3.connect(database, timeout=0)) as connection:
                connection.execute("PRAGMA journal_mode = delete")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGE:
                raise BackupRefused(f"The old database cannot be closed: {error}.") from error
    for suffix in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    sync_folder(database.parent)
