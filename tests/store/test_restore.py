"""A restore happens whole or not at all, and only where no server runs."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from portsip_api.store import volatile
from portsip_api.store.backup import Place
from portsip_api.store.files import FileLock
from tests.store.backups import KEYS, check_refused, files_of, note_of, put_back


def test_a_restore_puts_back_what_was_saved(old: Place, archive: Path) -> None:
    manifest = put_back(old, archive)
    assert manifest.key_ids == KEYS
    assert note_of(old) == "new"
    assert files_of(old) == {"a": b"kept in both", "c": b"of the new one"}


def test_what_may_be_lost_is(old: Place, archive: Path) -> None:
    """Else a token would live again that was ended after the backup was made."""
    for suffix in ("", "-wal", "-shm"):
        path = volatile.beside(old.database)
        path.with_name(path.name + suffix).touch()
    put_back(old, archive)
    assert list(old.folder.glob("*-volatile*")) == []


def test_a_restore_into_a_folder_that_is_not_there_makes_it(tmp_path: Path, archive: Path) -> None:
    place = Place(tmp_path / "fresh", tmp_path / "fast" / "pbx.sqlite3")
    put_back(place, archive)
    assert note_of(place) == "new"
    assert sorted(files_of(place)) == ["a", "c"]


def test_nothing_is_restored_under_a_running_server(old: Place, archive: Path) -> None:
    owner = FileLock(old.folder / "jobs.lock")
    owner.acquire(wait=False)
    check_refused(old, archive, "A server runs")
    owner.release()
    put_back(old, archive)


def test_nothing_is_restored_under_an_open_database(old: Place, archive: Path) -> None:
    with closing(sqlite3.connect(old.database)) as connection:
        connection.execute("SELECT * FROM note").fetchone()
        check_refused(old, archive, "cannot be closed: database is locked")
    put_back(old, archive)


def test_a_stale_log_is_not_applied_to_the_new_database(old: Place, archive: Path, tmp_path: Path) -> None:
    _crash_while_open(old, tmp_path / "copy")
    assert old.database.with_name("pbx.sqlite3-wal").stat().st_size > 0
    put_back(old, archive)
    assert note_of(old) == "new"


def test_a_damaged_old_database_can_be_replaced(old: Place, archive: Path, tmp_path: Path) -> None:
    _crash_while_open(old, tmp_path / "copy")
    old.database.write_bytes(b"no database at all" * 1000)
    put_back(old, archive)
    assert note_of(old) == "new"


def _crash_while_open(place: Place, aside: Path) -> None:
    """Leave the files as a process leaves them that is killed with changes in the log."""
    aside.mkdir()
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute("UPDATE note SET text = 'in the log'")
        connection.commit()
        for path in place.folder.glob("pbx.sqlite3*"):
            shutil.copy(path, aside)
    for path in aside.iterdir():
        shutil.copy(path, place.folder)


class _Crash(BaseException):
    """The process ends here."""


def test_a_crash_at_any_step_leaves_the_old_state_or_the_new_one(
    old: Place, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = set()
    for step in range(50):
        place = Place(tmp_path / str(step), tmp_path / str(step) / "pbx.sqlite3")
        shutil.copytree(old.folder, place.folder)
        with monkeypatch.context() as patch:
            remaining = _crash_at(patch, step)
            with suppress(_Crash):
                put_back(place, archive)
        states.add(note_of(place))
        needed = {
            "old": {"a": b"kept in both", "b": b"of the old one"},
            "new": {"a": b"kept in both", "c": b"of the new one"},
        }
        assert needed[note_of(place)].items() <= files_of(place).items()
        put_back(place, archive)
        assert (note_of(place), files_of(place)) == ("new", needed["new"])
        if remaining:
            break
    assert step > 6
    assert states == {"old", "new"}
    assert step < 49


def _crash_at(patch: pytest.MonkeyPatch, step: int) -> list[int]:
    """Crash before the change to the file system with that number; the list is empty once that has happened."""
    left = list(range(step + 1))

    def crashing(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            if not left:
                raise _Crash
            left.pop()
            if not left:
                raise _Crash
            return real(*arguments, **options)

        return call

    for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (os, "sync"), (shutil, "rmtree")):
        patch.setattr(owner, name, crashing(getattr(owner, name)))
    return left
