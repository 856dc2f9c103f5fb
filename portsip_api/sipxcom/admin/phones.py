"""`/api/phones`: phones, their groups and settings.

Source: sipXcom REST API, "Phone"; contract `sipxcom-admin.md`, section 6.3; `sipxcom.md`, decision 6.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import request

from portsip_api.pbx.devices import groups as pbx_groups
from portsip_api.pbx.devices import phones as pbx_phones
from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.devices.keys import phone_id
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.devices.phones import Phone
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings.device_models import phone_model, phone_models
from portsip_api.pbx.settings.values import Settings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.admin.device_models import MODEL, MODELS, given_model, shown_model, shown_models
from portsip_api.sipxcom.admin.phone_groups import GROUP, GROUPS
from portsip_api.sipxcom.core import paging
from portsip_api.sipxcom.core.authentication import Access, current_tenant, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Nested, Record, Stream
from portsip_api.sipxcom.core.styles import API
from portsip_api.store.paging import Slice

phones = Resources("phones", __name__, API, "Phones")

LINE: Final = Record(
    "Line",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("uri", ignored=True),
        Leaf("user", meaning="A user's name; null for a line of another SIP server."),
        *map(Leaf, ("userId", "extension", "displayName", "password", "registrationServer", "registrationServerPort")),
        Leaf("voicemail"),
    ),
    "Line",
)
_PHONE: Final = Record(
    "Phone",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("serialNo", required=True),
        Leaf("deviceVersion", meaning="One of the model's versions; another text is like none."),
        Leaf("description"),
        Nested("model", MODEL, "Its modelId decides for a new phone; later it is ignored.", xml="Model"),
        Many("lines", LINE, "Ignored in a request: lines are written one by one.", ignored=True, xml="Lines"),
        Many("groups", GROUP, "By name; joined beside those that the phone is in, made when missing.", xml="Groups"),
    ),
    "Phone",
)
PHONES: Final = Record("Phones", (Many("phones", _PHONE, bare=True),), "Phones")
_NAMES: Final = {"serialNo": "serial", "description": "description", "deviceVersion": "device_version"}
_ID: Final = '<name("models", "line", "sendProfile"):id>'
_NOTE: Final = "Passwords of lines are null for who may not see them."


@phones.route("/api/phones")
@phones.takes(*paging.ROWS)
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(PHONES, note=_NOTE)
def list_phones() -> dict[str, Any]:
    """List phones by id."""
    start, limit = paging.rows()
    if start or limit is not None:
        part = Slice(start, -1 if limit is None else limit)
        return {"phones": shown_phones(pbx_phones.page(current_tenant(), part))}
    blocks = pbx_phones.everything(current_tenant())
    return {"phones": Stream(_one_by_one(blocks, clear=secrets_are_shown()))}


@phones.route("/api/phones", methods=["POST"])
@phones.reads(_PHONE)
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(BARE_ID, errors=(404, 409), note="Without a model, or with an unknown one, 404.")
def create_phone(given: dict[str, Any]) -> int:
    """Make a phone."""
    fields = _fields(given) | {"model_id": given_model(given)}
    with wire_names(_NAMES):
        return pbx_phones.create(current_tenant(), fields)


@phones.route("/api/phones/line")
@phones.takes(Query("lineFilter", "What stands in the user name, extension or address of one of its lines."))
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(PHONES, note=_NOTE)
def list_phones_with_line() -> dict[str, Any]:
    """List the phones with a line like the filter."""
    return {"phones": shown_phones(pbx_phones.with_line(current_tenant(), request.args.get("lineFilter", "")))}


@phones.route("/api/phones/models")
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(MODELS)
def list_phone_models() -> dict[str, Any]:
    """List the models of phones by id."""
    return shown_models(phone_models())


@phones.route(f"/api/phones/{_ID}")
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(_PHONE, errors=(404,), note=_NOTE)
def show_phone(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show the phone with an id or a serial number."""
    return shown_phones([pbx_phones.show(current_tenant(), found_phone(id))])[0]


@phones.route(f"/api/phones/{_ID}", methods=["PUT"])
@phones.reads(_PHONE)
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(BARE_ID, errors=(404, 409), note="Model and lines stay; groups are only joined.")
def replace_phone(given: dict[str, Any], id: str) -> int:  # noqa: A002 — the wire's word
    """Replace a phone's serial number, description and version."""
    with wire_names(_NAMES):
        return pbx_phones.replace(current_tenant(), found_phone(id), _fields(given))


@phones.route(f"/api/phones/{_ID}", methods=["DELETE"])
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(NOTHING, errors=(404,))
def destroy_phone(id: str) -> None:  # noqa: A002 — the wire's word
    """Remove a phone with its lines and settings."""
    pbx_phones.destroy(current_tenant(), found_phone(id))


@phones.route("/api/phones/<name:id>/groups")
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(GROUPS, errors=(404,))
def list_groups_of_phone(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the groups that a phone is in."""
    return {"groups": [vars(group) for group in pbx_groups.of_phone(current_tenant(), found_phone(id))]}


@phones.route("/api/phones/<name:id>/groups", methods=["DELETE"])
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(NOTHING, errors=(404,))
def leave_all_groups(id: str) -> None:  # noqa: A002 — the wire's word
    """Take a phone out of all groups."""
    pbx_groups.leave_all(current_tenant(), found_phone(id))


@phones.route("/api/phones/<name:id>/groups/<name:group>", methods=["POST"])
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(NOTHING, errors=(404,))
def join_group(id: str, group: str) -> None:  # noqa: A002 — the wire's word
    """Make a phone a member of a group, which is made when it is missing."""
    pbx_groups.add_phone(current_tenant(), found_phone(id), group)


@phones.route("/api/phones/<name:id>/groups/<name:group>", methods=["DELETE"])
@phones.allowed(Access.ADMINISTRATION)
@phones.answers(NOTHING, errors=(404,))
def leave_group(id: str, group: str) -> None:  # noqa: A002 — the wire's word
    """Take a phone out of a group."""
    pbx_groups.remove_phone(current_tenant(), found_phone(id), group)


def _settings_of(id: str) -> Settings:  # noqa: A002 — the wire's word
    return device_settings.of_phone(current_tenant(), found_phone(id))


setting_family.register(phones, "/api/phones/<name:id>/settings", "a phone", _settings_of)


def found_phone(key: str) -> int:
    """Return the id of the phone that a path names, by id or serial number. Raises NotFound, as the system says it."""
    try:
        return phone_id(current_tenant(), key)
    except NotFound:
        raise NotFound("Phone not found") from None


def shown_line(line: Line, *, clear: bool) -> dict[str, Any]:
    """Return a line as LINE shows it, with its password when that is `clear` to be seen."""
    port = line.registration_server_port
    return {
        "id": line.id,
        "uri": line.uri,
        "user": line.user,
        "userId": line.user_id,
        "extension": line.extension,
        "displayName": line.display_name,
        "password": line.password() if clear else None,
        "registrationServer": line.registration_server,
        "registrationServerPort": None if port is None else str(port),
        "voicemail": line.voicemail,
    }


def _one_by_one(blocks: Iterator[Iterable[Phone]], *, clear: bool) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from (_shown_phone(phone, clear=clear) for phone in block)


def shown_phones(found: Iterable[Phone]) -> list[dict[str, Any]]:
    """Return phones as PHONES shows them."""
    clear = secrets_are_shown()
    return [_shown_phone(phone, clear=clear) for phone in found]


def _shown_phone(phone: Phone, *, clear: bool) -> dict[str, Any]:
    return {
        "id": phone.id,
        "serialNo": phone.serial,
        "deviceVersion": phone.device_version,
        "description": phone.description,
        "model": shown_model(phone_model(phone.model_id)),
        "lines": [shown_line(line, clear=clear) for line in phone.lines] or None,
        "groups": [vars(group) for group in phone.groups] or None,
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    groups = [group["name"] for group in given.get("groups", [])]
    return {own: given.get(name) for name, own in _NAMES.items()} | {"groups": groups}
