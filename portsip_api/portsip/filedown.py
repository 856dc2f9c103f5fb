"""`/filedown/<filepath>`: recorded audio by the signed name that a list gives, as players and CRMs fetch it.

Source: contract `portsip-more.md`, section 2. Who has the name needs no token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Response, request
from werkzeug.routing import BaseConverter

from portsip_api.framework import file_replies
from portsip_api.pbx import trail
from portsip_api.pbx.access import links
from portsip_api.pbx.access.links import RECORDING, REPORT, VOICE_MESSAGE, FileLink
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.errors import FileNotThere, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.reports import reports
from portsip_api.pbx.reports.files import MEDIA_TYPES
from portsip_api.portsip.core.blueprint import ResourceBlueprint
from portsip_api.portsip.core.fields import Request, described

recorded_files = ResourceBlueprint("recorded files", __name__, description="Recorded audio by signed names")

WAV: Final = "audio/wav"


class FilePath(BaseConverter):
    """A segment that has the form of a signed name; any other word is no address at all."""

    regex = r"[A-Za-z0-9_-]{8,512}\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{20,64}\.(?:wav|csv|xml)"


@dataclass(frozen=True)
class Download:
    """An audio file: where it lies, what it is called unless the request says so, and a tag of its content alone."""

    audio: Path
    name: str
    tag: str
    media_type: str = WAV


class FileRequest(Request):
    """What a file is to be called."""

    filename = described(FileName(), "A label: what the file is called where it is saved.")


def name_of(message_id: int) -> str:
    """Return what the file of a message is called, unless a request says so."""
    return f"{message_id:08}.wav"


def path_to(link: FileLink, extension: str = "wav") -> str:
    """Return the signed name of a file, which is good for 24 hours."""
    return f"{links.to_file(link)}.{extension}"


@recorded_files.route("/filedown/<filepath:filepath>", aliases=["/<filepath:filepath>"])
@recorded_files.arguments(FileRequest)
@recorded_files.allowed()
@recorded_files.answers(
    {kind: {"type": "string", "format": "binary"} for kind in (WAV, *MEDIA_TYPES.values())}, errors=("404.3", "416.1")
)
def send_file(given: dict[str, Any]) -> Response:
    """Download a recorded file, whole or one range of its bytes, by the name that a list gives of it.

    No token is needed; the name is good for 24 hours (ours). A message of a mailbox or a recording counts as heard when
    its own extension downloads it.
    """
    try:
        link = links.read_file((request.view_args or {})["filepath"].rpartition(".")[0])
        trail.within(link.tenant_id)
        found = _OPENERS[link.kind](link, request.method)
    except (TokenRefused, NotFound, KeyError):
        raise FileNotThere("There is no such file, or its name is no longer good.") from None
    return file_replies.reply(found.audio, found.media_type, given.get("filename", found.name), found.tag)


def _voice_message(link: FileLink, method: str) -> Download:
    key = ExtensionKey(id=link.owner_id)
    sound = messages.sound(link.tenant_id, key, link.object_id)
    if link.is_owners and method == "GET":
        messages.hear(link.tenant_id, key, link.object_id)
    return Download(sound.audio, name_of(link.object_id), sound.tag)


def _recording(link: FileLink, method: str) -> Download:
    found = recordings.show(link.tenant_id, link.object_id)
    if link.is_owners and method == "GET" and not found.heard:
        recordings.hear(link.tenant_id, found.id)
    return Download(FILES.locate(found.blob), found.filename, found.blob)


def _report(link: FileLink, _: str) -> Download:
    found = reports.show(link.tenant_id, link.object_id)
    if found.blob is None:
        raise FileNotThere("There is no such file.")
    return Download(FILES.locate(found.blob), found.filename, found.blob, MEDIA_TYPES[found.format])


# By the kind of what a link is to.
_OPENERS: Final[Mapping[str, Callable[[FileLink, str], Download]]] = {
    VOICE_MESSAGE: _voice_message,
    RECORDING: _recording,
    REPORT: _report,
}
