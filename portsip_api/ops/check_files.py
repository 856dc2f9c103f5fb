"""What is wrong with owners and modes in the data folder, and of the key.

Everything belongs to the owner of the data folder, who is the server's user. Key and databases have mode 0600, as have
the files of greetings, messages and prompts, which the group of their folder may read where the folder's mode lets it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from portsip_api.pbx.media.files import FILES
from portsip_api.settings import Settings
from portsip_api.store import volatile
from portsip_api.store.files import OTHERS

_SUFFIXES = ("", "-wal", "-shm", "-journal")
_ENTER, _GROUP_READS, _REST = 0o050, 0o040, 0o007


def errors(configuration: Settings) -> Iterator[str]:
    """Yield sentences about files that the server cannot use, or that others can."""
    if not configuration.data_path.is_dir():
        return
    user = configuration.data_path.stat().st_uid
    for path in _files(configuration):
        if path.stat().st_uid != user:
            yield f"{path} belongs to another user than the data folder: it must belong to that one, the server's."
    for path in _databases(configuration):
        if path.stat().st_mode & OTHERS:
            yield f"{path} can be read or written by other users: its mode must be 0600."
    if FILES.path.is_dir():
        yield from _media(user)
    if configuration.media_group is not None:
        yield from _group(configuration.data_path, configuration.media_group)


def advices(configuration: Settings) -> Iterator[str]:
    """Yield sentences about folders into which others get."""
    if not configuration.data_path.is_dir():
        return
    for folder in {configuration.data_path, configuration.database_path.parent, configuration.secret_key_path.parent}:
        if folder.is_dir() and _holds_nothing_else(folder, configuration):
            status = folder.stat()
            entered = status.st_mode & OTHERS
            if entered and (status.st_gid, entered) != (_media_group(configuration), 0o010):
                yield f"Other users can enter the folder {folder}: its mode should be 0700."


def _media_group(configuration: Settings) -> int | None:
    """Return the group that gets to the greetings: that of the setting, else that which the folder lets in."""
    if configuration.media_group is None and FILES.path.is_dir():
        folder = FILES.path.stat()
        return folder.st_gid if folder.st_mode & _ENTER == _ENTER else None
    return configuration.media_group


def _holds_nothing_else(folder: Path, configuration: Settings) -> bool:
    """Tell whether a folder is ours: a key or a database may lie in one of the system's."""
    return folder == configuration.data_path or folder.stat().st_uid == configuration.data_path.stat().st_uid != 0


def _files(configuration: Settings) -> Iterator[Path]:
    """Yield the files and folders that the server opens, but for the files of greetings."""
    key = configuration.secret_key_path
    found = {key, *_databases(configuration), *configuration.data_path.glob("*.lock")}
    if FILES.path.is_dir():
        found.add(FILES.path)
    yield from sorted(path for path in found if path.exists())


def _databases(configuration: Settings) -> Iterator[Path]:
    for database in (configuration.database_path, volatile.beside(configuration.database_path)):
        for suffix in _SUFFIXES:
            if (path := database.with_name(database.name + suffix)).exists():
                yield path


def _media(user: int) -> Iterator[str]:
    folder = FILES.path.stat()
    is_shared = folder.st_mode & _ENTER == _ENTER
    wrong = {"belong to another user than the data folder": 0, "can be read by other users": 0}
    unread = "cannot be read by the group of their folder"
    wrong[unread] = 0
    with os.scandir(FILES.path) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            is_open = status.st_mode & (_REST if is_shared else OTHERS)
            is_unread = is_shared and not (status.st_gid == folder.st_gid and status.st_mode & _GROUP_READS)
            for what, found in zip(wrong, (status.st_uid != user, is_open, is_unread), strict=True):
                wrong[what] += bool(found)
    for what, count in wrong.items():
        if count:
            yield f"{count} files of greetings, messages and prompts {what}."


def _group(data: Path, group: int) -> Iterator[str]:
    """Yield what keeps the group of PBX_MEDIA_GROUP from the files."""
    folder = FILES.path.stat() if FILES.path.is_dir() else None
    around = data.stat()
    is_reached = around.st_mode & stat.S_IXOTH or (around.st_gid == group and around.st_mode & stat.S_IXGRP)
    if folder is None or folder.st_gid != group or folder.st_mode & _ENTER != _ENTER or not is_reached:
        yield f"The group of PBX_MEDIA_GROUP does not get into the folder {FILES.path}; the next start opens it."
