"""The store of a data folder, opened and closed by a test without a server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from portsip_api import settings
from portsip_api.store import database, volatile
from portsip_api.store.secrets import keyring


def use_store(folder: Path, **variables: str) -> settings.Settings:
    """Put settings in force over the store in `folder`, as it is, and return them."""
    configuration = settings.load({"PBX_DATA_DIR": str(folder), **variables})
    settings.use(configuration)
    database.use(configuration.database_path)
    volatile.use(configuration.database_path, configuration.data_path / "migrate.lock")
    keyring.open(configuration.secret_key_path, create=False)
    return configuration


def use_world(folder: Path) -> None:
    """Use the filled store in `folder`, or a copy of it, with tokens that live for a day."""
    use_store(folder, PBX_TOKEN_TTL="86400")


def start_again(database_path: Path) -> None:
    """Do with the file of what may be lost what a server does that starts."""
    volatile.db.close()
    volatile.prepare(database_path, database_path.with_name("migrate.lock"))


def close_store() -> None:
    """Close the files of the store that is in use."""
    database.db.close()
    volatile.db.close()


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Use the filled store in `folder` while the body runs, which shares it and must leave every byte as it was."""
    before = _files(folder)
    use_world(folder)
    try:
        yield
    finally:
        close_store()
    assert _files(folder) == before, "a store that tests share was changed"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@contextmanager
def holding(file: ModuleType) -> Iterator[None]:
    """Let another thread hold the write lock of `database` or `volatile` while the body runs."""
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with file.writing():
            locked.set()
            done.wait(60)
        file.db.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(20)
    try:
        yield
    finally:
        done.set()
        holder.join()
