"""The rows of greetings: reading and writing them inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portsip_api import settings
from portsip_api.pbx import trail
from portsip_api.pbx.errors import Conflict, FileNotThere, NotFound
from portsip_api.pbx.media import tables
from portsip_api.pbx.media.audio import Recording
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.store.clock import clock
from portsip_api.store.violations import FOREIGN_KEY

DEFAULT: Final = "default.wav"
READY, FETCHING, FAILED = "READY", "FETCHING", "FAILED"
_TAKEN: Final = "The extension has a greeting file of this name."
_REFUSALS: Final[Refusals] = {
    "greeting_extension_id_filename_key": lambda: Conflict(_TAKEN),
    FOREIGN_KEY: lambda: NotFound("There is no such extension."),
}


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


def of_extension(tenant_id: int, extension_id: int) -> list[tables.Greeting]:
    """Return the greetings of an extension, which are few, in no order; the system default has no row."""
    return list(tables.Greeting.select(tenant_id).where(tables.Greeting.extension_id == extension_id))


def find(tenant_id: int, extension_id: int, filename: str) -> tables.Greeting:
    """Return the greeting of that name. Raises FileNotThere."""
    row = there(tables.Greeting.find(tenant_id, extension_id=extension_id, filename=filename))
    trail.exactly(row.id)
    return row


def there(row: tables.Greeting | None) -> tables.Greeting:
    """Return `row`. Raises FileNotThere when there is none."""
    if row is None:
        raise FileNotThere(tables.Greeting.missing)
    return row


def greeting(row: tables.Greeting) -> Greeting:
    """Return the greeting as lists show it."""
    return Greeting(row.id, row.filename, row.display_name, row.status, row.reason, row.duration, row.active)


def insert(tenant_id: int, extension_id: int, columns: Mapping[str, object]) -> Greeting:
    """Write a new row and return it. Raises Conflict when the name is taken, NotFound when the extension is gone."""
    values = {"extension_id": extension_id, "reason": "", "active": False, **columns}
    with refusing(_REFUSALS):
        greeting_id = tables.Greeting.insert(tenant_id, created=clock.wall(), **values)
    return greeting(tables.Greeting(id=greeting_id, **values))


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


def require_free(rows: Sequence[tables.Greeting], filename: str) -> None:
    """Raise Conflict when `rows`, an extension's, have the name already, or are as many as they may."""
    if filename == DEFAULT or any(row.filename == filename for row in rows):
        raise Conflict(_TAKEN)
    require_few(len(rows))


def require_few(files: int) -> None:
    """Raise Conflict when an extension that has `files` greetings may have no more."""
    if files >= settings.current().greeting_files:
        raise Conflict(f"The extension has {files} greeting files, and may have no more: remove one first.")
