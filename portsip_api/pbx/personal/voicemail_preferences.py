"""Which greeting a user's voicemail plays, and to which e-mail addresses it tells of new messages, and how.

The addresses are those of the contact information. Source: contract sipxcom-user.md, section 6.2 (`/my/vmprefs`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, permission_values
from portsip_api.pbx.personal import contacts, played_greetings, preferences
from portsip_api.pbx.personal.preferences import Part
from portsip_api.store import database

PERMISSION = "Voicemail"


@dataclass(frozen=True)
class Notice:
    """How an address is told of new messages: `form` is FULL, MEDIUM or BRIEF, perhaps with the audio."""

    address: str
    form: str
    audio: bool


@dataclass(frozen=True)
class VoicemailPreferences:
    """What a user prefers; a notice is None where none is sent."""

    greeting: str
    notice: Notice | None
    alternate: Notice | None
    permitted: bool


def show(tenant_id: int, user_id: int) -> VoicemailPreferences:
    """Return what a user prefers. Raises NotFound."""
    values = preferences.show(tenant_id, user_id, Part.VOICEMAIL)
    profile = extensions.show(tenant_id, ExtensionKey(id=user_id)).objects["profile"]
    alternate = contacts.stored(tenant_id, user_id).get("alternate_email", "")
    return VoicemailPreferences(
        played_greetings.shown(tenant_id, user_id, values["greeting"]),
        Notice(profile["email"], values["format"], values["audio"]) if values["notify"] else None,
        Notice(alternate, values["alternate_format"], values["alternate_audio"])
        if values["alternate_notify"]
        else None,
        permission_values.has(tenant_id, user_id, PERMISSION),
    )


def update(tenant_id: int, user_id: int, fields: Mapping[str, Any]) -> None:
    """Set what `fields` names: the values of `Part.VOICEMAIL`, and the addresses `email` and `alternate_email`.

    Raises Invalid, NotFound, and Forbidden for a user who has no voicemail.
    """
    with database.writing():
        if not permission_values.has(tenant_id, user_id, PERMISSION):
            raise Forbidden("You have no voicemail.")
        wanted = preferences.show(tenant_id, user_id, Part.VOICEMAIL)["greeting"]
        before = played_greetings.shown(tenant_id, user_id, wanted)
        preferences.update(tenant_id, user_id, Part.VOICEMAIL, fields)
        if fields.get("greeting", before) != before:
            played_greetings.choose(tenant_id, user_id, fields["greeting"])
        contacts.set_addresses(tenant_id, user_id, fields.get("email"), fields.get("alternate_email"))
