"""`/api/moh/prompts`, `/api/pagegroups/prompts`, `/api/orbits/prompts`: the sounds of these services.

Source: sipXcom REST API, "Music On Hold", "Page Groups" and "Park Orbits"; contract `sipxcom-admin.md`, section 4.2.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage

from portsip_api.framework import file_replies
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.media import prompts as pbx_prompts
from portsip_api.pbx.media.prompts import FAMILIES, MP3, WAV
from portsip_api.sipxcom.core import errors, sound_files, styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, UPLOAD, Resources
from portsip_api.sipxcom.core.styles import API

prompts = Resources("prompts", __name__, API, "Prompts of music on hold, page groups and park orbits")


def _paths(below: str = "") -> dict[str, Any]:
    """Return the rule of every family; `_family` tells which of them a request means."""
    first, *others = (f"/api/{family}/prompts{below}" for family in FAMILIES)
    return {"rule": first, "also": others}


@prompts.route(**_paths())
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(sound_files.FILES)
def list_prompts() -> dict[str, Any]:
    """List prompts by name; the default one, which cannot be removed, is the first."""
    return {"files": [vars(prompt) for prompt in pbx_prompts.all_of(current_tenant(), _family())]}


@prompts.route(**_paths(), methods=["POST"])
@prompts.reads(UPLOAD)
@prompts.limits(largest=sound_files.largest)
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(
    NOTHING,
    errors=(409,),
    note=f"WAV or MP3; {sound_files.SENT}",
)
def add_prompts(files: list[FileStorage]) -> None:
    """Add prompts; a name that is there is refused."""
    sound_files.add(files, lambda name, content: pbx_prompts.add(current_tenant(), _family(), name, content))


@prompts.route(**_paths("/<name:name>"))
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(FILE, media_types=(WAV, MP3), errors=(404, 416))
def download_prompt(name: str) -> Response:
    """Download a prompt."""
    return _sent(name, as_attachment=True)


@prompts.route(**_paths("/<name:name>/stream"))
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(FILE, media_types=(WAV, MP3), errors=(404, 416), note="The whole, or the range that is asked for.")
def stream_prompt(name: str) -> Response:
    """Play a prompt."""
    return _sent(name, as_attachment=False)


@prompts.route(**_paths("/<name:name>"), methods=["DELETE"])
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(NOTHING, errors=(404, 409), note="The default prompt stays: 409.")
def destroy_prompt(name: str) -> None:
    """Remove a prompt; whatever names it stays as it is."""
    with _page_words():
        pbx_prompts.destroy(current_tenant(), _family(), name)


def _family() -> str:
    return request.path.removeprefix(errors.PREFIX).split("/")[2]


def _sent(name: str, *, as_attachment: bool) -> Response:
    with _page_words():
        sound = pbx_prompts.sound(current_tenant(), _family(), name)
        media_type = styles.negotiate((sound.type,))
        return file_replies.reply(sound.audio, media_type, sound.name, sound.tag, as_attachment=as_attachment)


@contextmanager
def _page_words() -> Iterator[None]:
    try:
        yield
    except FileNotThere:
        raise FileNotThere("Prompt not found") from None
