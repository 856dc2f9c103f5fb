"""Which greeting a user's voicemail plays, by what it is for: the active one of the user's greetings, which both APIs
choose.

A kind may be chosen before it has a file: the system's greeting is played until it has. A greeting of any other name
counts as the standard one. Source: contract sipxcom-user.md, section 6.2 (`/my/vmprefs`); how both APIs meet is ours.
"""

from typing import Final

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import greeting_kinds, greeting_rows, greetings
from portsip_api.pbx.media.greeting_rows import DEFAULT, READY
from portsip_api.pbx.personal import preferences
from portsip_api.pbx.personal.preferences import Part

NONE: Final = "NONE"
STANDARD: Final = "STANDARD"
KINDS: Final = {
    STANDARD: greeting_kinds.STANDARD,
    "OUT_OF_OFFICE": "outofoffice",
    "EXTENDED_ABSENCE": "extendedabsence",
}


def shown(tenant_id: int, user_id: int, wanted: str) -> str:
    """Return the kind that is played, or that is to be once it has a file; NONE for the system's greeting.

    `wanted` is what was chosen last. One statement.
    """
    rows = greeting_rows.of_extension(tenant_id, user_id)
    active = next((row.filename for row in rows if row.active), None)
    if active is not None:
        return next((kind for kind, name in KINDS.items() if greeting_kinds.file_of(name) == active), STANDARD)
    is_there = wanted != NONE and _file(wanted) in {row.filename for row in rows if row.status == READY}
    return NONE if is_there else wanted


def choose(tenant_id: int, user_id: int, kind: str) -> None:
    """Let a kind, or NONE, be played, inside the caller's transaction. Raises NotFound."""
    rows = greeting_rows.of_extension(tenant_id, user_id)
    ready = {row.filename for row in rows if row.status == READY}
    name = DEFAULT if kind == NONE or _file(kind) not in ready else _file(kind)
    greetings.activate(tenant_id, ExtensionKey(id=user_id), name)


def is_played(tenant_id: int, user_id: int, name: str) -> bool:
    """Tell whether a new file of a kind, named as in addresses, is played at once."""
    wanted = preferences.show(tenant_id, user_id, Part.VOICEMAIL)["greeting"]
    return KINDS.get(shown(tenant_id, user_id, wanted)) == name


def _file(kind: str) -> str:
    return greeting_kinds.file_of(KINDS[kind])
