"""Atomic writes and locks that die with their holder."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from portsip_api.store.files import (
    FileLock,
    create_folder,
    create_folders,
    share_as_folder,
    share_folder,
    write_atomically,
)


def test_a_file_is_replaced_whole_and_private(tmp_path):
    path = tmp_path / "key"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "key"
    write_atomically(path, b"old")

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def user() -> int:
    """Another user than root, or, where the tests do not run as root, theirs."""
    return 65534 if os.geteuid() == 0 else os.geteuid()


@pytest.fixture
def group() -> int:
    """A group that this process may give files to."""
    return 65534 if os.geteuid() == 0 else os.getegid()


def modes(*paths):
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


def test_what_root_replaces_keeps_its_owner_and_what_it_makes_takes_the_folders(tmp_path, user):
    key, mine, folder = tmp_path / "key", tmp_path / "mine", tmp_path / "folder"
    write_atomically(key, b"old")
    os.chown(key, user, -1)  # in a folder of root's, as /etc is
    write_atomically(key, b"new")
    write_atomically(mine, b"root's own")
    create_folder(folder)
    os.chown(folder, user, -1)
    write_atomically(folder / "a", b"")
    os.chown(folder / "a", os.geteuid(), -1)  # as an older release left it
    write_atomically(folder / "a", b"")
    assert [path.stat().st_uid for path in (key, mine, folder / "a")] == [user, os.geteuid(), user]


def test_a_mode_does_not_depend_on_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "settings", b"", mode=0o644)
        create_folders(tmp_path / "srv" / "pbx" / "data")
        os.umask(0)
        write_atomically(tmp_path / "key", b"")
        create_folders(tmp_path / "other")
    finally:
        os.umask(before)
    assert modes(tmp_path / "settings", tmp_path / "key") == [0o644, 0o600]
    assert modes(tmp_path / "srv", tmp_path / "srv/pbx", tmp_path / "srv/pbx/data", tmp_path / "other") == [
        0o755, 0o755, 0o700, 0o700,
    ]  # fmt: skip


def test_a_folder_is_shared_with_a_group_and_so_is_what_is_in_it(tmp_path, group):
    data, folder, old, link = (tmp_path / name for name in ("data", "data/media", "data/media/old", "data/media/link"))
    create_folder(data)
    share_folder(folder, group)
    assert modes(data, folder) == [0o710, 0o750]
    folder.chmod(0o700)
    write_atomically(old, b"")
    key = data / "key"
    write_atomically(key, b"")
    link.symlink_to(key)
    share_as_folder(old, folder)
    assert modes(old) == [0o600]
    for _ in range(2):
        share_folder(folder, group)
    assert modes(data, folder, old, key) == [0o710, 0o750, 0o640, 0o600]
    assert {path.stat().st_gid for path in (data, folder, old)} == {group}
    write_atomically(folder / "new", b"")
    share_as_folder(folder / "new", folder)
    assert modes(folder / "new") == [0o640]


def test_a_folder_that_another_group_gets_into_stays_so(tmp_path, group):
    create_folder(tmp_path / "data")
    (tmp_path / "data").chmod(0o750)
    os.chown(tmp_path / "data", -1, group)
    with pytest.raises(PermissionError):
        share_folder(tmp_path / "data" / "media", group + 1)
    assert modes(tmp_path / "data") == [0o750]


def test_a_lock_dies_with_its_holder(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from portsip_api.store.files import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); lock.acquire(wait=True); print('held', flush=True); time.sleep(60)"
    )
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    lock = FileLock(path)
    assert not lock.acquire(wait=False)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert lock.acquire(wait=True)
    lock.release()
    assert FileLock(path).acquire(wait=False)
