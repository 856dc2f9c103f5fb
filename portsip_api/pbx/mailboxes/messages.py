"""The messages of a mailbox: its folders, lists and counts, and what is done with one message.

A mailbox is an extension's. Deleting a message moves it to the folder `deleted`; deleting it there removes it for good.
Source: contract (sipXcom, user services), sections 6.2 and 7.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import peewee

from portsip_api.pbx import trail
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.mailboxes import waiting
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import VoiceMessage
from portsip_api.pbx.values import Choice, Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.dialect import one_of
from portsip_api.store.paging import Page, Slice
from portsip_api.store.sqlite_file import StoreUnavailable, is_unavailable

INBOX, SAVED, DELETED, CONFERENCE = FOLDERS = ("inbox", "saved", "deleted", "conference")
FOLDER: Final = Choice(FOLDERS, INBOX)
COUNTED: Final = ("heard", "urgent")  # what phones are told how many there are of
MARKS: Final[Rules] = {"heard": Flag(False), "urgent": Flag(False), "subject": Text(255)}


@dataclass(frozen=True)
class Message:
    """A message as lists show it: `received` in seconds since 1970, `duration` in seconds, `size` in bytes as stored.

    `sender` is the number that the extension which left it has now; `caller_number` what the caller had then.
    """

    id: int
    folder: str
    sender: str | None
    caller_number: str
    caller_name: str
    subject: str
    heard: bool
    urgent: bool
    received: float
    duration: float
    size: int

    @property
    def caller(self) -> str:
        """The number to call back."""
        return self.sender or self.caller_number


@dataclass(frozen=True)
class Counts:
    """How many messages wait in the inbox, and how many of them are urgent. Source: RFC 3842, section 5.2."""

    new: int
    old: int
    new_urgent: int
    old_urgent: int


@dataclass(frozen=True)
class Sound:
    """The audio of a message, a WAV file, and a tag that no other content is ever given."""

    audio: Path
    tag: str


def page(tenant_id: int, key: ExtensionKey, folders: Collection[str], part: Slice) -> Page:
    """Return messages of some folders by the time at which they came, in four statements.

    Raises NotFound and Invalid (there is no such folder).
    """
    names = [_folder(folder) for folder in folders]
    extension_id = find_id(tenant_id, key)
    where = (VoiceMessage.extension_id == extension_id, VoiceMessage.folder.in_(names))
    order: tuple[Any, ...] = (VoiceMessage.received, VoiceMessage.id)
    if part.descending:
        order = tuple(field.desc() for field in order)
    rows = VoiceMessage.page(tenant_id, *where, order=order, limit=part.limit, offset=part.offset)
    return Page(as_shown(tenant_id, rows), VoiceMessage.count(tenant_id, *where))


def has_come(tenant_id: int, key: ExtensionKey, received: float) -> bool:
    """Tell whether a mailbox has a message, in whatever folder, that came at exactly that instant. Raises NotFound.

    What was recorded into a file comes when the file was changed last, which is a file's own, to the microsecond.
    """
    return VoiceMessage.find(tenant_id, extension_id=find_id(tenant_id, key), received=received) is not None


def counts(tenant_id: int, key: ExtensionKey) -> Counts:
    """Return what waits in the inbox. Raises NotFound."""
    extension_id = find_id(tenant_id, key)
    number = peewee.fn.COUNT(VoiceMessage.id)
    query = VoiceMessage.select(tenant_id, VoiceMessage.heard, VoiceMessage.urgent, number)
    query = query.where(VoiceMessage.extension_id == extension_id, VoiceMessage.folder == INBOX)
    found = {
        (bool(heard), bool(urgent)): count
        for heard, urgent, count in query.group_by(*query.selected_columns[:2]).tuples()
    }
    urgent = {heard: found.get((heard, True), 0) for heard in (False, True)}
    total = {heard: found.get((heard, False), 0) + urgent[heard] for heard in (False, True)}
    return Counts(total[False], total[True], urgent[False], urgent[True])


def show(tenant_id: int, key: ExtensionKey, message_id: int) -> Message:
    """Return one message of a mailbox. Raises NotFound."""
    return as_shown(tenant_id, [find(tenant_id, key, message_id)])[0]


def sound(tenant_id: int, key: ExtensionKey, message_id: int) -> Sound:
    """Return the audio of a message. Raises NotFound."""
    row = find(tenant_id, key, message_id)
    return Sound(FILES.locate(row.blob), row.blob)


def mark(tenant_id: int, key: ExtensionKey, message_id: int, marks: Mapping[str, object]) -> None:
    """Set those of `heard`, `urgent` and `subject` that are given. Raises NotFound and Invalid."""
    values = checked(MARKS, marks)
    with database.writing():
        row = find(tenant_id, key, message_id)
        VoiceMessage.update(tenant_id, values, id=row.id)
        if row.folder == INBOX and any(getattr(row, name) != values.get(name, getattr(row, name)) for name in COUNTED):
            waiting.note(tenant_id, [row.extension_id])


def hear(tenant_id: int, key: ExtensionKey, message_id: int) -> None:
    """Mark a message as heard, unless it is. While nothing can be written it stays as it is. Raises NotFound."""
    if not find(tenant_id, key, message_id).heard:
        try:
            mark(tenant_id, key, message_id, {"heard": True})
        except (peewee.OperationalError, StoreUnavailable) as error:
            if not is_unavailable(error):
                raise


def move(tenant_id: int, key: ExtensionKey, message_id: int, folder: str) -> None:
    """Put a message into another folder of its mailbox. Raises NotFound and Invalid."""
    name = _folder(folder)
    with database.writing():
        row = find(tenant_id, key, message_id)
        _move(tenant_id, row, name)


def delete(tenant_id: int, key: ExtensionKey, message_id: int) -> None:
    """Move a message to `deleted`; one that lies there is removed for good. Raises NotFound."""
    with database.writing():
        row = find(tenant_id, key, message_id)
        if row.folder != DELETED:
            _move(tenant_id, row, DELETED)
            return
        VoiceMessage.delete(tenant_id, id=row.id)
    FILES.remove([row.blob])


def _move(tenant_id: int, row: VoiceMessage, folder: str) -> None:
    VoiceMessage.update(tenant_id, {"folder": folder}, id=row.id)
    if row.folder != folder and INBOX in {row.folder, folder}:
        waiting.note(tenant_id, [row.extension_id])


def find(tenant_id: int, key: ExtensionKey, message_id: int) -> VoiceMessage:
    """Return the row of a message of a mailbox. Raises NotFound."""
    row = VoiceMessage.get(tenant_id, extension_id=find_id(tenant_id, key), id=message_id)
    trail.exactly(row.id)
    return row


def content(row: VoiceMessage) -> bytes:
    """Return the audio of a message. Raises FileNotThere, when it was removed a moment ago."""
    try:
        return FILES.locate(row.blob).read_bytes()
    except FileNotFoundError:
        raise FileNotThere(VoiceMessage.missing) from None


def as_shown(tenant_id: int, rows: Sequence[VoiceMessage]) -> list[Message]:
    """Return messages as lists show them, in one statement for all."""
    senders = {row.sender_id for row in rows if row.sender_id is not None}
    query = Extension.select(tenant_id, Extension.id, Extension.number).where(Extension.id.in_(one_of(senders)))
    numbers: dict[int, str] = dict(query.tuples()) if senders else {}
    return [
        Message(
            row.id, row.folder, numbers.get(row.sender_id), row.caller_number, row.caller_name, row.subject,
            row.heard, row.urgent, row.received, row.duration, row.stored_size,
        )
        for row in rows
    ]  # fmt: skip


def _folder(name: str) -> str:
    folder: str = checked({"folder": FOLDER}, {"folder": name})["folder"]
    return folder
