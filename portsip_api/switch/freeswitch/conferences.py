"""Conferences in FreeSWITCH's mod_conference: who is in them, and the commands that are asked of them.

One is called by its number, percent-encoded, and its domain, with `~` between them: an `@` would be the end of a name
there, and a `+` as well. Source: FreeSWITCH 1.10, `conference` of mod_conference.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

import orjson

from portsip_api.pbx.calls.conferencing import Command, LiveConference, Member, Verb
from portsip_api.pbx.errors import Conflict, SwitchUnavailable
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch.event_socket import EventSocket

_FAILURES: Final = ("-ERR", "-USAGE")
_CALLED_IN: Final = "{ignore_early_media=true,originate_timeout=30}user/"
_LACKING: Final = {
    Verb.CHAIR: "FreeSWITCH cannot make somebody the moderator of a conference that runs.",
    Verb.RECORD: "Conferences are not recorded with FreeSWITCH.",
    Verb.NO_RECORD: "Conferences are not recorded with FreeSWITCH.",
}


def listed(client: EventSocket, domain: str) -> list[LiveConference]:
    """Return the conferences of a SIP domain in which somebody is. Raises SwitchUnavailable."""
    text = client.api("conference", "json_list")
    try:
        rooms: list[dict[str, Any]] = orjson.loads(text)
        end = f"~{domain}"
        return [_live(room, domain) for room in rooms if room["conference_name"].endswith(end)]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SwitchUnavailable("The SIP engine does not tell which conferences it has.") from error


def do(client: EventSocket, domain: str, number: str, command: Command) -> str:
    """Do what is asked in a conference and return FreeSWITCH's words.

    Raises Conflict (it does not do it) and SwitchUnavailable.
    """
    if command.verb in _LACKING:
        raise SwitchUnavailable(_LACKING[command.verb])
    said = client.api("conference", name_of(number, domain), *words(command, domain))
    if said.startswith(_FAILURES):
        raise Conflict("The SIP engine does not do this in the conference.")
    return said


def name_of(number: str, domain: str) -> str:
    """Return what FreeSWITCH calls a conference."""
    return f"{quote(number, safe='')}~{domain}"


def _live(room: Mapping[str, Any], domain: str) -> LiveConference:
    number = unquote(room["conference_name"].removesuffix(f"~{domain}"))
    members = [_member(one) for one in room["members"] if one.get("type") == "caller"]
    recorded = [one.get("join_time", 0) for one in room["members"] if one.get("type") == "recording_node"]
    return LiveConference(number, members, room["locked"], max(recorded, default=None))


def _member(told: Mapping[str, Any]) -> Member:
    return Member(
        id=told["id"],
        number=told["caller_id_number"],
        uuid=told["uuid"],
        joined=clock.wall() - told["join_time"],
        volume_in=told["volume_in"],
        volume_out=told["volume_out"],
        energy=told["energy"],
        can_hear=told["flags"]["can_hear"],
        can_speak=told["flags"]["can_speak"],
    )


def words(command: Command, domain: str) -> list[str]:
    """Return a command as FreeSWITCH reads it behind the name of a conference."""
    members = _members(command)
    match command.verb:
        case Verb.DIAL | Verb.INVITE:
            verb = "bgdial" if command.verb is Verb.INVITE or command.word else "dial"
            shown = [command.caller_id, command.caller_name.replace(" ", "_")]
            said = [verb, f"{_CALLED_IN}{command.number}@{domain}", *filter(None, shown)]
        case Verb.TRANSFER:
            said = ["transfer", name_of(command.number, domain), *members]
        case Verb.LIST:
            said = ["list", *(["delim", command.word] if command.word else [])]
        case Verb.PLAY:
            said = ["play", f"'{command.sound}'", *([command.word] if command.word else members)]
        case Verb.STOP:
            said = ["stop", command.word, *members]
        case Verb.SAY if members:
            said = ["saymember", *members, command.text]
        case Verb.FLOOR:
            said = ["vid-floor", *members, "force"]
        case verb:
            value = [] if command.value is None else [str(command.value)]
            said = [verb, *members, *value, *filter(None, (command.word, command.digits, command.text))]
    return said


def _members(command: Command) -> list[str]:
    if command.members is None:
        return []
    return [*map(str, command.members)] if isinstance(command.members, tuple) else [command.members]
