"""A disk of its own, small, and full: of the data, and of the temporary files as well.

The disk is mounted where no other process sees it; where the system does not allow that, the test fails.
"""

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.service import check_store, serving, written_to
from tests.faults.test_unavailable import CLIENTS, check_fault

SIZE = 24 << 20


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    assert os.statvfs(path).f_bavail == 0


def test_a_disk_without_room(fresh_store, tmp_path: Path, record_property) -> None:
    disk, store = tmp_path / "disk", fresh_store()
    disk.mkdir()
    data, temporary = disk / "data", disk / "temporary"
    steps = [
        f"mount -t tmpfs -o size={SIZE} none {shlex.quote(str(disk))}",
        f"cp -a {shlex.quote(str(store))} {shlex.quote(str(data))}",
        f"mkdir {shlex.quote(str(temporary))}",
        'exec "$@"',
    ]
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    wrap = ["unshare", *as_root, "--mount", "sh", "-ec", "; ".join(steps), "sh"]

    @contextmanager
    def fault() -> Iterator[None]:
        seen = Path(f"/proc/{service.server.pid}/root{temporary}/filler")
        fill(seen)
        yield
        seen.unlink()

    with serving("gunicorn", data, wrap, temporary) as service:
        with written_to(service.url, CLIENTS) as clients:
            check_fault(service, clients, fault)
        # Nobody writes any more; SQLite itself finds no way through /proc.
        copy = shutil.copytree(f"/proc/{service.server.pid}/root{data}", tmp_path / "copy")
    for name, number in check_store(copy, clients).items():
        record_property(name, number)
