"""`/api/virtual_receptionist`: attendants that answer a number, play a prompt and let callers choose by key.

They are the auto attendants of the other API. Source: contract `portsip-more.md`, section 3.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import request
from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api import settings, switch
from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.features import played_prompts
from portsip_api.pbx.features import virtual_receptionists as pbx_receptionists
from portsip_api.pbx.features.attendant_menus import MENU
from portsip_api.pbx.features.virtual_receptionists import (
    GAP_TIME,
    KEPT,
    LANGUAGE,
    NAME,
    NUMBER,
    PROMPT,
    ReceptionistKey,
)
from portsip_api.pbx.media import uploads
from portsip_api.pbx.media.audio import MOST_BYTES, MOST_SECONDS
from portsip_api.portsip import receptionist_menus
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import ID, TenantRequest, described, schema_of
from portsip_api.portsip.core.file_parts import only_file
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

virtual_receptionists = ResourceBlueprint("virtual receptionists", __name__, description="Virtual receptionists")

_MOST_AROUND: Final = 1 << 16  # bytes of a form beside its file
_SPELLINGS: Final = ("virtual_receptionist_number", "vr_number", "vr_extension")
_PROMPTS: Final = ("prompt", "prompt_filename")


class ReceptionistKeyRequest(TenantRequest):
    """Names a receptionist by its number or its id."""

    virtual_receptionist_number = described(NUMBER, "The number; with `id` as the key, the new one.")
    vr_number = described(NUMBER, "The same as `virtual_receptionist_number`, as older consoles call it.")
    vr_extension = described(NUMBER, "The same as `virtual_receptionist_number`.")
    id = described(ID, "The numeric id; it decides when both are sent.")

    keys = (*_SPELLINGS, "id")

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError where two spellings of one thing say different things."""
        super().check(values)
        for spellings in (_SPELLINGS, _PROMPTS):
            if len({values[name] for name in spellings if name in values}) > 1:
                raise ValidationError({spellings[0]: [f"Must be the same as {' and '.join(spellings[1:])}."]})


class _Fields(schema_of("ReceptionistFields", KEPT, ReceptionistKeyRequest)):  # type: ignore[misc]
    name = described(NAME, "Unlike that of any other attendant.")
    prompt = described(
        PROMPT,
        "The name of an audio file: one that was sent before, or one in the tenant's folder `prompts` of the server's "
        "`PBX_UPLOAD_DIR`; empty for none.",
    )
    prompt_filename = described(PROMPT, "The same as `prompt`.")
    language = described(LANGUAGE, "`en_US` when absent.")
    gap_time = described(GAP_TIME, "Seconds that it waits for the next digit of an extension.")
    urlactions = ma.Raw(allow_none=True, metadata={"description": "Kept, and shown as it was sent."})


_Menu: Final = type("ReceptionistMenu", (_Fields,), dict(receptionist_menus.fields()))


class ReceptionistCreate(_Menu):  # type: ignore[misc,valid-type]
    """A new receptionist."""

    name = described(NAME, "Unlike that of any other attendant.", required=True)

    keys = _SPELLINGS


class ReceptionistChange(_Menu):  # type: ignore[misc,valid-type]
    """What changes in a receptionist."""


class ReceptionistUpload(_Menu):  # type: ignore[misc,valid-type]
    """A receptionist with the file of its prompt; its keys are JSON then."""

    file = ma.Raw(
        metadata={
            "type": "string",
            "format": "binary",
            "description": f"A WAV file, at most {MOST_BYTES >> 20} MiB and {MOST_SECONDS // 60} minutes. The part may "
            "have any name.",
        }
    )


class ReceptionistKeys(Schema):
    """What names a receptionist."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})
    virtual_receptionist_number = ma.String(required=True)
    vr_number = ma.String(required=True, metadata={"description": "The same number."})
    vr_extension = ma.String(required=True, metadata={"description": "The same number."})


class ReceptionistRow(ReceptionistKeys):
    """A receptionist as lists show it."""

    name = ma.String(required=True)
    status = ma.String(
        required=True,
        metadata={"enum": ["ONLINE", "OFFLINE"], "description": "`ONLINE` where a SIP engine serves it."},
    )


_MenuReply: Final = schema_of("ReceptionistMenu", MENU, ReceptionistRow)


class ReceptionistReply(_MenuReply):  # type: ignore[misc,valid-type]
    """A receptionist, whole."""

    prompt = ma.String(required=True)
    prompt_filename = ma.String(required=True, metadata={"description": "The same as `prompt`."})
    language = ma.String(required=True)
    gap_time = ma.Integer(required=True, metadata={"description": "Seconds."})
    call_transfer_fileid = ma.String()
    urlactions = ma.Raw(allow_none=True)


_LISTING: Final = Listing("virtual_receptionists")
_KEY: Final = {"virtual_receptionist_number": "800"}
_CREATED: Final = {"id": "3", "virtual_receptionist_number": "800", "vr_number": "800", "vr_extension": "800"}
_EXAMPLE: Final = {
    **_KEY,
    "name": "Welcome",
    "language": "en_US",
    "gap_time": 3,
    "key1": {"action": "CONNECT_TO_ANOTHER_EXTENSION", "action_value": "1000"},
    "timeout": {"seconds": 10, "action": "REPEAT", "action_value": ""},
}
_BASE: Final = "/api/virtual_receptionist"


def _paths(last: str, *more: str) -> dict[str, Any]:
    """Return the rule of an operation and its aliases."""
    names = (last, *more)
    spelled = [f"{_BASE}{plural}/{name}" for plural in ("", "s") for name in names]
    return {"rule": spelled[0], "aliases": spelled[1:]}


def _largest() -> int:
    is_form = request.mimetype == "multipart/form-data"
    return MOST_BYTES + _MOST_AROUND if is_form else settings.current().max_body


@virtual_receptionists.route(**_paths("list"))
@virtual_receptionists.arguments(ListRequest)
@virtual_receptionists.allowed(*MANAGERS)
@virtual_receptionists.answers(_LISTING.schema("ReceptionistList", ReceptionistRow))
def list_virtual_receptionists(given: dict[str, Any]) -> dict[str, Any]:
    """List virtual receptionists by number: the auto attendants that have one."""
    page = pbx_receptionists.page(current_tenant(), _LISTING.asked(given)[1])
    return _LISTING.reply(given, page, [_row(row.id, row.number, row.name) for row in page.rows])


@virtual_receptionists.route(**_paths("show"))
@virtual_receptionists.arguments(ReceptionistKeyRequest)
@virtual_receptionists.allowed(*MANAGERS)
@virtual_receptionists.answers(ReceptionistReply)
def show_virtual_receptionist(given: dict[str, Any]) -> dict[str, Any]:
    """Show a virtual receptionist.

    It plays its prompt; a key performs its action, and digits that follow within `gap_time` dial an extension, a group,
    a queue, a receptionist or a conference. A prompt is repeated three times at the most; then the call ends. An action
    whose target is gone has an empty `action_value`, and ends the call. What an attendant of the other API does is
    shown here too; while it is in live mode, callers are connected with whom its `key0` leads to.
    """
    found = pbx_receptionists.show(current_tenant(), _key_of(given))
    return {
        **_row(found.id, found.virtual_receptionist_number, found.name),
        "prompt": found.prompt,
        "prompt_filename": found.prompt,
        "language": found.language,
        "gap_time": found.gap_time,
        **found.menu,
        **found.kept,
    }


@virtual_receptionists.route(**_paths("create"), methods=["POST"])
@virtual_receptionists.arguments(ReceptionistCreate, example=_EXAMPLE, upload=ReceptionistUpload)
@virtual_receptionists.limits(largest=_largest)
@virtual_receptionists.allowed(*MANAGERS)
@virtual_receptionists.answers(ReceptionistKeys, example=_CREATED, errors=("403.3", "404.3", "409.1"))
def create_virtual_receptionist(given: dict[str, Any]) -> dict[str, Any]:
    """Create a virtual receptionist.

    The actions of keys, `timeout` and `failure` are those of forward rules, and `REPEAT`, which plays the prompt again.
    `CONNECT_TO_VOICE_MAIL` leads to the voicemail of the extension that `action_value` names; without one, to where
    callers hear their own messages. `DIAL_BY_NAME`, which is ours, lets callers spell on the keys whom they call, by
    the last name or the first; found are extensions that the other API gives the permission `AutoAttendant` (Attendant
    Directory), themselves or by a group. `extensions/route` ends where a receptionist answers: what the caller presses
    is not known before.
    """
    tenant_id = current_tenant()
    fields = _fields(given)
    added = _take_prompt(tenant_id, fields)
    try:
        receptionist_id = pbx_receptionists.create(tenant_id, fields)
    except PbxError:
        played_prompts.forget_unused(tenant_id, added)
        raise
    return _keys(receptionist_id, fields["virtual_receptionist_number"])


@virtual_receptionists.route(**_paths("update"), methods=["POST"])
@virtual_receptionists.arguments(ReceptionistChange, example={**_KEY, "gap_time": 5}, upload=ReceptionistUpload)
@virtual_receptionists.limits(largest=_largest)
@virtual_receptionists.allowed(*MANAGERS)
@virtual_receptionists.answers(Success, example=SUCCESS, errors=("403.3", "404.3", "409.1"))
def update_virtual_receptionist(given: dict[str, Any]) -> dict[str, str]:
    """Change a virtual receptionist; what is not sent stays as it is, an action that is sent as 0 too.

    A step with another action has the target that is sent with it, else none.
    """
    tenant_id = current_tenant()
    fields = _fields(given)
    added = _take_prompt(tenant_id, fields)
    try:
        pbx_receptionists.update(tenant_id, _key_of(given), fields)
    except PbxError:
        played_prompts.forget_unused(tenant_id, added)
        raise
    return SUCCESS


@virtual_receptionists.route(**_paths("destroy", "remove"), methods=["POST"])
@virtual_receptionists.arguments(ReceptionistKeyRequest, example=_KEY)
@virtual_receptionists.allowed(*MANAGERS)
@virtual_receptionists.answers(Success, example=SUCCESS, errors=("409.1",))
def destroy_virtual_receptionist(given: dict[str, Any]) -> dict[str, str]:
    """Remove a virtual receptionist; the built-in attendants stay. Rules that point at it fall back to voicemail."""
    pbx_receptionists.destroy(current_tenant(), _key_of(given))
    return SUCCESS


def _key_of(given: Mapping[str, Any]) -> ReceptionistKey:
    return ReceptionistKey(_first(given, _SPELLINGS), given.get("id"))


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((given[name] for name in names if name in given), None)


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields by the names that the PBX has for them."""
    fields = dict(given)
    for names in (_SPELLINGS, _PROMPTS):
        if (value := _first(given, names)) is not None:
            fields[names[0]] = value
    return fields


def _take_prompt(tenant_id: int, fields: dict[str, Any]) -> str:
    """Store the prompt that is sent, or one that lies in the folder of uploads; return its name, empty for neither."""
    file, name = only_file(), fields.get("prompt", "")
    if file is not None:
        content = file.stream.read(MOST_BYTES + 1)
        fields["prompt"] = pbx_receptionists.add_prompt(tenant_id, name or file.filename or "", content)
        return str(fields["prompt"])
    if not name or pbx_receptionists.has_prompt(tenant_id, name):
        return ""
    return pbx_receptionists.add_prompt(tenant_id, name, uploads.read(tenant_id, uploads.PROMPTS, name, MOST_BYTES + 1))


def _row(receptionist_id: int, number: str, name: str) -> dict[str, Any]:
    status = "ONLINE" if switch.switch.is_attached and number else "OFFLINE"
    return {**_keys(receptionist_id, number), "name": name, "status": status}


def _keys(receptionist_id: int, number: str) -> dict[str, str]:
    return {"id": str(receptionist_id), **dict.fromkeys(_SPELLINGS, number)}
