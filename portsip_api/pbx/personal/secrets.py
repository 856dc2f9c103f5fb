"""The two secrets that users set themselves: the password of the portal and the PIN of their voicemail.

Source: contract sipxcom-user.md, sections 6.2 and 6.6.
"""

from typing import Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions

SHORTEST_PASSWORD: Final = 8
SHORTEST_PIN: Final = 4
_UNREADABLE: Final = "\ufffd"  # what stands for bytes that were no text


def set_portal_password(tenant_id: int, user_id: int, password: str) -> None:
    """Give a user another web access password, which ends the user's tokens. Raises Invalid (field `password`)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid({"password": [f"Password must be at least {SHORTEST_PASSWORD} characters long."]})
    _require_readable("password", password)
    try:
        extensions.update(tenant_id, ExtensionKey(id=user_id), {"web_access_password": password})
    except Invalid as error:
        raise Invalid({"password": error.errors["web_access_password"]}) from error


def set_voicemail_pin(tenant_id: int, user_id: int, pin: str) -> None:
    """Give a user another voicemail PIN: at least four digits, since phones have no letters. Raises Invalid."""
    if len(pin) < SHORTEST_PIN:
        raise Invalid({"pin": [f"Voicemail PIN must be at least {SHORTEST_PIN} characters long."]})
    try:
        extensions.update(tenant_id, ExtensionKey(id=user_id), {"voice_mail": {"voicemail_pin": pin}})
    except Invalid as error:
        raise Invalid({"pin": error.errors["voice_mail.voicemail_pin"]}) from error


def _require_readable(field: str, text: str) -> None:
    if _UNREADABLE in text:
        raise Invalid({field: ["Must be text in UTF-8."]})
