"""`/api/my/greetings`: what callers of one's voicemail hear, a file for each kind of greeting.

Source: contract `sipxcom-user.md`, section 8. The files are those that the PortSIP API lists as the extension's.
"""

from typing import Any, Final

from flask import Response
from werkzeug.datastructures import FileStorage

from portsip_api.framework import file_replies
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import greeting_kinds
from portsip_api.pbx.media.audio import MOST_BYTES
from portsip_api.pbx.personal import played_greetings
from portsip_api.sipxcom.core import errors, sound_files, styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, TEXT, UPLOAD, Resources
from portsip_api.sipxcom.core.records import FLAG, Leaf, Record
from portsip_api.sipxcom.core.styles import API, PLAIN

greetings = Resources("own greetings", __name__, API, "Greetings of one's voicemail")

WAV: Final = "audio/x-wav"
_KINDS: Final = f"The name is one of {', '.join(greeting_kinds.KINDS)}"
_ONE: Final = '/api/my/greetings/<name("custom"):name>/<name:ext>'
_NAMED: Final = f"{_ONE}/newFilename"
_EXISTS: Final = Record("Greeting", (Leaf("exists", FLAG),), "GreetingExists")


@greetings.route(_ONE)
@greetings.allowed(Access.USER)
@greetings.answers(FILE, media_types=(WAV,), errors=(404, 416), note=f"{_KINDS}, ext is wav.")
def play_greeting(name: str, ext: str) -> Response:
    """Play a greeting, whole or the range that is asked for."""
    kind = _kind(name, ext)
    sound = greeting_kinds.sound(current_tenant(), _own(), kind)
    return file_replies.reply(sound.audio, styles.negotiate((WAV,)), sound.filename, sound.tag)


@greetings.route(_ONE, methods=["POST"])
@greetings.reads(UPLOAD)
@greetings.limits(largest=sound_files.largest)
@greetings.allowed(Access.USER)
@greetings.answers(
    NOTHING,
    errors=(404, 409, 417),
    note=f"{_KINDS}, and the file is WAV, whatever ext says; its own name is kept. What was there is replaced. The"
    " standard greeting becomes the active one of the extension.",
)
def put_greeting(files: list[FileStorage], name: str, ext: str) -> None:
    """Send a greeting."""
    kind = _kind(name, ext)
    if len(files) != 1:
        raise errors.PageStatus(417, "Exactly one file must be sent.")
    content = files[0].stream.read(MOST_BYTES + 1)
    is_active = played_greetings.is_played(current_tenant(), current_identity().account_id, kind)
    greeting_kinds.put(current_tenant(), _own(), kind, content, files[0].filename or "", is_active=is_active)


@greetings.route(_ONE, methods=["DELETE"])
@greetings.allowed(Access.USER)
@greetings.answers(NOTHING, errors=(404,))
def destroy_greeting(name: str, ext: str) -> None:
    """Remove a greeting; the system's own is heard then."""
    greeting_kinds.destroy(current_tenant(), _own(), _kind(name, ext))


@greetings.route(_NAMED)
@greetings.allowed(Access.USER)
@greetings.answers(TEXT, media_types=(PLAIN,), errors=(404,), note="`null` where there is none.")
def show_greeting_name(name: str, ext: str) -> str:
    """Show what the file of a greeting was called when it was sent."""
    return greeting_kinds.label(current_tenant(), _own(), _kind(name, ext)) or "null"


@greetings.route(_NAMED, methods=["POST"])
@greetings.reads(TEXT)
@greetings.allowed(Access.USER)
@greetings.answers(NOTHING, errors=(404,), note="The body is the name.")
def set_greeting_name(text: str, name: str, ext: str) -> None:
    """Set what the file of a greeting is called."""
    greeting_kinds.set_label(current_tenant(), _own(), _kind(name, ext), text.strip())


@greetings.route("/api/my/greetings/custom/<name:name>/<name:ext>")
@greetings.allowed(Access.USER)
@greetings.answers(_EXISTS, errors=(404,))
def show_whether_greeting_exists(name: str, ext: str) -> dict[str, Any]:
    """Tell whether one has sent a greeting."""
    return {"exists": greeting_kinds.label(current_tenant(), _own(), _kind(name, ext)) is not None}


def _own() -> ExtensionKey:
    return ExtensionKey(id=current_identity().account_id)


def _kind(name: str, ext: str) -> str:
    if name.lower() not in greeting_kinds.KINDS or ext.lower() not in {"wav", "mp3"}:
        raise NotFound("There is no such greeting.")
    return name.lower()
