"""What users prefer about instant messages, voicemail and attendants: documents of which what was set is stored.

Source: contract sipxcom-user.md, sections 6.2 and 6.4.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import orjson

from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.personal.tables import UserPreferences
from portsip_api.pbx.values import Choice, Flag, Rules, Text, checked, defaults
from portsip_api.store import database


class Part(StrEnum):
    """The documents."""

    IM = "im"
    IMBOT = "imbot"
    VOICEMAIL = "voicemail"
    ATTENDANT = "attendant"


_LANGUAGE: Final = "([a-z]{2,3}([_-][A-Za-z0-9]{2,8})*)?"
_FORMAT: Final = Choice(("FULL", "MEDIUM", "BRIEF"), "FULL")
RULES: Final[Mapping[Part, Rules]] = {
    Part.IM: {
        "status_phone_presence": Flag(True),
        "status_call_info": Flag(False),
        "otp_message": Text(255, default="On the phone"),
        "voicemail_on_dnd": Flag(False),
    },
    Part.IMBOT: {
        "conf_enter": Flag(True),
        "conf_exit": Flag(True),
        "vm_begin": Flag(False),
        "vm_end": Flag(False),
    },
    Part.VOICEMAIL: {
        "greeting": Choice(("NONE", "STANDARD", "OUT_OF_OFFICE", "EXTENDED_ABSENCE"), "STANDARD"),
        "notify": Flag(False),  # the profile's address
        "format": _FORMAT,
        "audio": Flag(False),
        "alternate_notify": Flag(False),  # the alternate address of the contact information
        "alternate_format": _FORMAT,
        "alternate_audio": Flag(False),
    },
    Part.ATTENDANT: {
        "deposit": Flag(True),  # whether callers may leave a message
        "play_options": Flag(True),
        "forward_delete": Flag(False),
        "language": Text(16, pattern=_LANGUAGE, meaning="the code of a language, such as en"),  # empty: the system's
        "override_language": Flag(False),  # whatever language the caller has
    },
}


def show(tenant_id: int, user_id: int, part: Part) -> dict[str, Any]:
    """Return a user's values of one document by the names of its RULES; where none was set, the defaults."""
    return defaults(RULES[part]) | _stored(tenant_id, user_id, part)


def update(tenant_id: int, user_id: int, part: Part, fields: Mapping[str, object]) -> None:
    """Set what `fields` names of one document; the rest stays. Raises Invalid and NotFound."""
    values = checked(RULES[part], fields)
    with database.writing():
        document = orjson.dumps(_stored(tenant_id, user_id, part) | values).decode()
        write(tenant_id, user_id, {part.value: document})


def write(tenant_id: int, user_id: int, columns: Mapping[str, object]) -> None:
    """Set columns of a user's row, which is made when it is missing, inside the caller's transaction.

    Raises NotFound (no such user).
    """
    find_id(tenant_id, ExtensionKey(id=user_id))
    if not UserPreferences.update(tenant_id, columns, extension_id=user_id):
        UserPreferences.insert(tenant_id, extension_id=user_id, **columns)


def _stored(tenant_id: int, user_id: int, part: Part) -> dict[str, Any]:
    row = UserPreferences.find(tenant_id, extension_id=user_id)
    stored: dict[str, Any] = orjson.loads(getattr(row, part)) if row is not None else {}
    return stored
