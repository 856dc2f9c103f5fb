"""Conference rooms as this API spells them: the fields of requests and replies, and the PBX's names for them.

Source: contract `portsip-more.md`, section 3, `conference_room`, and section 1.2 (room mode).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api.pbx.calls.conferencing import LiveConference
from portsip_api.pbx.errors import Duplicate, Invalid
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features.conference_fields import CONFERENCE, MODES
from portsip_api.pbx.features.conferences import Conference, ConferenceKey
from portsip_api.pbx.values import Choice, Kind, Rules
from portsip_api.portsip.core.fields import ID, TenantRequest, described, schema_of

SPELLINGS: Final = ("room_number", "extension_number", "room_extension")
PINS: Final = {"room_pin": "participant_pin", "admin_pin": "moderator_pin"}
MOST_PARTICIPANTS: Final = 20  # of a room of which nothing is said
_MODE: Final = Choice(MODES, MODES[0])
# The wire's name of each part, in its order: ours.
_NAMES: Final = {
    "name": "name",
    "subject": "description",
    "enabled": "enabled",
    "owner": "owner",
    "language": "language",
    "outbound_caller_id": "outbound_caller_id",
    **PINS,
    "max_participants": "max_members",
    "resolution": "resolution",
    "framerate": "framerate",
    "bitrate": "bitrate",
    "layout": "layout",
    "unattended": "quickstart",
    "locked": "locked",
    "recording": "autorecorded",
    **{
        name: name
        for name in (
            *("send_active_video_only", "moh", "play_entry_tone", "play_exit_tone"),
            *("name_on_entry", "name_on_exit"),
        )
    },
}
_TOLD: Final = {
    "name": "Ours: the name by which its owner and the other API know it, unlike any other's; the number when absent.",
    "subject": "What it is about.",
    "enabled": "Ours: whether anybody gets in.",
    "owner": "Ours: the number of the extension whose it is, which runs it by the other API; empty for nobody's.",
    "room_pin": "The PIN of participants; empty for none.",
    "admin_pin": "The PIN of moderators, unlike that of participants; empty for none.",
    "max_participants": f"{MOST_PARTICIPANTS} when absent, 0 for no limit.",
    "framerate": "Pictures a second.",
    "bitrate": "kbit/s.",
    "layout": "How many are seen at once.",
    "unattended": "Whether it begins without a moderator.",
    "locked": "Whether nobody else gets in: at once where somebody is in it, and whenever it begins.",
    "recording": "Whether it is recorded: at once where somebody is in it, and whenever it begins.",
    "moh": "Ours: what who waits alone hears.",
    "name_on_entry": "Ours: whether callers record their name, which is played when they come.",
    "name_on_exit": "Ours: whether that is played when they go.",
    "send_active_video_only": "Ours: whether only who speaks is seen.",
    "play_entry_tone": "Ours.",
    "play_exit_tone": "Ours.",
}


def _kinds() -> Iterator[tuple[str, Kind]]:
    for name, own in _NAMES.items():
        kind = CONFERENCE[own]
        assert isinstance(kind, Kind)  # noqa: S101 — none of them is nested
        yield name, kind


_FIELDS: Final = {name: described(kind, _TOLD.get(name, "")) for name, kind in _kinds()}


class RoomKeyRequest(TenantRequest):
    """Names a room by its number or its id."""

    room_number = described(NUMBER, "The number; with `id` as the key, the new one.")
    extension_number = described(NUMBER, "The same as `room_number`.")
    room_extension = described(NUMBER, "The same as `room_number`, as lists also call it.")
    id = described(ID, "The numeric id; it decides when both are sent.")

    keys = (*SPELLINGS, "id")

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError where two spellings of one thing say different things."""
        super().check(values)
        if len({values[name] for name in SPELLINGS if name in values}) > 1:
            raise ValidationError({SPELLINGS[0]: [f"Must be the same as {' and '.join(SPELLINGS[1:])}."]})


_Values: Final = type(
    "RoomValues", (RoomKeyRequest,), {"mode": described(_MODE, f"`{MODES[0]}` when absent."), **_FIELDS}
)


class RoomCreate(_Values):  # type: ignore[misc,valid-type]
    """A new room."""

    keys = SPELLINGS


class RoomChange(_Values):  # type: ignore[misc,valid-type]
    """What changes in a room."""


class RoomKeys(Schema):
    """What names a room."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})
    room_number = ma.String(required=True)
    extension_number = ma.String(required=True, metadata={"description": "The same number."})
    room_extension = ma.String(required=True, metadata={"description": "The same number."})


_SHOWN: Final[Rules] = {"mode": _MODE, **dict(_kinds())}


class RoomReply(schema_of("RoomShown", _SHOWN, RoomKeys)):  # type: ignore[misc]
    """A room; PINs are absent where they are not shown."""

    participants = ma.Integer(required=True, metadata={"description": "Who are in it at the moment."})
    status = ma.String(
        required=True,
        metadata={"enum": ["ONLINE", "OFFLINE"], "description": "`ONLINE` where a SIP engine serves it."},
    )


def key_of(given: Mapping[str, Any]) -> ConferenceKey:
    """Return what names the room of a request."""
    return ConferenceKey(number_in(given), given.get("id"))


def number_in(given: Mapping[str, Any]) -> str | None:
    """Return the number of a request, however it is spelled."""
    return next((given[name] for name in SPELLINGS if name in given), None)


def keys(room_id: int, number: str) -> dict[str, str]:
    """Return what names a room in replies."""
    return {"id": str(room_id), **dict.fromkeys(SPELLINGS, number)}


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent by the names that the PBX has for it."""
    values = {own: given[name] for name, own in _NAMES.items() if name in given}
    if "mode" in given:
        values["video"] = given["mode"] == MODES[1]
    if (number := number_in(given)) is not None:
        values["number"] = number
    return values


def shown(room: Conference, live: LiveConference | None, *, with_pins: bool, is_served: bool) -> dict[str, Any]:
    """Return a room; what is locked or recorded at the moment is what is said of it."""
    values = {name: room.settings.get(own, getattr(room, own, None)) for name, own in _NAMES.items()}
    values |= {name: room.pin(own) for name, own in PINS.items()} if with_pins else {}
    return {
        **keys(room.id, room.number),
        "mode": MODES[room.settings["video"]],
        **{name: value for name, value in values.items() if with_pins or name not in PINS},
        **({} if live is None else {"locked": live.locked, "recording": live.recorded is not None}),
        "participants": 0 if live is None else len(live.members),
        "status": "ONLINE" if is_served and room.enabled else "OFFLINE",
    }


@contextmanager
def wire_names() -> Iterator[None]:
    """Let errors name fields as the wire does."""
    wire = {own: name for name, own in _NAMES.items()} | {"number": SPELLINGS[0]}
    try:
        yield
    except Invalid as error:
        raise Invalid({wire.get(name, name): texts for name, texts in error.errors.items()}) from None
    except Duplicate as error:
        raise Duplicate(str(error), wire.get(error.field, error.field)) from None
