"""`/api/voice_mail`: the voicemail settings of an extension on their own.

Source: contract, section 4.
"""

from typing import Any

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions as pbx_extensions
from portsip_api.pbx.extensions.fields import NUMBER, VOICE_MAIL
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import TenantRequest, described, schema_of
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.portsip.extensions import require_own, voice_mail_of

voice_mail = ResourceBlueprint("voice mail", __name__, url_prefix="/api/voice_mail", description="Voicemail settings")


class VoiceMailKey(TenantRequest):
    """Names an extension by its number, which is its voicemail's number too."""

    extension_number = described(NUMBER, "The extension's number.")
    voice_mail_number = described(NUMBER, "The same number; `extension_number` decides when both are sent.")

    keys = ("extension_number", "voice_mail_number")


class VoiceMailChange(schema_of("VoiceMailFields", VOICE_MAIL, VoiceMailKey)):  # type: ignore[misc]
    """What changes in an extension's voicemail settings."""


class VoiceMailReply(schema_of("VoiceMailFields", VOICE_MAIL, VoiceMailKey)):  # type: ignore[misc]
    """An extension's voicemail settings; the PIN is shown to administrators and tenants only."""


@voice_mail.route("/show")
@voice_mail.arguments(VoiceMailKey)
@voice_mail.allowed(*EVERYBODY)
@voice_mail.answers(VoiceMailReply, errors=("403.1",))
def show_voice_mail(given: dict[str, Any]) -> dict[str, Any]:
    """Show the voicemail settings of an extension."""
    extension = pbx_extensions.show(current_tenant(), _key_of(given))
    require_own(extension.id)
    return {
        "extension_number": extension.number,
        "voice_mail_number": extension.number,
        **voice_mail_of(extension),
    }


@voice_mail.route("/update", methods=["POST"])
@voice_mail.arguments(VoiceMailChange, example={"extension_number": "1000", "enable_voicemail": True})
@voice_mail.allowed(*EVERYBODY)
@voice_mail.answers(Success, example=SUCCESS, errors=("403.1",))
def update_voice_mail(given: dict[str, Any]) -> dict[str, str]:
    """Change the voicemail settings of an extension; what is not sent stays as it is."""
    pbx_extensions.update(current_tenant(), _key_of(given), {"voice_mail": given}, by=current_identity())
    return SUCCESS


def _key_of(given: dict[str, Any]) -> ExtensionKey:
    return ExtensionKey(given.get("extension_number", given.get("voice_mail_number")))
