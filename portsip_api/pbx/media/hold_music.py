"""The music that users have of their own for whoever they put on hold: WAV files, kept as greetings are.

A file is decided on, converted and written before the transaction that makes its row.
Source: contract `sipxcom-user.md`, section 8.
"""

from dataclasses import dataclass
from pathlib import Path

from portsip_api import settings
from portsip_api.pbx.errors import Conflict, Duplicate, FileNotThere, NotFound, PbxError
from portsip_api.pbx.media import audio, room
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import HoldMusic
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.search import fold
from portsip_api.store.violations import FOREIGN_KEY, Violated


@dataclass(frozen=True)
class Music:
    """A file of a user's: its name, its `size` in bytes as stored, where it lies, and a tag that no other is given."""

    name: str
    size: int
    audio: Path
    tag: str


def all_of(tenant_id: int, extension_id: int) -> list[Music]:
    """Return the files of a user, by name."""
    return sorted(map(_music, _rows(tenant_id, extension_id)), key=lambda music: (fold(music.name), music.name))


def sound(tenant_id: int, extension_id: int, name: str) -> Music:
    """Return a file of a user. Raises FileNotThere and Invalid."""
    return _music(_find(tenant_id, extension_id, name))


def add(tenant_id: int, extension_id: int, name: str, content: bytes) -> None:
    """Store the WAV file `content` as music of a user; of `name` the last part counts.

    Raises NotFound, Duplicate (the user has music of this name), Conflict (there are as many files as may be, or no
    room), Invalid, Unsupported and TooLarge.
    """
    label = _label(name)
    rows = _rows(tenant_id, extension_id)  # before any work is done for it
    if any(row.name == label for row in rows):
        raise _taken()
    _require_few(len(rows))
    converted = audio.convert(content).content
    blob = FILES.put(converted)
    try:
        with database.writing(), refusing(_refusals()):
            _require_few(room.require_for_music(tenant_id, extension_id, len(converted)))
            HoldMusic.insert(tenant_id, extension_id=extension_id, name=label, blob=blob, stored_size=len(converted))
    except (PbxError, Violated):
        FILES.remove([blob])
        raise


def destroy(tenant_id: int, extension_id: int, name: str) -> None:
    """Delete a file of a user. Raises FileNotThere and Invalid."""
    with database.writing():
        row = _find(tenant_id, extension_id, name)
        HoldMusic.delete(tenant_id, id=row.id)
    FILES.remove([row.blob])


def _find(tenant_id: int, extension_id: int, name: str) -> HoldMusic:
    row = HoldMusic.find(tenant_id, extension_id=extension_id, name=_label(name))
    if row is None:
        raise FileNotThere(HoldMusic.missing)
    return row


def _rows(tenant_id: int, extension_id: int) -> list[HoldMusic]:
    return list(HoldMusic.select(tenant_id).where(HoldMusic.extension_id == extension_id))


def _music(row: HoldMusic) -> Music:
    return Music(row.name, row.stored_size, FILES.locate(row.blob), row.blob)


def _label(name: str) -> str:
    label: str = checked({"name": FileName()}, {"name": name})["name"]
    return label


def _require_few(files: int) -> None:
    most = settings.current().music_files
    if files >= most:
        raise Conflict(f"There are {files} files of music, and may be no more than {most}: remove one first.")


def _refusals() -> Refusals:
    return {
        "hold_music_extension_id_name_key": _taken,
        FOREIGN_KEY: lambda: NotFound("There is no such extension."),
    }


def _taken() -> Duplicate:
    return Duplicate("There is music of this name.", "name")
