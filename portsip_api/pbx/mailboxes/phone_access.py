"""Who may open a mailbox by phone: an extension its own, and whoever knows the PIN from anywhere.

The own phone is asked for the PIN too, unless `enable_vm_pin_auth` is off. Without a PIN a mailbox is opened by no
other phone. Wrong PINs are counted as failed log-ins are, per mailbox and per who calls; those who call a tenant from
outside count as one. Source: contract, section 4 (`voice_mail`); what is not said there is ours.
"""

import hmac
from enum import Enum, auto
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.secret_purposes import PIN
from portsip_api.pbx.errors import NotFound, TooManyFailures
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, permission_values
from portsip_api.pbx.extensions.permissions import VOICEMAIL
from portsip_api.store.secrets import keyring

_PROOF: Final = "voicemail.new_pin"


class Access(Enum):
    """What it takes to open a mailbox by phone."""

    CLOSED = auto()  # nobody does
    BY_PIN = auto()
    OPEN = auto()


def of(tenant_id: int, number: str, caller: str) -> Access:
    """Return what it takes `caller`, an extension or nothing for one from outside, to open the mailbox of `number`."""
    pin, is_asked = _pin(tenant_id, number)
    if pin is None:
        return Access.CLOSED
    if caller == number and not is_asked:
        return Access.OPEN
    return Access.BY_PIN if pin else Access.CLOSED


def verify(tenant_id: int, number: str, caller: str, pin: str) -> bool:
    """Tell whether that is the PIN of a mailbox; it is not when there were too many wrong ones."""
    name = f"{number}@{tenants.domain_of(tenant_id)}"
    attempt = Attempt(f"voicemail {name}", f"voicemail {tenant_id} {caller}")
    right, _ = _pin(tenant_id, number)
    try:
        attempt.check()
        if right and hmac.compare_digest(right.encode(), pin.encode()):
            attempt.succeeded()
            return True
        attempt.failed()
    except TooManyFailures:
        return False
    return False


def proof(pin: str) -> str:
    """Return what proves that a PIN is the same as one before, and does not tell it."""
    return hmac.new(keyring.derived(_PROOF)[0], pin.encode(), "sha256").hexdigest()


def _pin(tenant_id: int, number: str) -> tuple[str | None, bool]:
    """Return the PIN of a mailbox, None where that is not to be opened, and whether its own phone is asked for it."""
    try:
        extension = extensions.show(tenant_id, ExtensionKey(number))
    except NotFound:
        return None, True
    mailbox = extension.objects["voice_mail"]
    is_on = mailbox["enable_voicemail"] and extension.objects["options"]["enable_extension"]
    if not is_on or not permission_values.has(tenant_id, extension.id, VOICEMAIL):
        return None, True
    return keyring.decrypt(extension.secrets[PIN], PIN), mailbox["enable_vm_pin_auth"]
