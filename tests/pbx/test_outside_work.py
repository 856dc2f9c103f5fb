"""Work that waits for somebody else: one at a time for a tenant, two in a process, two seconds."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.pbx import outside_work
from portsip_api.pbx.errors import Busy

HOLDER = """
import sys
from pathlib import Path
from portsip_api.store.files import NumberedLocks
locks = NumberedLocks(Path(sys.argv[1]))
assert locks.acquire(int(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder."""
    monkeypatch.setattr(settings, "_current", [settings.load({"PBX_DATA_DIR": str(tmp_path)})])
    return tmp_path


def begins(tenant_id: int) -> bool:
    """Tell whether work for the tenant may begin; it ends at once."""
    try:
        with outside_work.waiting(tenant_id):
            return True
    except Busy:
        return False


def test_there_are_two_seconds_for_all_of_it() -> None:
    with outside_work.waiting(1) as deadline:
        assert 1.5 < deadline.remaining() <= 2


def test_a_tenant_waits_once_and_a_process_twice() -> None:
    with outside_work.waiting(1):
        assert not begins(1)
        assert begins(2)
        with outside_work.waiting(2):
            assert not begins(2)
            assert not begins(3)
        assert begins(3)
    assert begins(1)


def test_an_error_ends_it_too() -> None:
    with pytest.raises(OSError, match="silent"), outside_work.waiting(1):
        raise OSError("silent")
    assert begins(1)


@pytest.mark.parametrize(("threads", "most"), [("1", 1), ("2", 1), ("3", 2), ("64", 2)])
def test_a_thread_is_left_for_others(folder: Path, monkeypatch: pytest.MonkeyPatch, threads: str, most: int) -> None:
    chosen = settings.load({"PBX_DATA_DIR": str(folder), "PBX_THREADS": threads})
    monkeypatch.setattr(settings, "_current", [chosen])
    with ExitStack() as stack:
        for tenant_id in range(most):
            stack.enter_context(outside_work.waiting(tenant_id))
        assert not begins(99)


@contextmanager
def another_process(folder: Path, tenant_id: int) -> Iterator[subprocess.Popen[str]]:
    """Let another process wait for a tenant, until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(folder / "outside.lock"), str(tenant_id)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_tenant_waits_once_in_all_processes(folder: Path) -> None:
    assert begins(1)  # the file is open before
    with another_process(folder, 1) as process:
        assert not begins(1)
        assert begins(2)
        process.kill()
        process.wait()
        assert begins(1)


def test_what_this_process_holds_another_does_not_get(folder: Path) -> None:
    with outside_work.waiting(1), outside_work.waiting(2):
        pass
    with outside_work.waiting(1):
        command = [sys.executable, "-c", HOLDER, str(folder / "outside.lock"), "1"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert b"AssertionError" in done.stderr


def test_a_folder_that_is_not_there_keeps_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = settings.load({"PBX_DATA_DIR": str(folder / "gone")})
    monkeypatch.setattr(settings, "_current", [gone])
    with outside_work.waiting(1):
        assert not begins(1)


def test_many_threads_at_once_are_told_at_once() -> None:
    """One of them waits, and the others are refused before it is done."""
    begun, may_end, refused = threading.Event(), threading.Event(), []

    def ask(wait: Callable[[], object]) -> None:
        try:
            with outside_work.waiting(1):
                begun.set()
                wait()
        except Busy:
            refused.append(time.monotonic())

    first = threading.Thread(target=ask, args=(lambda: may_end.wait(30),))
    first.start()
    assert begun.wait(30)
    others = [threading.Thread(target=ask, args=(lambda: None,)) for _ in range(16)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join(30)
    assert len(refused) == 16
    may_end.set()
    first.join()
    assert begins(1)
