"""`/rest/my/portal/password` and `/rest/my/voicemail/pin`: secrets that users set themselves.

Source: sipXcom REST API, "Change user portal password" and "Change voicemail PIN"; contract `sipxcom-user.md`, sections
6.2 and 6.6.
"""

from typing import Final

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.personal import secrets as own_secrets
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.styles import REST

secrets = Resources("own secrets", __name__, REST, "A user's own password and PIN")

_NO_BODY: Final = "A body is not needed, and not looked at."


@secrets.route("/rest/my/portal/password/<name:password>", methods=["PUT"], by_key=False)
@secrets.reads(IGNORED)
@secrets.allowed(Access.USER)
@secrets.answers(NOTHING, note=f"At least {own_secrets.SHORTEST_PASSWORD} characters, percent-encoded. {_NO_BODY}")
def set_portal_password(password: str) -> None:
    """Set the password with which one logs in here and on the web."""
    own_secrets.set_portal_password(current_tenant(), current_identity().account_id, password)


@secrets.route("/rest/my/voicemail/pin/<name:pin>", methods=["PUT"], by_key=False)
@secrets.reads(IGNORED)
@secrets.allowed(Access.USER)
@secrets.answers(NOTHING, note=f"At least {own_secrets.SHORTEST_PIN} digits. {_NO_BODY}")
def set_voicemail_pin(pin: str) -> None:
    """Set the PIN that one's voicemail asks for."""
    own_secrets.set_voicemail_pin(current_tenant(), current_identity().account_id, pin)
