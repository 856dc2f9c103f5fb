"""`/api/moh/prompts`, `/api/pagegroups/prompts`, `/api/orbits/prompts`: the sounds of these services.

Source: sipXcom REST API, "Music On Hold", "Page Groups" and "Park Orbits"; contract `sipxcom-admin.md`, section 4.2.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import FileStorage

from portsip_api import settings
from portsip_api.framework import file_replies
from portsip_api.pbx.errors import FileNotThere, Invalid, PbxError
from portsip_api.pbx.media import prompts as pbx_prompts
from portsip_api.pbx.media.audio import MOST_BYTES
from portsip_api.pbx.media.prompts import FAMILIES, MP3, WAV
from portsip_api.sipxcom.core import errors, styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, UPLOAD, Resources
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

prompts = Resources("prompts", __name__, API, "Prompts of music on hold, page groups and park orbits")

_MOST_AROUND: Final = 1 << 16  # bytes of a form beside its files
_FILE: Final = Record("File", (Leaf("name"), Leaf("type"), Leaf("size", WHOLE, "Bytes."), Leaf("path")), "PromptFile")
_FILES: Final = Record("Files", (Many("files", _FILE, bare=True),), "PromptFiles")


def _paths(below: str = "") -> dict[str, Any]:
    """Return the rule of every family; `_family` tells which of them a request means."""
    first, *others = (f"/api/{family}/prompts{below}" for family in FAMILIES)
    return {"rule": first, "also": others}


def _largest() -> int:
    is_form = request.mimetype == "multipart/form-data"
    return MOST_BYTES + _MOST_AROUND if is_form else settings.current().max_body


@prompts.route(**_paths())
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(_FILES)
def list_prompts() -> dict[str, Any]:
    """List prompts by name; the default one, which cannot be removed, is the first."""
    return {"files": [vars(prompt) for prompt in pbx_prompts.all_of(current_tenant(), _family())]}


@prompts.route(**_paths(), methods=["POST"])
@prompts.reads(UPLOAD)
@prompts.limits(largest=_largest)
@prompts.allowed(Access.ADMINISTRATION)
@prompts.answers(
    NOTHING,
    errors=(409,),
    note=f"WAV or MP3; parts may have any names; all files together at most {MOST_BYTES >> 20} MiB. A file that cannot "
    "be taken is named in the error, whose status is that of the first of them; the others are kept.",
)
def add_prompts(files: list[FileStorage]) -> None:
    """Add prompts; a name that is there is refused."""
    if not files:
        raise Invalid({"file": ["Missing."]})
    failures: list[tuple[str, PbxError]] = []
    for file in files:
        try:
            pbx_prompts.add(current_tenant(), _family(), file.filename or "", file.stream.read(MOST_BYTES + 1))
        except PbxError as error:
            failures.append((file.filename or "", error))
    if failures:
        first = failures[0][1]
        raise errors.PageStatus(errors.status_of(first), f"{','.join(name for name, _ in failures)}: {first}")


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
