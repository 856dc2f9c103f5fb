"""Atomic writes and locks that die with their holder."""

import os
import signal
import subprocess
import sys

import pytest

from portsip_api.store.files import FileLock, write_atomically


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
