"""`/rest/my/redirect/mailbox` and `/rest/my/redirect/media`: the messages of one's mailbox, and their sound.

Source: contract `sipxcom-user.md`, section 7; `sipxcom.md`, decisions 5 and 6 (whose a mailbox is, is checked here).
"""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, g

from portsip_api import switch
from portsip_api.framework import file_replies
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Forbidden, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages as pbx_messages
from portsip_api.pbx.mailboxes import telling
from portsip_api.pbx.mailboxes.messages import DELETED, FOLDERS, INBOX, SAVED, Message
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, IGNORED, NOTHING, TEXT, Resources, whole_id
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Kind, Leaf, Many, Record
from portsip_api.sipxcom.core.records import TEXT as WORDS
from portsip_api.sipxcom.core.styles import OTHER_XML, PLAIN, REST_LINE, XML, respond
from portsip_api.store.paging import Slice

mailboxes = Resources("mailboxes", __name__, REST_LINE, "Messages of one's mailbox")

WAV: Final = "audio/wav"
DOWNLOAD: Final = "download"
_BOX: Final = "/rest/my/redirect/mailbox/<name:user>"
_ALL: Final = 100_000  # more than a mailbox may hold
_OTHERS: Final = "Another user's mailbox."
_NO_BODY: Final = "A body is not needed, and not looked at."


def _attribute(name: str, kind: Kind = WORDS, meaning: str = "") -> Leaf:
    return Leaf(name, kind, meaning, attribute=True)


_MESSAGE: Final = Record(
    "message",
    (
        _attribute("id"),
        _attribute("heard", FLAG),
        _attribute("urgent", FLAG),
        _attribute("folder"),
        _attribute("duration", WHOLE, "Seconds."),
        _attribute("contentlength", WHOLE, "Bytes."),
        _attribute("received", WHOLE, "Milliseconds since 1970."),
        _attribute("author"),
        _attribute("authorExtension"),
        _attribute("subject", meaning="Absent in the short form, and where there is none."),
        _attribute("username"),
        _attribute("format"),
        _attribute("callerIdName"),
        _attribute("callerIdNumber"),
    ),
    "MailboxMessage",
)
_MESSAGES: Final = Record("messages", (Many("messages", _MESSAGE, bare=True),), "MailboxMessages")


@mailboxes.route(f"{_BOX}/messages")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(_MESSAGES, errors=(403,))
def list_all_messages(user: str) -> dict[str, Any]:
    """List the messages of the folders inbox, saved and deleted, in the short form."""
    own_box(user)
    return {"messages": [_short(one) for one in _listed((INBOX, SAVED, DELETED))]}


@mailboxes.route(f"{_BOX}/<name('messages', 'message', 'mwi'):folder>")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(_MESSAGES, errors=(403,), note=f"A folder is one of {', '.join(FOLDERS)}; another one is 400.")
def list_messages(user: str, folder: str) -> dict[str, Any]:
    """List the messages of a folder."""
    own_box(user)
    return {"messages": [_full(one) for one in _listed((known(folder),))]}


@mailboxes.route(f"{_BOX}/<name('message'):folder>/<name:id>")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(_MESSAGES, errors=(403, 404))
def show_message(user: str, folder: str, id: str) -> dict[str, Any]:  # noqa: A002 — what the path calls it
    """Show one message of a folder, as a list of one."""
    return {"messages": [_full(message_in(own_box(user), known(folder), id))]}


@mailboxes.route(f"{_BOX}/message/<name:id>/heard")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(FILE, media_types=(XML, OTHER_XML), errors=(403, 404))
def show_heard(user: str, id: str) -> Response:  # noqa: A002
    """Tell whether a message was heard."""
    found = pbx_messages.show(current_tenant(), own_box(user), whole_id(id))
    return respond(f"<heard>{str(found.heard).lower()}</heard>", g.media_type)


@mailboxes.route(f"{_BOX}/message/<name:id>/heard", methods=["PUT"])
@mailboxes.reads(IGNORED)
@mailboxes.allowed(Access.USER)
@mailboxes.answers(NOTHING, errors=(403, 404), note=_NO_BODY)
def mark_heard(user: str, id: str) -> None:  # noqa: A002
    """Mark a message as heard."""
    pbx_messages.mark(current_tenant(), own_box(user), whole_id(id), {"heard": True})


@mailboxes.route(f"{_BOX}/message/<name:id>/heard", methods=["DELETE"])
@mailboxes.allowed(Access.USER)
@mailboxes.answers(NOTHING, errors=(403, 404))
def mark_unheard(user: str, id: str) -> None:  # noqa: A002
    """Mark a message as not heard."""
    pbx_messages.mark(current_tenant(), own_box(user), whole_id(id), {"heard": False})


@mailboxes.route(f"{_BOX}/message/<name:id>/delete", methods=["PUT"])
@mailboxes.reads(IGNORED)
@mailboxes.allowed(Access.USER)
@mailboxes.answers(NOTHING, errors=(403, 404), note=f"What lies in the folder deleted is gone for good. {_NO_BODY}")
def delete_message(user: str, id: str) -> None:  # noqa: A002
    """Move a message to the folder deleted."""
    pbx_messages.delete(current_tenant(), own_box(user), whole_id(id))


@mailboxes.route(f"{_BOX}/message/<name:id>/subject", methods=["PUT"])
@mailboxes.reads(TEXT)
@mailboxes.allowed(Access.USER)
@mailboxes.answers(NOTHING, errors=(403, 404))
def set_subject(text: str, user: str, id: str) -> None:  # noqa: A002
    """Give a message a subject, which is the body as it is."""
    pbx_messages.mark(current_tenant(), own_box(user), whole_id(id), {"subject": text.strip()})


@mailboxes.route(f"{_BOX}/message/<name:id>/move/<name:folder>", methods=["PUT"])
@mailboxes.reads(IGNORED)
@mailboxes.allowed(Access.USER)
@mailboxes.answers(NOTHING, errors=(403, 404), note=_NO_BODY)
def move_message(user: str, id: str, folder: str) -> None:  # noqa: A002
    """Put a message into another folder."""
    pbx_messages.move(current_tenant(), own_box(user), whole_id(id), known(folder))


@mailboxes.route(f"{_BOX}/mwi")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(FILE, media_types=("application/simple-message-summary", PLAIN), errors=(403,), note="RFC 3842.")
def show_waiting(user: str) -> Response:
    """Tell how many messages wait in the inbox, new and heard, and of these how many are urgent."""
    found = pbx_messages.counts(current_tenant(), own_box(user))
    waiting = "yes" if found.new else "no"
    counts = f"{found.new}/{found.old} ({found.new_urgent}/{found.old_urgent})"
    summary = f"Messages-Waiting: {waiting}\r\nVoice-Message: {counts}\r\n"
    return respond(summary, g.media_type)


@mailboxes.route(f"{_BOX}/mwi", methods=["PUT"])
@mailboxes.reads(IGNORED)
@mailboxes.allowed(Access.USER)
@mailboxes.answers(
    NOTHING, errors=(403, 503), note=f"503 without a SIP engine, which is told a moment after the reply. {_NO_BODY}"
)
def tell_waiting(user: str) -> None:
    """Have one's phones told how many messages wait."""
    telling.ask(current_tenant(), own_box(user), switch.switch)


@mailboxes.route("/rest/my/redirect/media/<name:user>/<name:folder>/<name:id>")
@mailboxes.allowed(Access.USER)
@mailboxes.answers(
    FILE,
    media_types=(WAV,),
    errors=(403, 404, 416),
    note=f"The id may end in .wav. The folder {DOWNLOAD} is all of them, as a file to keep.",
)
def send_sound(user: str, folder: str, id: str) -> Response:  # noqa: A002
    """Play a message, whole or the range that is asked for."""
    key, number = own_box(user), id.removesuffix(".wav")
    found = message_in(key, folder if folder == DOWNLOAD else known(folder), number)
    sound = pbx_messages.sound(current_tenant(), key, found.id)
    name = f"{shown_id(found)}.wav"
    return file_replies.reply(sound.audio, WAV, name, sound.tag, as_attachment=folder == DOWNLOAD)


def own_box(user: str) -> ExtensionKey:
    """Return the key of one's mailbox, which a path names by the user's name. Raises Forbidden."""
    identity = current_identity()
    if identity.name.rpartition("@")[0] != user:
        raise Forbidden(_OTHERS)
    return ExtensionKey(id=identity.account_id)


def known(folder: str) -> str:
    """Return the name of a folder. Raises Invalid."""
    if folder not in FOLDERS:
        raise Invalid({"folder": ["context not understood"]})
    return folder


def message_in(key: ExtensionKey, folder: str, id_: str) -> Message:
    """Return a message that lies in a folder, or anywhere for DOWNLOAD. Raises NotFound and BadId."""
    found = pbx_messages.show(current_tenant(), key, whole_id(id_))
    if folder not in {found.folder, DOWNLOAD}:
        raise NotFound("There is no such message in this folder.")
    return found


def shown_id(message: Message) -> str:
    """Return the id of a message as clients see it."""
    return f"{message.id:08}"


def _listed(folders: Sequence[str]) -> Sequence[Message]:
    key = ExtensionKey(id=current_identity().account_id)
    found: Sequence[Message] = pbx_messages.page(current_tenant(), key, folders, Slice(0, _ALL, descending=True)).rows
    return found


def _short(message: Message) -> dict[str, Any]:
    return {
        "id": shown_id(message),
        "heard": message.heard,
        "urgent": message.urgent,
        "folder": message.folder,
        "duration": round(message.duration),
        "contentlength": message.size,
        "received": round(message.received * 1000),
        "author": message.caller_name or message.caller,
        "authorExtension": message.caller,
        "username": current_identity().name.rpartition("@")[0],
        "format": "wav",
    }


def _full(message: Message) -> dict[str, Any]:
    return {
        **_short(message),
        "subject": message.subject or None,
        "callerIdName": message.caller_name,
        "callerIdNumber": message.caller,
    }
