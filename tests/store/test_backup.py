"""Backups: a copy of one moment, whatever is written meanwhile."""

import json
import os
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api.store import backup
from portsip_api.store.backup import BackupRefused, Place
from tests.store.backups import KEYS, NEWEST, make_place, note_of, put_back


def test_a_backup_is_the_owners_alone_and_says_what_it_is(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as packed:
        assert packed.getnames() == ["manifest.json", "pbx.sqlite3", "greetings/a", "greetings/c"]
        described = packed.extractfile("manifest.json")
        assert described is not None
        manifest = json.load(described)
    assert (manifest["format"], manifest["schema"], manifest["key_ids"]) == (1, NEWEST, KEYS)
    assert list(archive.parent.glob(".*")) == []


def test_a_store_without_greetings_is_saved_and_restored(tmp_path: Path) -> None:
    place = make_place(tmp_path / "bare", "bare", {})
    place.greetings.rmdir()
    backup.create(place, tmp_path / "bare.tar.gz", lambda _: [])
    put_back(place, tmp_path / "bare.tar.gz")
    assert note_of(place) == "bare"


def test_links_and_files_that_are_being_written_stay_out(old: Place, tmp_path: Path) -> None:
    (old.greetings / ".a.123").write_bytes(b"half")
    (old.greetings / "link").symlink_to("/etc/passwd")
    backup.create(old, tmp_path / "old.tar.gz", lambda _: [])
    with tarfile.open(tmp_path / "old.tar.gz") as packed:
        assert packed.getnames()[2:] == ["greetings/a", "greetings/b"]


def test_a_greeting_that_is_removed_meanwhile_does_not_stop_a_backup(
    old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = backup.files_below
    gone = [Path("gone")]
    monkeypatch.setattr(
        backup, "files_below", lambda folder: [*listed(folder), *(gone if folder == old.greetings else [])]
    )
    backup.create(old, tmp_path / "old.tar.gz", lambda _: [])
    with tarfile.open(tmp_path / "old.tar.gz") as packed:
        assert packed.getnames()[2:] == ["greetings/a", "greetings/b"]


def test_what_cannot_be_written_leaves_the_previous_backup(
    old: Place, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = archive.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackupRefused, match="No space left"):
        backup.create(old, archive, lambda _: [])
    assert archive.read_bytes() == before
    assert not list(archive.parent.glob(".*"))


def test_there_must_be_a_database_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no database"):
        backup.create(Place(tmp_path, tmp_path / "none"), tmp_path / "x.tar.gz", lambda _: [])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def writer(old: Place) -> Iterator[threading.Thread]:
    """A thread that adds a row to each of two tables in one transaction, over and over."""
    done = threading.Event()
    started = threading.Event()
    with closing(sqlite3.connect(old.database)) as connection:
        connection.executescript("CREATE TABLE first (n INTEGER, filler); CREATE TABLE second (n INTEGER, filler);")

    def write() -> None:
        with closing(sqlite3.connect(old.database, timeout=10)) as connection:
            number = 0
            while not done.is_set():
                for table in ("first", "second"):
                    connection.execute(f"INSERT INTO {table} VALUES (?, randomblob(3000))", (number,))
                connection.commit()
                number += 1
                if number == 50:
                    started.set()

    thread = threading.Thread(target=write)
    thread.start()
    started.wait(10)
    yield thread
    done.set()
    thread.join()


@pytest.mark.usefixtures("writer")
def test_backups_beside_a_writer_are_of_moments_that_were(old: Place, tmp_path: Path) -> None:
    last = 0
    for number in range(5):
        source = tmp_path / f"{number}.tar.gz"
        backup.create(old, source, lambda _: [])
        place = Place(tmp_path / str(number), tmp_path / str(number) / "pbx.sqlite3")
        put_back(place, source)
        with closing(sqlite3.connect(place.database)) as connection:
            first, second = (
                connection.execute(f"SELECT n FROM {name} ORDER BY n").fetchall() for name in ("first", "second")
            )
        assert first == second == [(n,) for n in range(len(first))]
        assert len(first) >= max(last, 50)
        last = len(first)
