"""What puts messages into mailboxes: callers, by way of a SIP engine, and whoever forwards, answers or copies one.

Audio is checked, converted and written before the transaction that makes the rows, as that of greetings is. A copy has
a file of its own: what it takes counts for the mailbox that it lies in, and it stays when the other one goes.
Source: contract (sipXcom, user services), sections 6.2 and 7.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Conflict, Invalid, NotFound, PbxError
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.extensions.permissions import VOICEMAIL
from portsip_api.pbx.extensions.tables import Extension, ExtensionSettings
from portsip_api.pbx.mailboxes import outbox, service, waiting
from portsip_api.pbx.mailboxes.messages import CONFERENCE, FOLDER, INBOX, MARKS, Message, as_shown, content, find
from portsip_api.pbx.media import audio, room
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import VoiceMessage
from portsip_api.pbx.personal import attendants
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.violations import FOREIGN_KEY, Violated

MOST_RECIPIENTS: Final = 50
_LONGEST: Final = 128  # characters of what a caller calls itself
_SAVES_FROM: Final = "voice_mail_not_save_if_less_seconds"
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


class TooShort(Conflict):
    """A caller hung up before the message was long enough to be saved."""


def deposit(  # noqa: PLR0913 — what a message is
    tenant_id: int,
    key: ExtensionKey,
    recording: bytes,
    caller: str,
    *,
    name: str = "",
    subject: str = "",
    urgent: bool = False,
    received: float | None = None,
    folder: str = INBOX,
) -> Message:
    """Store the WAV file `recording` as a new message of an extension's mailbox, and return it.

    `caller` is a number of the tenant or of the outside, or empty, and `name` what it calls itself: texts of the
    network, of which only what can be shown is kept. `received` is in seconds since 1970, now when absent; `folder` is
    `inbox`, or `conference` for what a conference recorded.
    Raises NotFound, Invalid, Unsupported, TooLarge, StoreUnavailable, Conflict (the mailbox is off, or full, or its
    user lets callers leave nothing) and TooShort (of the inbox: the tenant's voicemail service does not save messages
    as short as this).
    """
    values = checked(MARKS | {"folder": FOLDER}, {"subject": subject, "urgent": urgent, "folder": folder})
    if folder not in {INBOX, CONFERENCE}:
        raise Invalid({"folder": [f"Must be one of {INBOX}, {CONFERENCE}."]})
    extension_id = find_id(tenant_id, key)
    if folder == INBOX:
        _require_on(tenant_id, [extension_id])  # before any work is done for it
        if not attendants.takes_messages(tenant_id, extension_id):
            raise Conflict("Callers may leave no messages here.")
    converted = audio.convert(recording)
    if folder == INBOX:
        _require_length(tenant_id, converted.duration)
    values |= _sender(tenant_id, caller, name) | {
        "received": clock.wall() if received is None else received,
        "duration": converted.duration,
    }
    return _store(tenant_id, [extension_id], converted.content, values)[0]


def copy(tenant_id: int, key: ExtensionKey, message_id: int, folder: str) -> Message:
    """Make a copy of a message in a folder of the same mailbox, and return it.

    Raises NotFound, Invalid, StoreUnavailable and Conflict (the mailbox is full).
    """
    name = checked({"folder": FOLDER}, {"folder": folder})["folder"]
    row = find(tenant_id, key, message_id)
    kept = ("sender_id", "caller_number", "caller_name", "subject", "heard", "urgent", "received", "duration")
    values = {column: getattr(row, column) for column in kept}
    return _store(tenant_id, [row.extension_id], content(row), values | {"folder": name}, is_new=False)[0]


def forward(
    tenant_id: int, key: ExtensionKey, message_id: int, to: Sequence[ExtensionKey], *, subject: str | None = None
) -> list[Message]:
    """Send a message on to the inboxes of other extensions, to all of them or to none, and return what they have.

    They see it as coming from the extension that forwards it, and are told by `subject`, which is that of the message
    when absent. Raises NotFound, Invalid, StoreUnavailable and Conflict (a mailbox is off, or full).
    """
    if not 1 <= len(to) <= MOST_RECIPIENTS:
        raise Invalid({"to": [f"Must be 1 to {MOST_RECIPIENTS} extensions."]})
    row = find(tenant_id, key, message_id)
    given = checked(MARKS, {"subject": row.subject if subject is None else subject, "urgent": row.urgent})
    recipients = list(dict.fromkeys(find_id(tenant_id, one) for one in to))
    _require_on(tenant_id, recipients)
    values = given | _own(tenant_id, row.extension_id) | {"duration": row.duration, "received": clock.wall()}
    return _store(tenant_id, recipients, content(row), values | {"folder": INBOX})


def reply(  # noqa: PLR0913 — what an answer is
    tenant_id: int,
    key: ExtensionKey,
    message_id: int,
    recording: bytes,
    *,
    subject: str | None = None,
    urgent: bool = False,
) -> Message:
    """Answer a message with the WAV file `recording`, which the extension that left it finds in its inbox.

    Its subject is that of the message when absent. Raises NotFound, Invalid, Unsupported, TooLarge, StoreUnavailable
    and Conflict (no extension left the message, or its mailbox is off, or full).
    """
    row = find(tenant_id, key, message_id)
    if row.sender_id is None:
        raise Conflict("No extension left this message, so that it cannot be answered with one.")
    given = checked(MARKS, {"subject": row.subject if subject is None else subject, "urgent": urgent})
    _require_on(tenant_id, [row.sender_id])
    converted = audio.convert(recording)
    values = given | _own(tenant_id, row.extension_id) | {"duration": converted.duration, "received": clock.wall()}
    return _store(tenant_id, [row.sender_id], converted.content, values | {"folder": INBOX})[0]


def _store(
    tenant_id: int, extension_ids: Sequence[int], recording: bytes, values: Mapping[str, object], *, is_new: bool = True
) -> list[Message]:
    """Write a row and a file for each of the mailboxes, all or none, and of what `is_new` the mail that tells of it."""
    blobs = _put(recording, len(extension_ids))
    try:
        with database.writing(), refusing({FOREIGN_KEY: lambda: NotFound(Extension.missing)}):
            rows = [
                _insert(
                    tenant_id, {**values, "extension_id": extension_id, "blob": blob, "stored_size": len(recording)}
                )
                for extension_id, blob in zip(extension_ids, blobs, strict=True)
            ]
            for row in rows if is_new else ():
                outbox.put_out(tenant_id, row.extension_id, row.id)
            waiting.note(tenant_id, [row.extension_id for row in rows if row.folder == INBOX])
    except (PbxError, Violated):
        FILES.remove(blobs)
        raise
    return as_shown(tenant_id, rows)


def _put(recording: bytes, copies: int) -> list[str]:
    """Store files of the same content, or none, and return their ids. Raises StoreUnavailable."""
    blobs: list[str] = []
    try:
        blobs.extend(FILES.put(recording) for _ in range(copies))  # those before one that fails are kept in it
    except database.StoreUnavailable:
        FILES.remove(blobs)
        raise
    return blobs


def _insert(tenant_id: int, given: dict[str, Any]) -> VoiceMessage:
    columns: dict[str, Any] = {"heard": False} | given
    room.require_for_message(tenant_id, columns["extension_id"], columns["stored_size"])
    return VoiceMessage(id=VoiceMessage.insert(tenant_id, **columns), **columns)


def _require_on(tenant_id: int, extension_ids: Sequence[int]) -> None:
    """Raise Conflict when the voicemail of one of the extensions is off."""
    for extension_id in extension_ids:
        row = ExtensionSettings.get(tenant_id, extension_id=extension_id)
        is_on = orjson.loads(row.voice_mail)["enable_voicemail"]
        if not (is_on and permission_values.has(tenant_id, extension_id, VOICEMAIL)):
            raise Conflict("The voicemail of this extension is off.")


def _require_length(tenant_id: int, seconds: float) -> None:
    least = service.least_seconds(tenant_id)
    if seconds < least:
        raise TooShort(
            f"The message of {seconds:.1f} seconds is not saved: {_SAVES_FROM} of the voicemail service is {least}."
        )


def _sender(tenant_id: int, caller: str, name: str) -> dict[str, object]:
    """Return the columns of who called, an extension where the number is one's."""
    number, shown = _label(caller), _label(name)
    row = Extension.find(tenant_id, number=number) if number else None
    if row is None:
        return {"sender_id": None, "caller_number": number, "caller_name": shown}
    return _columns(row) | ({"caller_name": shown} if shown else {})


def _own(tenant_id: int, extension_id: int) -> dict[str, object]:
    """Return the columns of a message that the extension itself leaves."""
    return _columns(Extension.get(tenant_id, id=extension_id))


def _columns(row: Extension) -> dict[str, object]:
    profile = orjson.loads(row.profile)
    names = (profile.get("first_name"), profile.get("last_name"))
    return {"sender_id": row.id, "caller_number": row.number, "caller_name": " ".join(filter(None, names))}


def _label(text: str) -> str:
    """Return what of a text of the network can be shown: a message is never lost for what its caller calls itself."""
    return _UNFIT.sub(" ", text).strip()[:_LONGEST].strip()
