"""Files that other processes must never see half-written, and locks that die with their holder.

What root makes takes the owner of the folder that it is made in: root's commands work on the store of a server that
runs as another user, and must leave no file behind that this user cannot open.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def create(path: Path, mode: int = 0o600) -> int:
    """Make the file `path`, in which nobody has put anything yet, and return its descriptor, open for writing.

    Raises FileExistsError, also for a link that leads nowhere.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def create_folder(path: Path) -> None:
    """Make the folder `path`, mode 0700, in a folder that is there, unless it is there itself."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            parent = path.parent.stat()
            os.chown(path, parent.st_uid, parent.st_gid, follow_symlinks=False)


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `content`, durably: after a crash the file holds either the old bytes or the new ones."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = create(temporary, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FileLock:
    """A lock on a file, held by one process at most; the system releases it when the holder ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Name the lock; nothing is opened yet."""
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, wait: bool) -> bool:
        """Take the lock. Without `wait`, return False at once when another process holds it."""
        descriptor = _open(self.path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class NumberedLocks:
    """Locks with numbers in one file, each held by one process at most; the system releases them as those of FileLock.

    They do not keep threads of one process apart.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError."""
        self.path = path
        self._descriptor = _open(path)

    def acquire(self, number: int) -> bool:
        """Take a lock. Returns False at once when another process holds it."""
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):  # POSIX lets a system say either
            return False
        return True

    def release(self, number: int) -> None:
        """Give a lock back."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, number)

    def close(self) -> None:
        """Give all of them back."""
        os.close(self._descriptor)


def _open(path: Path) -> int:
    """Return a descriptor of the file `path`, which is made when it is not there."""
    try:
        return create(path)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on `path` while the body runs, waiting for it as long as it takes."""
    lock = FileLock(path)
    lock.acquire(wait=True)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give the body an empty folder of its own; what a crash left in it goes."""
    shutil.rmtree(folder, ignore_errors=True)
    create_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
