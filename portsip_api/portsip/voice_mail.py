"""`/api/voice_mail`: the voicemail settings of an extension on their own, and the voicemail service of a tenant.

Source: contract, section 4; `portsip-more.md`, section 1, row 11.
"""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Forbidden, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions as pbx_extensions
from portsip_api.pbx.extensions.fields import NUMBER, VOICE_MAIL
from portsip_api.pbx.identity import Role
from portsip_api.pbx.mailboxes import service
from portsip_api.pbx.mailboxes.service import KEEP_DAYS, LEAST_SECONDS
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import TenantRequest, described, schema_of
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.portsip.extensions import require_own, voice_mail_of

voice_mail = ResourceBlueprint("voice mail", __name__, url_prefix="/api/voice_mail", description="Voicemail settings")

_SHORTEST: Final = (
    "Of the service: seconds of the shortest message that is saved; what a caller leaves that is shorter is not."
)
_DAYS: Final = (
    "Of the service: days after which messages are removed; 0: never. Where the tenant's `quota` has "
    "`auto_clean_voicemail_days` too, the fewer days decide."
)


class VoiceMailKey(TenantRequest):
    """Names an extension by its number, which is its voicemail's number too, or else the tenant's voicemail service."""

    extension_number = described(NUMBER, "The extension's number; without it the tenant's voicemail service is meant.")
    voice_mail_number = described(
        NUMBER,
        "An extension's number means the extension. Another one is the number at which the service lets messages be "
        "heard by phone: those of the extension that calls, or of the mailbox that is named by keys. The PIN is asked "
        "for, of the own phone unless `enable_vm_pin_auth` is off; a mailbox without one is opened by no other phone.",
    )


class VoiceMailChange(schema_of("VoiceMailFields", VOICE_MAIL, VoiceMailKey)):  # type: ignore[misc]
    """What changes in an extension's voicemail settings, or in the service."""

    voice_mail_not_save_if_less_seconds = described(LEAST_SECONDS, _SHORTEST)
    auto_cleaning_voicemail_days = described(KEEP_DAYS, _DAYS)

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError for settings of an extension that is not named, and when nothing at all is."""
        super().check(values)
        is_named = "extension_number" in values or "voice_mail_number" in values
        if not is_named and (_are_of_extension(values) or not values.keys() & service.SERVICE.keys()):
            raise ValidationError({"extension_number": ["Missing."]})


class VoiceMailReply(schema_of("VoiceMailFields", VOICE_MAIL, Schema)):  # type: ignore[misc]
    """An extension's voicemail settings, or the service; the PIN is shown to administrators and tenants only."""

    extension_number = ma.String()
    voice_mail_number = ma.String(required=True)
    voice_mail_not_save_if_less_seconds = ma.Integer(metadata={"description": _SHORTEST})
    auto_cleaning_voicemail_days = ma.Integer(metadata={"description": _DAYS})
    used_voicemail_quota = ma.Integer(
        metadata={"description": "Of the service: bytes that messages and greetings of the tenant take."}
    )


@voice_mail.route("/show")
@voice_mail.arguments(VoiceMailKey)
@voice_mail.allowed(*EVERYBODY)
@voice_mail.answers(VoiceMailReply, errors=("403.1",))
def show_voice_mail(given: dict[str, Any]) -> dict[str, Any]:
    """Show the voicemail settings of an extension, or the tenant's voicemail service."""
    tenant_id, key = current_tenant(), _key_of(given)
    if "extension_number" not in given and (key is None or not _is_there(tenant_id, key)):
        found = service.show(tenant_id)
        if key is None or found.number == given["voice_mail_number"]:
            return {
                "voice_mail_number": found.number,
                "voice_mail_not_save_if_less_seconds": found.least_seconds,
                "auto_cleaning_voicemail_days": found.keep_days,
                "used_voicemail_quota": found.used_bytes,
            }
    extension = pbx_extensions.show(tenant_id, key or ExtensionKey())
    require_own(extension.id)
    return {
        "extension_number": extension.number,
        "voice_mail_number": extension.number,
        **voice_mail_of(extension),
    }


@voice_mail.route("/update", methods=["POST"])
@voice_mail.arguments(VoiceMailChange, example={"extension_number": "1000", "enable_voicemail": True})
@voice_mail.allowed(*EVERYBODY)
@voice_mail.answers(Success, example=SUCCESS, errors=("403.1", "403.3"))
def update_voice_mail(given: dict[str, Any]) -> dict[str, str]:
    """Change the voicemail settings of an extension, or of the service; what is not sent stays as it is.

    A `voice_mail_number` that is no extension's, without an `extension_number`, is the service's new one, unless there
    are settings of an extension beside it.
    """
    tenant_id, key = current_tenant(), _key_of(given)
    of_extension = "extension_number" in given or _are_of_extension(given)
    if key is not None and (of_extension or _is_there(tenant_id, key)):
        pbx_extensions.update(tenant_id, key, {"voice_mail": given}, by=current_identity())
        return SUCCESS
    if current_identity().role is Role.EXTENSION:
        raise Forbidden("Your role may not do this.")
    service.update(tenant_id, given)
    return SUCCESS


def _are_of_extension(given: Mapping[str, object]) -> bool:
    return not VOICE_MAIL.keys().isdisjoint(given)


def _key_of(given: Mapping[str, Any]) -> ExtensionKey | None:
    number = given.get("extension_number", given.get("voice_mail_number"))
    return None if number is None else ExtensionKey(number)


def _is_there(tenant_id: int, key: ExtensionKey) -> bool:
    try:
        find_id(tenant_id, key)
    except NotFound:
        return False
    return True
