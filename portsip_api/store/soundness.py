"""Whether a database file is whole, as far as can be told before a server starts."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from portsip_api.store.sqlite_file import BUSY_SECONDS

_MAGIC = b"SQLite format 3\0"
_HEAD = 100  # bytes of the header
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_cut_off(path: Path) -> bool:
    """Tell whether the file ends within a page, and not because a write did whose content is still in the log."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    page_size = int.from_bytes(head[16:18], "big")  # 1 stands for 65,536
    if not head.startswith(_MAGIC) or page_size == 0:
        return False  # that it is no database is for SQLite to say
    return path.stat().st_size % (65_536 if page_size == 1 else page_size) > 0


def examine(path: Path) -> tuple[int, bool]:
    """Return the schema of the database at `path` and whether it is whole, however long that takes to find out.

    It is read only. Raises sqlite3.DatabaseError when it cannot be read.
    """
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        schema: int = connection.execute("PRAGMA user_version").fetchone()[0]
        is_sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    return schema, is_sound and not is_cut_off(path)


def is_damaged(path: Path, seconds: float) -> bool:
    """Tell whether damage was found in the database at `path` within `seconds`.

    A small database is read in full by then; of a large one the rest is taken to be sound. Raises sqlite3.DatabaseError
    when it cannot be read for another reason.
    """
    if is_cut_off(path):
        return True
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        is_over = threading.Event()

        def interrupt() -> None:
            is_over.set()
            connection.interrupt()

        timer = threading.Timer(seconds, interrupt)
        timer.start()
        try:
            found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _DAMAGE:
                return True
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return False
        finally:
            timer.cancel()
            timer.join()
    # What an interrupted check says of pages that it did not come to is not so.
    return found != "ok" and not is_over.is_set()
