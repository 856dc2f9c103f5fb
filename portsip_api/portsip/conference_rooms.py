"""`/api/conference_room`: numbers at which callers meet, and who is in them at the moment.

They are the conferences of the other API. Source: contract `portsip-more.md`, section 3; what it leaves open is ours.
"""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api import settings, switch
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import conferencing
from portsip_api.pbx.calls.conferencing import Command, LiveConference, Verb
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import conferences as pbx_conferences
from portsip_api.pbx.features.conferences import Conference
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.identity import Role
from portsip_api.pbx.values import Choice
from portsip_api.portsip import conference_fields
from portsip_api.portsip.conference_fields import MOST_PARTICIPANTS, RoomChange, RoomCreate, RoomKeyRequest, RoomReply
from portsip_api.portsip.core.blueprint import EVERYBODY, MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import described
from portsip_api.portsip.core.instants import in_zone
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

conference_rooms = ResourceBlueprint("conference rooms", __name__, description="Conference rooms")

_OPS: Final = {"MUTE": Verb.MUTE, "UNMUTE": Verb.UNMUTE, "KICK": Verb.KICK, "INVITE": Verb.INVITE}


class ParticipantRequest(RoomKeyRequest):
    """Names somebody in a room."""

    participant_extension = described(NUMBER, "The number of the extension that takes part.", required=True)


class ParticipantChange(ParticipantRequest):
    """What is done with somebody in a room."""

    op = described(Choice(tuple(_OPS), ""), "Ours: the page does not say what it can be.", required=True)


class Participant(Schema):
    """Somebody in a room."""

    participant_extension = ma.String(required=True)
    muted = ma.Boolean(required=True)
    joined_time = ma.String(
        required=True, metadata={"description": "`YYYY-MM-DD HH:MM:SS GMT±HH:MM` in the tenant's time zone."}
    )


class Participants(Schema):
    """Who are in a room."""

    participants = ma.List(ma.Nested(Participant), required=True)


_LISTING: Final = Listing("rooms", alias="servers")
_KEY: Final = {"room_number": "7001"}
_EXAMPLE: Final = {
    **_KEY,
    "mode": "AUDIO",
    "subject": "Weekly",
    "language": "en_US",
    "room_pin": "1234",
    "admin_pin": "4321",
    "max_participants": 20,
    "resolution": "VGA",
    "framerate": 15,
    "bitrate": 512,
    "layout": 4,
    "unattended": True,
}
_CREATED: Final = conference_fields.keys(3, "7001")


def _paths(*names: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the rule of an operation and its aliases."""
    spelled = [f"/api/{base}/{name}" for base in ("conference_room", "conference/room") for name in names]
    return {"rule": spelled[0], "aliases": [*spelled[1:], *also]}


@conference_rooms.route(**_paths("list", also=("/api/conference_server/room/list",)))
@conference_rooms.arguments(ListRequest)
@conference_rooms.allowed(*EVERYBODY)
@conference_rooms.answers(_LISTING.schema("RoomList", RoomReply))
def list_conference_rooms(given: dict[str, Any]) -> dict[str, Any]:
    """List conference rooms by number. Extensions see them without PINs."""
    tenant_id = current_tenant()
    page = pbx_conferences.page(tenant_id, _LISTING.asked(given)[1])
    live = {found.number: found for found in switch.switch.conferences(tenants.domain_of(tenant_id))}
    return _LISTING.reply(given, page, [_shown(room, live.get(room.number)) for room in page.rows])


@conference_rooms.route(**_paths("show"))
@conference_rooms.arguments(RoomKeyRequest)
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(RoomReply)
def show_conference_room(given: dict[str, Any]) -> dict[str, Any]:
    """Show a conference room. Where somebody is in it, `locked` and `recording` say what holds at the moment."""
    return _shown(*_room(given))


@conference_rooms.route(**_paths("create"), methods=["POST"])
@conference_rooms.arguments(RoomCreate, example=_EXAMPLE)
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(conference_fields.RoomKeys, example=_CREATED, errors=("403.3", "409.1"))
def create_conference_room(given: dict[str, Any]) -> dict[str, Any]:
    """Create a conference room.

    With an `owner` it is also a conference of that user's in the other API, which knows it by its `name`.
    """
    fields = {"max_members": MOST_PARTICIPANTS, **conference_fields.read(given)}
    with conference_fields.wire_names():
        room_id = pbx_conferences.create(current_tenant(), fields)
    return conference_fields.keys(room_id, fields["number"])


@conference_rooms.route(**_paths("update"), methods=["POST"])
@conference_rooms.arguments(RoomChange, example={**_KEY, "subject": "Monthly"})
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Success, example=SUCCESS, errors=("403.3",))
def update_conference_room(given: dict[str, Any]) -> dict[str, str]:
    """Change a conference room; what is not sent stays as it is."""
    room, live = _room(given)
    before = _shown(room, live)
    # What holds at the moment only is not taken for a wish when it is sent back.
    sent = {name: value for name, value in given.items() if name not in _LIVE or value != before[name]}
    with conference_fields.wire_names():
        pbx_conferences.update(current_tenant(), conference_fields.key_of(given), conference_fields.read(sent))
    for name in [name for name in _LIVE if name in sent] if live is not None else []:
        _command(room, Command(_LIVE[name][sent[name]]))
    return SUCCESS


_LIVE: Final = {"locked": (Verb.UNLOCK, Verb.LOCK), "recording": (Verb.NO_RECORD, Verb.RECORD)}


@conference_rooms.route(**_paths("destroy", "remove"), methods=["POST"])
@conference_rooms.arguments(RoomKeyRequest, example=_KEY)
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Success, example=SUCCESS)
def destroy_conference_room(given: dict[str, Any]) -> dict[str, str]:
    """Remove a conference room. Rules that point at it fall back to voicemail."""
    pbx_conferences.destroy(current_tenant(), conference_fields.key_of(given))
    return SUCCESS


@conference_rooms.route(**_paths("participants/list"))
@conference_rooms.arguments(RoomKeyRequest)
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Participants)
def list_participants(given: dict[str, Any]) -> dict[str, Any]:
    """List who are in a conference room at the moment; without a SIP engine nobody is."""
    _, live = _room(given)
    zone = calendars.load(current_tenant()).zone
    members = [] if live is None else live.members
    return {
        "participants": [
            {
                "participant_extension": member.number,
                "muted": not member.can_speak,
                "joined_time": in_zone(member.joined, zone),
            }
            for member in members
        ]
    }


@conference_rooms.route(**_paths("participants/update"), methods=["POST"])
@conference_rooms.arguments(ParticipantChange, example={"id": 3, "participant_extension": "1000", "op": "MUTE"})
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Success, example=SUCCESS, errors=("409.1",))
def update_participant(given: dict[str, Any]) -> dict[str, str]:
    """Mute, unmute or remove somebody, or call an extension into a conference room.

    Where nobody is in the room the answer is 409.1, without a SIP engine 503.1.
    """
    if given["op"] == "INVITE":
        room, _ = _room(given)
        number = Extension.get(current_tenant(), number=given["participant_extension"]).number
        conferencing.require_live(_domain(), room.number, switch.switch)
        _command(room, Command(Verb.INVITE, number=number))
    else:
        _do(given, _OPS[given["op"]])
    return SUCCESS


@conference_rooms.route(**_paths("chairman/update"), methods=["POST"])
@conference_rooms.arguments(ParticipantRequest, example={"id": 3, "participant_extension": "1000"})
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Success, example=SUCCESS, errors=("409.1",))
def update_chairman(given: dict[str, Any]) -> dict[str, str]:
    """Make somebody in a conference room its moderator.

    Where nobody is in the room the answer is 409.1, without a SIP engine 503.1.
    """
    _do(given, Verb.CHAIR)
    return SUCCESS


@conference_rooms.route(**_paths("main_screen/update"), methods=["POST"])
@conference_rooms.arguments(ParticipantRequest, example={"id": 3, "participant_extension": "1000"})
@conference_rooms.allowed(*MANAGERS)
@conference_rooms.answers(Success, example=SUCCESS, errors=("409.1",))
def update_main_screen(given: dict[str, Any]) -> dict[str, str]:
    """Show somebody in a conference room to all.

    Where nobody is in the room the answer is 409.1, without a SIP engine 503.1.
    """
    _do(given, Verb.FLOOR)
    return SUCCESS


def _room(given: Mapping[str, Any]) -> tuple[Conference, LiveConference | None]:
    room = pbx_conferences.show(current_tenant(), conference_fields.key_of(given))
    return room, conferencing.live(_domain(), room.number, switch.switch)


def _shown(room: Conference, live: LiveConference | None) -> dict[str, Any]:
    with_pins = settings.current().expose_passwords and current_identity().role is not Role.EXTENSION
    return conference_fields.shown(room, live, with_pins=with_pins, is_served=switch.switch.is_attached)


def _do(given: Mapping[str, Any], verb: Verb) -> None:
    """Do something with a participant. Raises NotFound, Conflict and SwitchUnavailable."""
    room, _ = _room(given)
    member = conferencing.member_of(_domain(), room.number, given["participant_extension"], switch.switch)
    _command(room, Command(verb, (member,)))


def _command(room: Conference, command: Command) -> None:
    conferencing.ask(_domain(), room.number, command, switch.switch)


def _domain() -> str:
    return tenants.domain_of(current_tenant())
