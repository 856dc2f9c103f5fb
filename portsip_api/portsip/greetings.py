"""`/api/extensions/greeting_file`: the voicemail greetings of an extension.

Source: PortSIP REST API, "Add greeting file for voicemail" and the sections after it; contract, section 4.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from flask import Response, g, request, url_for
from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api import settings
from portsip_api.framework import file_replies
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import links
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.pbx.errors import FileNotThere, Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.identity import Role
from portsip_api.pbx.media import greetings as pbx_greetings
from portsip_api.pbx.media import uploads
from portsip_api.pbx.media.audio import MOST_BYTES, MOST_SECONDS
from portsip_api.pbx.media.fetch_urls import MAX_LENGTH, parse
from portsip_api.pbx.media.greeting_rows import READY, Greeting
from portsip_api.pbx.media.greetings import DISPLAY_NAME, FILE_NAME, Sound
from portsip_api.pbx.media.riff import TAKEN
from portsip_api.pbx.values import Text
from portsip_api.portsip.core import examples
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import ExtensionKeyRequest, Ruled, described
from portsip_api.portsip.core.file_parts import only_file
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.portsip.extensions import key_of, require_own

_MOST_AROUND: Final = 1 << 16  # bytes of a form beside its file

greetings = ResourceBlueprint(
    "greeting files", __name__, url_prefix="/api/extensions/greeting_file", description="Voicemail greetings"
)


class GreetingKeyRequest(ExtensionKeyRequest):
    """Names a greeting of an extension."""

    filename = Ruled(FILE_NAME, required=True, metadata={"description": "The name in the list."})


class GreetingCreate(ExtensionKeyRequest):
    """A new greeting, or what one that is there is shown as."""

    filename = described(
        FILE_NAME,
        "A label, of which path parts are dropped; when absent, the last part of `url` or the name of the file sent.",
    )
    url = described(
        Text(MAX_LENGTH),
        "Where the server fetches the file from, by http or https; the list says when it is there. Without it and "
        "without a file, the greeting `filename` must be there, and its `display_name` is set; or, for administrators "
        "and tenants, a file of that name in the tenant's folder `greetings` of `PBX_UPLOAD_DIR`, which is taken.",
    )
    display_name = described(DISPLAY_NAME, "Ours: what the greeting is shown as.")


class GreetingUpload(GreetingCreate):
    """A new greeting with its file."""

    file = ma.Raw(
        metadata={
            "type": "string",
            "format": "binary",
            "description": f"{TAKEN[0].upper()}{TAKEN[1:]}; at most {MOST_BYTES >> 20} MiB and {MOST_SECONDS // 60} "
            "minutes. The part may have any name.",
        }
    )


class GreetingListRequest(ExtensionKeyRequest, ListRequest):
    """A page of an extension's greetings."""


class ShowRequest(ExtensionKeyRequest):
    """Names a greeting, or has the link that a list gave."""

    filename = described(FILE_NAME, "The name in the list.")
    link = described(Text(512), "From the `url` of a list; with it neither a token nor another field is needed.")

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError when neither a link nor a key and a name were given."""
        if "link" not in values:
            super().check(values)
            if "filename" not in values:
                raise ValidationError({"filename": ["Missing."]})


class GreetingRow(Schema):
    """A greeting as lists show it."""

    filename = ma.String(required=True)
    enabled = ma.Boolean(required=True, metadata={"description": "Whether it is the active one."})
    display_name = ma.String(required=True)
    status = ma.String(required=True, metadata={"enum": ["READY", "FETCHING", "FAILED"]})
    reason = ma.String(required=True, metadata={"description": "Why it could not be fetched, the last time."})
    duration = ma.Float(required=True, allow_none=True, metadata={"description": "Seconds."})
    url = ma.String(
        required=True, allow_none=True, metadata={"description": "A link to the audio, good for ten minutes."}
    )


class GreetingCreated(GreetingRow, Success):
    """The greeting that was made or found."""


_LISTING: Final = Listing("files", ("DEFAULT", "NAME"))
_GREETINGS: Final = _LISTING.schema(
    "GreetingList",
    GreetingRow,
    default_file=ma.String(required=True, metadata={"description": "The name of the active greeting."}),
    greetings=ma.List(ma.Nested(GreetingRow), required=True, metadata={"description": "The same as `files`."}),
)
_KEY_EXAMPLE: Final = {"extension_number": "1000", "filename": "some_filename.wav"}


def _largest() -> int:
    is_form = request.mimetype == "multipart/form-data"
    return MOST_BYTES + _MOST_AROUND if is_form else settings.current().max_body


@greetings.route("/create", methods=["POST"])
@greetings.arguments(
    GreetingCreate,
    example={**_KEY_EXAMPLE, "url": "https://192.0.2.1/some_filename.wav"},
    upload=GreetingUpload,
)
@greetings.limits(largest=_largest)
@greetings.allowed(*EVERYBODY)
@greetings.answers(GreetingCreated, example={**SUCCESS, **examples.GREETING}, errors=("403.1", "404.3", "409.1"))
def create_greeting(given: dict[str, Any]) -> dict[str, Any]:
    """Add a greeting: a file that is sent, or one that is fetched. It is not the active one until it is made that."""
    tenant_id, key = current_tenant(), _own_key(given)
    name, url, shown_as = given.get("filename"), given.get("url"), given.get("display_name")
    file = only_file()
    if file is not None and url:
        raise Invalid({"url": ["Must not be sent beside a file."]})
    if file is not None:
        content = file.stream.read(MOST_BYTES + 1)
        made = pbx_greetings.add(tenant_id, key, _named(name or file.filename), content, shown_as or "")
    elif url:
        name = name or unquote(parse(url).target.partition("?")[0])
        made = pbx_greetings.request_fetch(tenant_id, key, _named(name), url, shown_as or "")
    else:
        made = _there_or_uploaded(tenant_id, key, _named(name), shown_as)
    return {**SUCCESS, **_row(key, made)}


@greetings.route("/update", methods=["POST"])
@greetings.arguments(GreetingKeyRequest, example=_KEY_EXAMPLE)
@greetings.allowed(*EVERYBODY)
@greetings.answers(Success, example=SUCCESS, errors=("403.1", "404.3", "409.1"))
def update_greeting(given: dict[str, Any]) -> dict[str, str]:
    """Make a greeting the active one; exactly one is."""
    pbx_greetings.activate(current_tenant(), _own_key(given), given["filename"])
    return SUCCESS


@greetings.route("/destroy", methods=["POST"], aliases=["/remove"])
@greetings.arguments(GreetingKeyRequest, example=_KEY_EXAMPLE)
@greetings.allowed(*EVERYBODY)
@greetings.answers(Success, example=SUCCESS, errors=("403.1", "404.3", "409.1"))
def destroy_greeting(given: dict[str, Any]) -> dict[str, str]:
    """Remove a greeting; when it was the active one, the system default is."""
    pbx_greetings.destroy(current_tenant(), _own_key(given), given["filename"])
    return SUCCESS


@greetings.route("/list")
@greetings.arguments(GreetingListRequest)
@greetings.allowed(*EVERYBODY)
@greetings.answers(
    _GREETINGS,
    example={**examples.PAGE, "count": 2, "total": 2, **examples.GREETINGS, "greetings": examples.GREETINGS["files"]},
    errors=("403.1",),
)
def list_greetings(given: dict[str, Any]) -> dict[str, Any]:
    """List the greetings of an extension by name; the system default, which cannot be removed, is the first."""
    key = _own_key(given)
    page, active = pbx_greetings.page(current_tenant(), key, _LISTING.asked(given)[1])
    rows = [_row(key, greeting) for greeting in page.rows]
    return {**_LISTING.reply(given, page, rows), "default_file": active, "greetings": rows}


@greetings.route("/show")
@greetings.arguments(ShowRequest)
@greetings.allowed(*EVERYBODY, open_to_all=True)
@greetings.answers({"audio/wav": {"type": "string", "format": "binary"}}, errors=("403.1", "404.3", "416.1"))
def show_greeting(given: dict[str, Any]) -> Response:
    """Play a greeting (ours): the audio as a WAV file, or one range of its bytes."""
    if "link" in given:
        return _play(pbx_greetings.sound_of(*links.read_greeting(given["link"])))
    if g.identity is None:
        raise TokenRefused("Either a link or an access token is needed.")
    return _play(pbx_greetings.sound(current_tenant(), _own_key(given), given["filename"]))


def _there_or_uploaded(tenant_id: int, key: ExtensionKey, name: str, shown_as: str | None) -> Greeting:
    """Return the greeting of that name, or make it of a file in the folder of uploads, which managers may."""
    try:
        return pbx_greetings.rename(tenant_id, key, name, shown_as)
    except FileNotThere:
        if current_identity().role is Role.EXTENSION:
            raise
        content = uploads.read(tenant_id, uploads.GREETINGS, name, MOST_BYTES + 1)
    return pbx_greetings.add(tenant_id, key, name, content, shown_as or "")


def _own_key(given: dict[str, Any]) -> ExtensionKey:
    """Return the key of the extension that is named. Raises NotFound and Forbidden."""
    extension_id = find_id(current_tenant(), key_of(given))
    require_own(extension_id)
    return ExtensionKey(id=extension_id)


def _named(name: str | None) -> str:
    if not name:
        raise Invalid({"filename": ["Missing."]})
    return name


def _row(key: ExtensionKey, greeting: Greeting) -> dict[str, Any]:
    link = links.to_greeting(current_tenant(), key.id or 0, greeting.id)
    url = url_for("greeting files.show_greeting", link=link)
    return {
        "filename": greeting.filename,
        "enabled": greeting.is_active,
        "display_name": greeting.display_name,
        "status": greeting.status,
        "reason": greeting.reason,
        "duration": greeting.duration,
        "url": url if greeting.status == READY else None,
    }


def _play(sound: Sound) -> Response:
    return file_replies.reply(sound.audio, "audio/wav", sound.filename, sound.tag)
