"""`/rest/my/conferences`: a user's own conferences, who is in one, and what is asked of it while somebody is.

Source: sipXcom REST API, "Conferences" and "FreeSWITCH Conference Commands"; contract `sipxcom-user.md`, section 6.5;
`sipxcom.md`, decisions 1, 6 and 9. Whose a conference is, is checked everywhere.
"""

from typing import Any, Final

from flask import request
from werkzeug.exceptions import MethodNotAllowed

from portsip_api import settings, switch
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import conference_commands, conferencing
from portsip_api.pbx.calls.conferencing import NOT_ACTIVE
from portsip_api.pbx.errors import Conflict, Forbidden, NotFound
from portsip_api.pbx.features import conferences as pbx_conferences
from portsip_api.pbx.features.conference_fields import MUSIC
from portsip_api.pbx.features.conferences import Conference, ConferenceKey
from portsip_api.pbx.people import im_ids
from portsip_api.sipxcom.core.authentication import Access, current_tenant, is_by_key, require_same_site
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, TEXT, Resources
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import PLAIN, REST

conferences = Resources("conferences", __name__, REST, "Conferences of users")

NOT_FOUND: Final = "Conference not found"
_CODES: Final = {"accessCode": "participant_pin", "moderatorCode": "moderator_pin"}
# The wire's name of each part, in its order: ours.
_NAMES: Final = {
    "enabled": "enabled",
    "name": "name",
    "description": "description",
    "autorecorded": "autorecorded",
    **_CODES,
    "quickstart": "quickstart",
    "video": "video",
    "sendActiveVideoOnly": "send_active_video_only",
    "maxMembers": "max_members",
    "moh": "moh",
    "playEntryToneEnabled": "play_entry_tone",
    "playExitToneEnabled": "play_exit_tone",
    "recordAndPlayNameOnEntryEnabled": "name_on_entry",
    "recordAndPlayNameOnExitEnabled": "name_on_exit",
}
_HIDDEN: Final = "Absent where none is asked for, where the settings hide passwords, and with a private key."
_OF_A_CHAT: Final = "Of a chat room, which the system no longer had: taken and passed over."
_CONFERENCE: Final = Record(
    "conference",
    (Leaf("enabled", FLAG), Leaf("name"), Leaf("description"), Leaf("extension"), Leaf("accessCode", meaning=_HIDDEN)),
    "Conference",
)
_CONFERENCES: Final = Record("conferences", (Many("conferences", _CONFERENCE, bare=True),), "Conferences")
_SETTING: Final = Record(
    "setting",
    (
        Leaf("enabled", FLAG),
        Leaf("name", meaning="Unlike that of any other conference; written, it renames."),
        Leaf("description"),
        Leaf("autorecorded", FLAG),
        Leaf("accessCode", meaning=f"What participants dial to get in; empty in a request for none. {_HIDDEN}"),
        Leaf("moderatorCode", meaning=f"What its moderator dials; needs an access code, which is another. {_HIDDEN}"),
        Leaf("quickstart", FLAG, "Whether it begins without a moderator; needs a moderator code when false."),
        Leaf("video", FLAG),
        Leaf("sendActiveVideoOnly", FLAG),
        Leaf("maxMembers", WHOLE, "0 for no limit."),
        Leaf("moh", meaning=f"What who waits alone hears: one of {', '.join(MUSIC)}."),
        Leaf("playEntryToneEnabled", FLAG),
        Leaf("playExitToneEnabled", FLAG),
        Leaf("recordAndPlayNameOnEntryEnabled", FLAG),
        Leaf("recordAndPlayNameOnExitEnabled", FLAG),
        Leaf("moderatedRoom", FLAG, _OF_A_CHAT, ignored=True),
        Leaf("publicRoom", FLAG, _OF_A_CHAT, ignored=True),
    ),
    "ConferenceSetting",
)
_MEMBER: Final = Record(
    "member",
    (
        Leaf("id", WHOLE),
        Leaf("name", meaning="The number that calls."),
        Leaf("imId", meaning="Of the user with that number, who has one."),
        Leaf("uuid"),
        Leaf("volumeIn", WHOLE),
        Leaf("volumeOut", WHOLE),
        Leaf("energyLevel", WHOLE),
        Leaf("canHear", FLAG),
        Leaf("canSpeak", FLAG),
    ),
    "ConferenceMember",
)
_DETAILS: Final = Record(
    "conference",
    (Leaf("extension"), Leaf("description"), Leaf("locked", FLAG), Many("members", _MEMBER)),
    "ConferenceDetails",
)
_COMMAND: Final = "/rest/my/conference/<name:conference>/<name:command>"
_NO_COMMAND: Final = "/rest/my/conference/<name:conference>"
_COMMANDS_NOTE: Final = (
    f"A verb and its arguments with `&` between them, one of {', '.join(conference_commands.VERBS)}; another verb, and "
    "an argument that is not of the verb's kind, is 400. Members are named by id, `all` or `last`; `play` takes the "
    "name of a prompt of the tenant, `transfer` the name of another conference of one's own, `dial` and `invite` the "
    "number of a user, or one outside that one may call, over the first gateway that carries it (409 where "
    "none does), `inviteim` the IM id of a user. Answers `<command-response>…</command-response>`. 406 where nobody is "
    "in it, 503 without a SIP engine."
)


@conferences.route("/rest/my/conferences")
@conferences.allowed(Access.USER)
@conferences.answers(_CONFERENCES)
def list_conferences() -> dict[str, Any]:
    """List one's own conferences by name. Who administers the PBX makes them, by the other API."""
    is_shown = _codes_are_shown()
    found = pbx_conferences.of_owner(current_tenant(), current_identity().account_id)
    return {
        "conferences": [
            {
                "enabled": one.enabled,
                "name": one.name,
                "description": one.description or None,
                "extension": one.number,
                "accessCode": (one.pin("participant_pin") or None) if is_shown else None,
            }
            for one in found
        ]
    }


@conferences.route("/rest/my/conferences/<name:name>")
@conferences.allowed(Access.USER)
@conferences.answers(_SETTING, errors=(403, 404))
def show_conference(name: str) -> dict[str, Any]:
    """Show how one of one's own conferences is run."""
    found = _own(name)
    codes = {wire: found.pin(own) or None for wire, own in _CODES.items()} if _codes_are_shown() else {}
    values = {wire: found.settings.get(own, getattr(found, own, None)) for wire, own in _NAMES.items()}
    return {**values, "description": found.description or None, **codes}


@conferences.route("/rest/my/conferences/<name:name>", methods=["PUT"])
@conferences.reads(_SETTING)
@conferences.allowed(Access.USER)
@conferences.answers(NOTHING, errors=(403, 404), note="With a private key no code can be set.")
def update_conference(given: dict[str, Any], name: str) -> None:
    """Change how one of one's own conferences is run; what is not sent stays."""
    if is_by_key() and not _CODES.keys().isdisjoint(given):
        raise Forbidden("With a private key no code can be set.")
    values = {own: given[wire] for wire, own in _NAMES.items() if wire in given}
    _own(name)
    with wire_names(_NAMES):
        pbx_conferences.update(
            current_tenant(),
            ConferenceKey(name=name),
            values,
            owner_id=current_identity().account_id,
            strictly=True,
        )


@conferences.route("/rest/my/conferencedetails/<name:conference>")
@conferences.allowed(Access.USER)
@conferences.answers(_DETAILS, errors=(403, 404, 406), note=f"406 is also said where nobody is in it: “{NOT_ACTIVE}”.")
def show_conference_details(conference: str) -> dict[str, Any]:
    """Show who are in one of one's own conferences."""
    found = _own(conference)
    live = conferencing.live(tenants.domain_of(current_tenant()), found.number, switch.switch)
    if live is None:
        raise PageStatus(406, NOT_ACTIVE)
    ids = im_ids.of_numbers(current_tenant(), {member.number for member in live.members})
    return {
        "extension": found.number,
        "description": found.description or None,
        "locked": live.locked,
        "members": [
            {
                "id": member.id,
                "name": member.number,
                "imId": ids.get(member.number),
                "uuid": member.uuid,
                "volumeIn": member.volume_in,
                "volumeOut": member.volume_out,
                "energyLevel": member.energy,
                "canHear": member.can_hear,
                "canSpeak": member.can_speak,
            }
            for member in live.members
        ],
    }


@conferences.route(_COMMAND, methods=["PUT"], also=[_NO_COMMAND])
@conferences.reads(IGNORED)
@conferences.allowed(Access.USER)
@conferences.answers(
    TEXT, media_types=(PLAIN,), errors=(403, 404), note=f"A body is not needed, and not looked at. {_COMMANDS_NOTE}"
)
def command_conference(conference: str, command: str = "") -> str:
    """Ask something of one of one's own conferences."""
    return _run(conference, command)


@conferences.route(_COMMAND, also=[_NO_COMMAND])
@conferences.allowed(Access.USER)
@conferences.answers(TEXT, media_types=(PLAIN,), errors=(403, 404), note=_COMMANDS_NOTE)
def command_conference_by_get(conference: str, command: str = "") -> str:
    """Do the same: ask something of one of one's own conferences."""
    if request.method == "HEAD":  # which comes with every GET, and must not do anything
        raise MethodNotAllowed(["GET", "PUT"])
    require_same_site()
    return _run(conference, command)


def _run(name: str, command: str) -> str:
    found = _own(name)
    if is_by_key() and conference_commands.sets_a_secret(command):
        raise Forbidden("With a private key no code can be set.")
    try:
        said = conference_commands.run(current_tenant(), current_identity().account_id, found, command, switch.switch)
    except Conflict as error:
        if str(error) != NOT_ACTIVE:
            raise
        raise PageStatus(406, NOT_ACTIVE) from None
    return f"<command-response>{said}</command-response>"


def _own(name: str) -> Conference:
    """Return a conference of who asks. Raises NotFound, and Forbidden when it is another's."""
    try:
        return pbx_conferences.show(current_tenant(), ConferenceKey(name=name), current_identity().account_id)
    except NotFound:
        raise NotFound(NOT_FOUND) from None


def _codes_are_shown() -> bool:
    return settings.current().expose_passwords and not is_by_key()
