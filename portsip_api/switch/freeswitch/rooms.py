"""How FreeSWITCH runs a conference: the profile that it asks for whenever somebody enters one, by its name.

What is said in it when a conference begins holds until it ends. Source: FreeSWITCH 1.10.12, mod_conference.
"""

import re
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import Conference, ConferenceKey
from portsip_api.pbx.features.tables import Conference as Row
from portsip_api.switch.freeswitch import music, recorded
from portsip_api.switch.freeswitch.conferences import PAGE, number_of
from portsip_api.switch.freeswitch.documents import Xml, element, named_values

_ENTRY_TONE: Final = "tone_stream://%(150,0,500);%(150,0,700)"
_EXIT_TONE: Final = "tone_stream://%(150,0,700);%(150,0,500)"
_NOT_IN: Final = "tone_stream://%(500,500,425);loops=3"  # as where somebody is busy
# Events that nobody here listens to, and of which there are many.
_SILENT: Final = "start-talking,stop-talking,floor-change,mute-detect,energy-level,volume-level,gain-level,dtmf"
_PLAIN: Final = re.compile(r"[0-9A-Za-z+*#_.@-]{1,64}", re.ASCII)


def profiles(name: str, profile: str) -> tuple[Xml, ...]:
    """Return how the conference of that name is run that somebody is about to enter; nothing where there is none."""
    values = {"suppress-events": _SILENT, "caller-controls": "none", "rate": "8000", "interval": "20"}
    if profile != PAGE:
        number, domain = number_of(name)
        tenant_id = tenants.id_of_domain(domain)
        if tenant_id is None or not Row.has(tenant_id, number=number):
            return ()
        values |= _parameters(tenant_id, conferences.show(tenant_id, ConferenceKey(number)))
    return (element("profiles", None, element("profile", {"name": profile}, *named_values("param", values))),)


def locks_itself(room: Conference) -> bool:
    """Tell whether nobody else gets in once somebody has: FreeSWITCH itself knows no conference of one."""
    return bool(room.settings["locked"]) or room.settings["max_members"] == 1


def _parameters(tenant_id: int, room: Conference) -> dict[str, str]:
    settings = room.settings
    shown = settings["outbound_caller_id"]
    values = {
        "caller-id-number": shown if _PLAIN.fullmatch(shown) else room.number,
        "caller-id-name": room.number,
        "pin-retries": "3",
        "pin-sound": recorded.sounds(tenant_id, settings["language"], "enter-pin")[0],
        "bad-pin-sound": recorded.sounds(tenant_id, settings["language"], "wrong")[0],
        "locked-sound": _NOT_IN,
        "max-members-sound": _NOT_IN,
        "pin": room.pin("participant_pin"),
        "moderator-pin": room.pin("moderator_pin"),
        "moh-sound": "" if settings["moh"] == "NONE" else music.of_tenant(tenant_id),
        "enter-sound": _ENTRY_TONE if settings["play_entry_tone"] else "",
        "exit-sound": _EXIT_TONE if settings["play_exit_tone"] else "",
        "conference-flags": "wait-mod" if _waits(room) else "",
        "max-members": str(settings["max_members"]) if settings["max_members"] > 1 else "",
    }
    return {name: value for name, value in values.items() if value}


def _waits(room: Conference) -> bool:
    """Tell whether it waits for a moderator; where nobody could be one, it begins without."""
    return not room.settings["quickstart"] and bool(room.pin("moderator_pin") or room.owner)
