"""Greetings of an extension by what they are for: a file each, called as its kind.

They are greetings as all are, listed and counted among them.
Source: contract `sipxcom-user.md`, sections 6.2 and 8.
"""

from typing import Final

from portsip_api.pbx.errors import FileNotThere, PbxError
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.media import audio, greeting_rows, greetings, room, tables
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.greetings import GREETING, Sound
from portsip_api.pbx.values import checked
from portsip_api.store import database

STANDARD: Final = "standard"
KINDS: Final = (STANDARD, "outofoffice", "extendedabsence")


def put(  # noqa: PLR0913 — what a greeting is
    tenant_id: int, key: ExtensionKey, kind: str, content: bytes, label: str, *, is_active: bool
) -> None:
    """Make the WAV file `content`, which was called `label`, the greeting of a kind, instead of the one before.

    It is the active one where that one was, or `is_active` says so. Raises NotFound, Invalid, Unsupported, TooLarge and
    Conflict (there is no room).
    """
    labels = checked(GREETING, {"filename": file_of(kind), "display_name": label})
    extension_id = find_id(tenant_id, key)
    recording = audio.convert(content)
    blob = FILES.put(recording.content)
    columns = labels | greeting_rows.columns_of(recording, blob)
    try:
        with database.writing():
            old = tables.Greeting.find(tenant_id, extension_id=extension_id, filename=file_of(kind))
            if old is not None:
                tables.Greeting.delete(tenant_id, id=old.id)
            greeting_rows.require_few(room.require_for_greeting(tenant_id, extension_id, len(recording.content)))
            made = greeting_rows.insert(tenant_id, extension_id, columns)
            if is_active:
                tables.Greeting.update(tenant_id, {"active": False}, extension_id=extension_id, active=True)
            if is_active or (old is not None and old.active):
                tables.Greeting.update(tenant_id, {"active": True}, id=made.id)
    except PbxError:
        FILES.remove([blob])
        raise
    FILES.remove([old.blob] if old is not None and old.blob is not None else [])


def sound(tenant_id: int, key: ExtensionKey, kind: str) -> Sound:
    """Return the audio of the greeting of a kind. Raises NotFound and FileNotThere."""
    return greetings.sound(tenant_id, key, file_of(kind))


def label(tenant_id: int, key: ExtensionKey, kind: str) -> str | None:
    """Return what the file of a kind was called, None when there is none. Raises NotFound."""
    row = tables.Greeting.find(tenant_id, extension_id=find_id(tenant_id, key), filename=file_of(kind))
    return None if row is None else row.display_name


def set_label(tenant_id: int, key: ExtensionKey, kind: str, name: str) -> None:
    """Say what the file of a kind is called. Raises NotFound, FileNotThere and Invalid."""
    greetings.rename(tenant_id, key, file_of(kind), name)


def destroy(tenant_id: int, key: ExtensionKey, kind: str) -> None:
    """Delete the greeting of a kind, if there is one. Raises NotFound."""
    try:
        greetings.destroy(tenant_id, key, file_of(kind))
    except FileNotThere:
        return


def file_of(kind: str) -> str:
    """Return the name of the file of a kind."""
    return f"{kind}.wav"
