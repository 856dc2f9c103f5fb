"""`/api/my/moh/prompts`: the files that are heard while one holds a call.

Source: contract `sipxcom-user.md`, section 8. They are converted as greetings are, so that they are WAV files, and
heard when `moh/audio-source` is `PERSONAL_FILES_SRC`.
"""

from typing import Any, Final

from flask import Response
from werkzeug.datastructures import FileStorage

from portsip_api.framework import file_replies
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.media import hold_music
from portsip_api.pbx.media.prompts import WAV
from portsip_api.sipxcom.core import sound_files, styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, UPLOAD, Resources
from portsip_api.sipxcom.core.styles import API
from portsip_api.sipxcom.my.music import PERMITTED, require_permitted

music_files = Resources("own music files", __name__, API, "Files that are heard while one holds a call")

_ALL: Final = "/api/my/moh/prompts"
_ONE: Final = f"{_ALL}/<name:name>"


@music_files.route(_ALL)
@music_files.allowed(Access.USER)
@music_files.answers(sound_files.FILES)
def list_own_music() -> dict[str, Any]:
    """List one's files by name."""
    found = hold_music.all_of(current_tenant(), current_identity().account_id)
    return {
        "files": [{"name": music.name, "type": WAV, "size": music.size, "path": f"moh/{music.name}"} for music in found]
    }


@music_files.route(_ALL, methods=["POST"])
@music_files.reads(UPLOAD)
@music_files.limits(largest=sound_files.largest)
@music_files.allowed(Access.USER)
@music_files.answers(NOTHING, errors=(409,), note=f"WAV; {sound_files.SENT} {PERMITTED}")
def add_own_music(files: list[FileStorage]) -> None:
    """Add files; a name that is there is refused."""
    require_permitted()
    tenant_id, user_id = current_tenant(), current_identity().account_id
    sound_files.add(files, lambda name, content: hold_music.add(tenant_id, user_id, name, content))


@music_files.route(_ONE)
@music_files.allowed(Access.USER)
@music_files.answers(FILE, media_types=(WAV,), errors=(404, 416))
def download_own_music(name: str) -> Response:
    """Download a file."""
    return _sent(name, as_attachment=True)


@music_files.route(f"{_ONE}/stream")
@music_files.allowed(Access.USER)
@music_files.answers(FILE, media_types=(WAV,), errors=(404, 416), note="The whole, or the range that is asked for.")
def stream_own_music(name: str) -> Response:
    """Play a file."""
    return _sent(name, as_attachment=False)


@music_files.route(_ONE, methods=["DELETE"])
@music_files.allowed(Access.USER)
@music_files.answers(NOTHING, errors=(404,), note=PERMITTED)
def destroy_own_music(name: str) -> None:
    """Remove a file."""
    require_permitted()
    hold_music.destroy(current_tenant(), current_identity().account_id, name)


@music_files.route("/api/my/moh/path", methods=["PUT"])
@music_files.allowed(Access.USER)
@music_files.answers(NOTHING, note=f"There always is one, so that nothing is done. {PERMITTED}")
def make_own_music_folder() -> None:
    """Make the folder of one's files."""
    require_permitted()


def _sent(name: str, *, as_attachment: bool) -> Response:
    music = hold_music.sound(current_tenant(), current_identity().account_id, name)
    media_type = styles.negotiate((WAV,))
    return file_replies.reply(music.audio, media_type, music.name, music.tag, as_attachment=as_attachment)
