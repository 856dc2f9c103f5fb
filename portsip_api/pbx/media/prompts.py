"""Prompts: sounds that a tenant uploads as music on hold and for page groups, park orbits, attendants and queues, in a
folder each.

Every folder has `default.wav`, which has no row, cannot be removed, and is what an orbit plays unless it is told
otherwise. A file is kept as it was sent, a WAV file with open or wrong lengths as one that every player takes, and one
of attendants as greetings are; it is decided on and written before the transaction that makes its row.
Source: contract (sipXcom), section 4.2.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.errors import Conflict, Duplicate, FileNotThere, Invalid, NotFound, PbxError, TooLarge
from portsip_api.pbx.media import audio, mp3, prompts_sql, riff, room, tables
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.search import fold
from portsip_api.store.violations import Violated

FAMILIES: Final = ("moh", "pagegroups", "orbits")  # of services that have addresses of their own for them
MUSIC: Final = FAMILIES[0]
ATTENDANTS: Final = "attendants"
DEFAULT: Final = "default.wav"
MOST_FILES: Final = 500  # of a family
WAV, MP3 = "audio/x-wav", "audio/mpeg"


@dataclass(frozen=True)
class Prompt:
    """A prompt as lists show it: `type` is MIME, `size` in bytes, `path` its family and its name."""

    name: str
    type: str
    size: int
    path: str


@dataclass(frozen=True)
class Sound:
    """The audio of a prompt: a file or its bytes, and a tag that no other content is ever given."""

    name: str
    type: str
    audio: Path | bytes
    tag: str


def all_of(tenant_id: int, family: str) -> list[Prompt]:
    """Return the prompts of a family, of `FAMILIES` or ATTENDANTS, by name, the default one first. Raises NotFound."""
    _require_family(family)
    rows = _in_order(tenant_id, family)
    default = _prompt(family, DEFAULT, WAV, len(audio.default_tones().content))
    return [default, *(_prompt(family, row.name, row.type, row.size) for row in rows)]


def files(tenant_id: int, family: str) -> list[Path]:
    """Return the files of a family's own prompts in that order, in one statement. Raises NotFound."""
    _require_family(family)
    rows = sorted(prompts_sql.blobs(tenant_id, family), key=lambda row: (fold(row[0]), row[0]))
    return [FILES.locate(blob) for _, blob in rows]


def exists(tenant_id: int, family: str, name: str) -> bool:
    """Tell whether a family has a prompt of that name. Raises NotFound (there is no such family)."""
    _require_family(family)
    try:
        is_label = _label(name) == name
    except Invalid:
        return False
    return is_label and (name == DEFAULT or tables.Prompt.has(tenant_id, family=family, name=name))


def require(tenant_id: int, family: str, name: str) -> None:
    """Raise FileNotThere when a family has no prompt of that name."""
    if not exists(tenant_id, family, name):
        raise _not_there()


def add(tenant_id: int, family: str, name: str, content: bytes) -> Prompt:
    """Store the WAV or MP3 file `content` as a prompt and return it; of `name` the last part counts.

    Raises NotFound (there is no such family), Duplicate (the family has a prompt of this name), Conflict (it has as
    many as it may, or the tenant has no room), Invalid, Unsupported and TooLarge.
    """
    _require_family(family)
    label = _label(name)
    _require_free(tenant_id, family, label)  # before any work is done for it
    type_, content = (WAV, audio.convert(content).content) if family == ATTENDANTS else _checked(content)
    room.require_for_prompt(tenant_id, len(content))
    blob = FILES.put(content)
    try:
        with database.writing():
            room.require_for_prompt(tenant_id, len(content))
            _require_few(tables.Prompt.count(tenant_id, tables.Prompt.family == family))
            with refusing({"prompt_tenant_id_family_name_key": _taken}):
                tables.Prompt.insert(tenant_id, family=family, name=label, type=type_, size=len(content), blob=blob)
    except (PbxError, Violated):
        FILES.remove([blob])
        raise
    return _prompt(family, label, type_, len(content))


def sound(tenant_id: int, family: str, name: str) -> Sound:
    """Return the audio of a prompt. Raises NotFound (FileNotThere when the family has no such prompt) and Invalid."""
    _require_family(family)
    label = _label(name)
    if label == DEFAULT:
        tone = audio.default_tones()
        return Sound(DEFAULT, WAV, tone.content, tone.sha256.hex())
    row = _there(tables.Prompt.find(tenant_id, family=family, name=label))
    return Sound(label, row.type, FILES.locate(row.blob), row.blob)


def destroy(tenant_id: int, family: str, name: str) -> None:
    """Delete a prompt. Raises NotFound (FileNotThere likewise), Invalid and Conflict (the default one)."""
    _require_family(family)
    label = _label(name)
    if label == DEFAULT:
        raise Conflict("The default prompt cannot be removed.")
    with database.writing():
        row = _there(tables.Prompt.find(tenant_id, family=family, name=label))
        tables.Prompt.delete(tenant_id, id=row.id)
    FILES.remove([row.blob])


def _label(name: str) -> str:
    label: str = checked({"name": FileName()}, {"name": name})["name"]
    return label


def _prompt(family: str, name: str, type_: str, size: int) -> Prompt:
    return Prompt(name, type_, size, f"{family}/{name}")


def _require_family(family: str) -> None:
    if family not in {*FAMILIES, ATTENDANTS}:
        raise NotFound("There are no such prompts.")


def _rows(tenant_id: int, family: str) -> list[tables.Prompt]:
    return list(tables.Prompt.select(tenant_id).where(tables.Prompt.family == family))


def _in_order(tenant_id: int, family: str) -> list[tables.Prompt]:
    return sorted(_rows(tenant_id, family), key=lambda row: (fold(row.name), row.name))


def _require_free(tenant_id: int, family: str, name: str) -> None:
    names = {row.name for row in _rows(tenant_id, family)}
    if name in names or name == DEFAULT:
        raise _taken()
    _require_few(len(names))


def _require_few(files: int) -> None:
    """Raise Conflict when a family that has `files` prompts may have no more."""
    if files >= MOST_FILES:
        raise Conflict(f"There are {files} prompts, and may be no more: remove one first.")


def _taken() -> Duplicate:
    return Duplicate("There is a prompt of this name.", "name")


def _checked(content: bytes) -> tuple[str, bytes]:
    """Return the MIME type of a good file and what is kept of it.

    Raises TooLarge, Unsupported and Invalid, which names `file`.
    """
    if len(content) > audio.MOST_BYTES:
        raise TooLarge(f"The file must have at most {audio.MOST_BYTES >> 20} MiB.")
    if not content:
        raise Invalid({"file": ["Must not be empty."]})
    if content[:4] == b"RIFF":
        return WAV, riff.tidied(content, riff.read(content))
    mp3.require(content)
    return MP3, content


def _there(row: tables.Prompt | None) -> tables.Prompt:
    if row is None:
        raise _not_there()
    return row


def _not_there() -> FileNotThere:
    return FileNotThere("There is no such prompt.")
