"""`/api/extensions`: create, show, update, destroy, list, search and status.

Source: PortSIP REST API, "Create a new extension" and the sections around it; contract, section 4.
"""

from typing import Any, Final

import orjson
from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access.secret_purposes import PIN, SIP_PASSWORD, WEB_PASSWORD, WEBPAGE_PASSWORD
from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import directory
from portsip_api.pbx.extensions import extensions as pbx_extensions
from portsip_api.pbx.extensions.drafts import Extension
from portsip_api.pbx.extensions.fields import FORWARD_RULES, PRESENCE
from portsip_api.pbx.identity import Role
from portsip_api.pbx.values import Text, defaults
from portsip_api.portsip import forward_fields
from portsip_api.portsip.core import examples
from portsip_api.portsip.core.blueprint import (
    EVERYBODY,
    MANAGERS,
    ResourceBlueprint,
    current_revision,
    current_tenant,
)
from portsip_api.portsip.core.fields import (
    ExtensionKeyRequest,
    Ruled,
    Strings,
    TenantRequest,
    described,
    schema_of,
)
from portsip_api.portsip.core.lists import Listing, PositionListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.portsip.extension_fields import WHOLE, ExtensionChange, ExtensionCreate, Options, Phone, settle
from portsip_api.portsip.forward_fields import ForwardRules

MOST_STATUSES: Final = 10_000

extensions = ResourceBlueprint("extensions", __name__, url_prefix="/api/extensions", description="Extensions")


class SearchRequest(PositionListRequest):
    """A page of what a search finds."""

    condition = described(
        Text(256, 1),
        "Words separated by blanks; each must stand somewhere in the number, a name, the e-mail or a phone number.",
        required=True,
    )


class StatusRequest(TenantRequest):
    """Whose status is asked for."""

    extensions = Strings(required=True, metadata={"description": f"Extension numbers, at most {MOST_STATUSES}."})


class PresenceChange(ExtensionKeyRequest):
    """What an extension's user chose."""

    status = Ruled(PRESENCE, required=True)


class ExtensionCreated(Schema):
    """The keys of a new extension."""

    id = ma.Integer(required=True)
    extension_number = ma.String(required=True)


class Card(Schema):
    """An extension as lists show it."""

    extension_number = ma.String(required=True)
    id = ma.Integer(required=True)
    first_name = ma.String(required=True)
    last_name = ma.String(required=True)
    email = ma.String(required=True)
    status = ma.String(required=True, metadata={"enum": ["OFFLINE", "DND", "AWAY", "ONLINE", "ON_CALL"]})
    user_agent = ma.String(required=True)
    phone_mac_address = ma.String(required=True)
    phone_model = ma.String(required=True)


class ExtensionReply(schema_of("ExtensionFields", WHOLE, Schema)):  # type: ignore[misc]
    """An extension, whole. Both passwords and the PIN are shown to administrators and tenants only."""

    forward_rules = ma.Nested(ForwardRules)
    options = ma.Nested(Options)
    phone_provisioning = ma.Nested(Phone)

    extension_number = ma.String(required=True)
    id = ma.Integer(required=True)
    status = ma.String(required=True)
    password = ma.String()
    web_access_password = ma.String()
    belong_groups = ma.List(ma.String(), required=True)


class StatusRow(Schema):
    """The status of one extension."""

    extension_number = ma.String(required=True)
    status = ma.String(required=True, metadata={"description": "`NOT_FOUND` for an unknown number (ours)."})
    user_agent = ma.String(required=True)


class StatusReply(Schema):
    """The statuses, in the order of the request."""

    extension_status = ma.List(ma.Nested(StatusRow), required=True)


_LISTING: Final = Listing("extensions", directory.ORDERINGS)
CARDS: Final = _LISTING.schema_with_positions("ExtensionList", Card)
_PAGE_EXAMPLE: Final = {**examples.PAGE, "extensions": [examples.CARD]}


@extensions.route("/create", methods=["POST"])
@extensions.arguments(ExtensionCreate, example=examples.CREATE_EXTENSION)
@extensions.allowed(*MANAGERS)
@extensions.answers(ExtensionCreated, example={"id": 1, "extension_number": "1000"}, errors=("403.3", "409.1"))
def create_extension(given: dict[str, Any]) -> dict[str, Any]:
    """Create an extension."""
    tenant_id = current_tenant()
    settle(tenant_id, given, lambda: defaults(FORWARD_RULES))
    return {
        "id": pbx_extensions.create(tenant_id, given),
        "extension_number": given["extension_number"],
    }


@extensions.route("/show")
@extensions.arguments(ExtensionKeyRequest)
@extensions.allowed(*EVERYBODY)
@extensions.answers(ExtensionReply, example=examples.SHOW_EXTENSION, errors=("403.1",))
def show_extension(given: dict[str, Any]) -> dict[str, Any]:
    """Show an extension."""
    tenant_id = current_tenant()
    extension = pbx_extensions.show(tenant_id, key_of(given))
    require_own(extension.id)
    secrets = {}
    if secrets_are_shown():
        secrets = {"password": extension.secret(SIP_PASSWORD), "web_access_password": extension.secret(WEB_PASSWORD)}
    return {
        "id": extension.id,
        "extension_number": extension.number,
        "status": extension.status,
        **secrets,
        **extension.objects,
        "forward_rules": forward_fields.shown(tenant_id, extension.objects["forward_rules"]),
        "voice_mail": voice_mail_of(extension),
        "phone_provisioning": _phone_of(extension),
        "belong_groups": extension.group_ids,
    }


@extensions.route("/update", methods=["POST"])
@extensions.arguments(ExtensionChange, example=examples.UPDATE_EXTENSION)
@extensions.allowed(*EVERYBODY)
@extensions.answers(Success, example=SUCCESS, errors=("403.1", "403.3"))
def update_extension(given: dict[str, Any]) -> dict[str, str]:
    """Change an extension; what is not sent stays as it is."""
    tenant_id, key = current_tenant(), key_of(given)
    settle(tenant_id, given, lambda: pbx_extensions.show(tenant_id, key).objects["forward_rules"])
    pbx_extensions.update(tenant_id, key, given, by=current_identity())
    return SUCCESS


@extensions.route("/destroy", methods=["POST"], aliases=["/remove"])
@extensions.arguments(ExtensionKeyRequest, example={"extension_number": "1000"})
@extensions.allowed(*MANAGERS)
@extensions.answers(Success, example=SUCCESS)
def destroy_extension(given: dict[str, Any]) -> dict[str, str]:
    """Remove an extension with everything that belongs to it."""
    pbx_extensions.destroy(current_tenant(), key_of(given))
    return SUCCESS


@extensions.route("/list")
@extensions.arguments(PositionListRequest)
@extensions.allowed(*EVERYBODY)
@extensions.answers(CARDS, example=_PAGE_EXAMPLE, until_changed=True)
def list_extensions(given: dict[str, Any]) -> dict[str, Any]:
    """List extensions."""
    page = directory.page(current_tenant(), *_LISTING.asked(given), revision=current_revision())
    return _LISTING.reply_joined(given, page)


@extensions.route("/search")
@extensions.arguments(SearchRequest)
@extensions.allowed(*EVERYBODY)
@extensions.answers(CARDS, example=_PAGE_EXAMPLE, until_changed=True)
def search_extensions(given: dict[str, Any]) -> dict[str, Any]:
    """Search extensions by parts of words."""
    page = directory.search(current_tenant(), given["condition"], *_LISTING.asked(given))
    return _LISTING.reply_joined(given, page)


@extensions.route("/status", methods=["GET", "POST"])
@extensions.arguments(StatusRequest, example={"extensions": ["1000"]})
@extensions.allowed(*EVERYBODY)
@extensions.answers(StatusReply, example=examples.STATUS)
def show_statuses(given: dict[str, Any]) -> dict[str, Any]:
    """Show the status of some extensions."""
    if len(given["extensions"]) > MOST_STATUSES:
        raise Invalid({"extensions": [f"Must name at most {MOST_STATUSES} extensions."]})
    return {"extension_status": orjson.Fragment(directory.statuses(current_tenant(), given["extensions"]))}


@extensions.route("/status/update", methods=["POST"])
@extensions.arguments(PresenceChange, example={"extension_number": "1000", "status": "DND"})
@extensions.allowed(*EVERYBODY)
@extensions.answers(Success, example=SUCCESS, errors=("403.1",))
def update_status(given: dict[str, Any]) -> dict[str, str]:
    """Set what an extension's user chose: available, do not disturb, or away. This operation is ours."""
    extension_id = find_id(current_tenant(), key_of(given))
    require_own(extension_id)
    directory.set_presence(current_tenant(), ExtensionKey(id=extension_id), given["status"])
    return SUCCESS


def key_of(given: dict[str, Any]) -> ExtensionKey:
    """Return the key that a request names."""
    return ExtensionKey(given.get("extension_number"), given.get("id"))


def require_own(extension_id: int) -> None:
    """Raise Forbidden when an extension asks about another one."""
    identity = current_identity()
    if identity.role is Role.EXTENSION and not identity.is_extension(extension_id):
        raise Forbidden("An extension may do this for itself only.")


def secrets_are_shown() -> bool:
    """Tell whether whoever asks is shown passwords and PINs."""
    return settings.current().expose_passwords and current_identity().role is not Role.EXTENSION


def voice_mail_of(extension: Extension) -> dict[str, Any]:
    """Return the voicemail object, with the PIN for who may see it."""
    pin = {"voicemail_pin": extension.secret(PIN)} if secrets_are_shown() else {}
    return {**extension.objects["voice_mail"], **pin}


def _phone_of(extension: Extension) -> dict[str, Any]:
    """Return what is said of the extension's phone, with the password of its web page for who may see it."""
    password = {"phone_webpage_password": extension.secret(WEBPAGE_PASSWORD)} if secrets_are_shown() else {}
    return {**extension.phone, **password}
