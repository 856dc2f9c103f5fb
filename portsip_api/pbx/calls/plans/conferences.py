"""What becomes of a call to a conference: who gets in is asked for a PIN there, and its owner is its moderator."""

from dataclasses import dataclass

from portsip_api.pbx.calls.plans.kinds import Call, Plan, Refuse
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey


@dataclass(frozen=True)
class EnterConference(Plan):
    """The caller enters a conference: as its moderator, who is asked for no PIN, or as somebody else.

    `says_name`: callers say their name, which the others hear. `is_recorded`: so is the conference, once it begins.
    """

    tenant_id: int
    room_id: int
    number: str
    is_moderator: bool
    says_name: bool
    is_recorded: bool


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call to the number of a conference."""
    room = conferences.show(call.tenant_id, ConferenceKey(number))
    if not room.enabled:
        return Refuse(480, "the conference is disabled")
    is_owner = bool(room.owner) and room.owner == call.caller
    says_name = room.settings["name_on_entry"] or room.settings["name_on_exit"]
    return EnterConference(
        call.tenant_id, room.id, room.number, is_owner, says_name, is_recorded=room.settings["autorecorded"]
    )
