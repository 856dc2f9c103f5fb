"""A small store, and what is done to it in tests of backups."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api.store import backup, restore
from portsip_api.store.backup import BackupRefused, Place
from portsip_api.store.migrations import known

KEYS = ["00000001"]
NEWEST = known()[-1].number


def make_place(folder: Path, note: str, files: dict[str, bytes]) -> Place:
    """A store with one row and some greetings, its log not yet written into its file."""
    place = Place(folder, folder / "pbx.sqlite3")
    place.greetings.mkdir(parents=True)
    for name, content in files.items():
        place.greetings.joinpath(name).write_bytes(content)
    with closing(sqlite3.connect(place.database)) as connection:
        connection.executescript(
            f"PRAGMA journal_mode = wal; CREATE TABLE note (text TEXT);PRAGMA user_version = {NEWEST};"
        )
        connection.execute("INSERT INTO note VALUES (?)", (note,))
        connection.commit()
    return place


def note_of(place: Place) -> str:
    with closing(sqlite3.connect(place.database)) as connection:
        text: str = connection.execute("SELECT text FROM note").fetchone()[0]
    return text


def files_of(place: Place) -> dict[str, bytes]:
    return {str(path): (place.greetings / path).read_bytes() for path in backup.files_below(place.greetings)}


def put_back(place: Place, source: Path, keys: list[str] = KEYS) -> backup.Manifest:
    return restore.restore(place, source, keys=keys, needed_keys=lambda _: KEYS)


def check_refused(place: Place, source: Path, sentence: str, keys: list[str] = KEYS) -> None:
    """The restore is refused, and nothing of the store has changed."""
    before = note_of(place), files_of(place)
    with pytest.raises(BackupRefused, match=sentence):
        put_back(place, source, keys)
    assert (note_of(place), files_of(place)) == before
    assert not list(place.folder.glob(".restore*"))
