"""The rows of greetings: reading and writing them inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api import settings
from portsip_api.pbx.errors import Conflict, FileNotThere
from portsip_api.pbx.media.audio import Recording
from portsip_api.store import database
from portsip_api.store.clock import clock

DEFAULT: Final = "default.wav"
READY, FETCHING, FAILED = "READY", "FETCHING", "FAILED"
COLUMNS: Final = "id, filename, display_name, status, reason, duration, active"


@dataclass(frozen=True)
class Greeting:
    """A greeting as lists show it; `duration` in seconds, None until its file is there."""

    id: int
    filename: str
    display_name: str
    status: str
    reason: str
    duration: float | None
    is_active: bool


def of_extension(extension_id: int) -> list[Greeting]:
    """Return the greetings of an extension, in no order; the system default has no row."""
    rows = database.fetch_all(f"SELECT {COLUMNS} FROM greeting WHERE extension_id = ?", (extension_id,))
    return [greeting(row) for row in rows]


def greeting(row: tuple[Any, ...]) -> Greeting:
    """Return the greeting in a row of COLUMNS."""
    values: tuple[Any, ...] = (*row[:-1], bool(row[-1]))
    return Greeting(*values)


def there(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """Return `row`. Raises FileNotThere when there is none."""
    if row is None:
        raise FileNotThere("There is no such greeting file.")
    return row


def insert(extension_id: int, columns: Mapping[str, object]) -> Greeting:
    """Write a new row and return it. Raises Conflict when the name is taken."""
    values = {"extension_id": extension_id, "created": clock.wall(), **columns}
    try:
        row = database.fetch_row(
            f"INSERT INTO greeting ({', '.join(values)}) VALUES ({', '.join('?' for _ in values)}) RETURNING {COLUMNS}",
            list(values.values()),
        )
    except peewee.IntegrityError as error:
        raise Conflict("The extension has a greeting file of this name.") from error
    return greeting(row)


def columns_of(recording: Recording, blob: str) -> dict[str, object]:
    """Return the columns of a greeting that is ready, whose file is `blob`."""
    return {
        "status": READY,
        "blob": blob,
        "stored_size": len(recording.content),
        "duration": recording.duration,
        "sample_rate": recording.sample_rate,
        "channels": recording.channels,
        "size": recording.size,
        "sha256": recording.sha256,
    }


def require_free(extension_id: int, filename: str) -> None:
    """Raise Conflict when the name is taken, or the extension has as many files as it may."""
    files, is_taken = database.fetch_row(
        "SELECT count(*), coalesce(max(filename = ?), 0) FROM greeting WHERE extension_id = ?", (filename, extension_id)
    )
    if is_taken or filename == DEFAULT:
        raise Conflict("The extension has a greeting file of this name.")
    if files >= settings.current().greeting_files:
        raise Conflict(f"The extension has {files} greeting files, and may have no more: remove one first.")


def require_room(extension_id: int, size: int) -> None:
    """Raise Conflict when the extension's files would exceed what they may have together by `size` bytes more."""
    used = database.fetch_row(
        "SELECT coalesce(sum(stored_size), 0) FROM greeting WHERE extension_id = ?", (extension_id,)
    )[0]
    if used + size > settings.current().greeting_bytes:
        raise Conflict("There is no room for the file beside the extension's other greetings: remove one first.")
