"""Files that other processes must never see half-written, and locks that die with their holder.

What root makes takes the owner of the folder that it is made in, and what root replaces keeps its owner: root's
commands work on the store of a server that runs as another user, and must leave no file behind that this user cannot
open.
"""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

OTHERS: Final = 0o077  # the bits of everybody but the owner
_GROUP: Final = 0o070
_SHARED: Final = 0o640


def keep_private() -> None:
    """Let no file that this process makes from here on be read by others, unless it says so."""
    os.umask(OTHERS)


def create(path: Path, mode: int = 0o600, place: Path | None = None) -> int:
    """Make the file `path`, in which nobody has put anything yet, and return its descriptor, open for writing.

    It will be moved to `place`, if that is given. Raises FileExistsError, also for a link that leads nowhere.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    give_owner(descriptor, place or path)
    return descriptor


def give_owner(descriptor: int, place: Path) -> None:
    """As root, give an open file the owner of the file at `place`, or of the folder where there is none but root's."""
    if os.geteuid() == 0:
        owner = place.parent.stat()
        with suppress(FileNotFoundError):
            replaced = place.stat()
            owner = replaced if replaced.st_uid else owner
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def share_as_folder(path: Path, folder: Path) -> None:
    """Let the group of `folder`, where its mode lets it in, read the file `path`, which is ours and no link.

    It stays private where this process may not give it to that group.
    """
    status = folder.stat()
    if status.st_mode & _GROUP:
        with suppress(PermissionError):
            _share(path, status.st_gid)


def create_folder(path: Path) -> None:
    """Make the folder `path`, mode 0700, in a folder that is there, unless it is there itself."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            parent = path.parent.stat()
            os.chown(path, parent.st_uid, parent.st_gid, follow_symlinks=False)


def create_folders(path: Path) -> None:
    """Make the folder `path`, mode 0700, and the folders that it lies in, through which everybody gets, if need be."""
    for parent in reversed(path.parents):
        if not parent.exists():
            create_folder(parent)
            parent.chmod(0o755)
    if not path.is_dir():
        create_folder(path)


def share_folder(folder: Path, group: int) -> None:
    """Let a group (by its id) read the files in `folder`, which is made, and get there through the folder around it.

    Later files follow the folder: `share_as_folder`. Raises OSError, also where this process may not give it to them.
    """
    create_folder(folder)
    status = folder.stat()
    if status.st_gid != group or status.st_mode & 0o050 != 0o050:
        _share_files(folder, group)
        os.chown(folder, -1, group)
        folder.chmod(0o750)  # last: what was interrupted is done again
    around = folder.parent.stat()
    if around.st_mode & 0o001 or (around.st_gid == group and around.st_mode & 0o010):
        return
    if around.st_gid != group and around.st_mode & _GROUP:
        raise PermissionError(errno.EPERM, "It lies in a folder that is open to another group", str(folder))
    os.chown(folder.parent, -1, group)
    folder.parent.chmod(stat.S_IMODE(around.st_mode) | 0o010)


def _share_files(folder: Path, group: int) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                _share(Path(entry.path), group)


def _share(path: Path, group: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, _SHARED)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `content`, durably: after a crash the file holds either the old bytes or the new ones.

    It has exactly that mode.
    """
    write_parts_atomically(path, (content,), mode)


def write_parts_atomically(path: Path, parts: Iterable[bytes], mode: int = 0o600) -> int:
    """Do the same with a content that comes in parts, and return how many bytes it has."""
    size, temporary = 0, path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = create(temporary, mode, path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            for part in parts:
                size += file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return size


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
