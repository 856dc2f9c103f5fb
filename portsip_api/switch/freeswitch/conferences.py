"""Conferences in FreeSWITCH's mod_conference: who is in them, and the commands that are asked of them.

One is called by its number, percent-encoded, and its domain, with `~` between them: an `@` would be the end of a name
there, and a `+` as well. Source: FreeSWITCH 1.10, `conference` of mod_conference.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

import orjson

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import call_limits, history
from portsip_api.pbx.calls.conferencing import RING_SECONDS, Command, LiveConference, Member, Verb
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.plans.inviting import OutsideCall
from portsip_api.pbx.calls.records import OUTBOUND, Party
from portsip_api.pbx.errors import Conflict, SwitchUnavailable
from portsip_api.pbx.features import conferences as rooms
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import outside_legs, recorded, room_recordings
from portsip_api.switch.freeswitch.calls import leg_of
from portsip_api.switch.freeswitch.event_socket import EventSocket

PROFILE: Final = "room"
PAGE: Final = "page"  # the profile of calls to all phones of a group, which are no conferences of anybody's
_FAILURES: Final = ("-ERR", "-USAGE")
_RECORDED_ALREADY: Final = "Is recorded already"


def listed(client: EventSocket, domain: str) -> list[LiveConference]:
    """Return the conferences of a SIP domain in which somebody is. Raises SwitchUnavailable."""
    text = client.api("conference", "json_list")
    try:
        rooms: list[dict[str, Any]] = orjson.loads(text)
        end = f"~{domain}"
        return [_live(room) for room in rooms if room["conference_name"].endswith(end)]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SwitchUnavailable("The SIP engine does not tell which conferences it has.") from error


def do(client: EventSocket, domain: str, number: str, command: Command) -> str:
    """Do what is asked in a conference and return FreeSWITCH's words.

    Raises NotFound (the conference), Conflict (it does not do it, or a limit was reached) and SwitchUnavailable.
    """
    name = name_of(number, domain)
    match command.verb:
        case Verb.CHAIR:
            said = _make_moderator(client, domain, number, command)
        case Verb.RECORD:
            said = _record(client, domain, number)
        case _:
            call_id = "" if command.outside is None else _begin(domain, command.outside)
            said = client.api("conference", name, *words(command, domain, call_id))
    if said.startswith(_FAILURES):
        raise Conflict("The SIP engine does not do this in the conference.")
    return said


def _begin(domain: str, called: OutsideCall) -> str:
    """Write that a number outside is called, and return the id of the call. Raises Conflict (a limit was reached)."""
    call_id, tenant_id = leg_of(history.new_session()), called.leg.tenant_id
    limits = call_limits.of(tenant_id)
    with volatile.writing():
        reached = call_limits.admit(limits, tenant_id, called.owner)
        if not reached:
            open_calls.begin(tenant_id, call_id, OUTBOUND, Party(called.owner, domain=domain), called.number)
    if reached:
        raise Conflict(f"{reached} was reached.")
    return call_id


def _record(client: EventSocket, domain: str, number: str) -> str:
    live = [room for room in listed(client, domain) if room.number == number and room.members]
    if any(room.recorded is not None for room in live):
        return _RECORDED_ALREADY
    tenant_id = tenants.id_of_domain(domain) or 0
    room = rooms.show(tenant_id, ConferenceKey(number))
    by = room.owner or next((member.number for found in live for member in found.members), "")
    file = room_recordings.file_for(tenant_id, room.id, by)
    return client.api("conference", name_of(number, domain), "recording", "start", str(file))


def _make_moderator(client: EventSocket, domain: str, number: str, command: Command) -> str:
    """Let members enter anew, as moderators: FreeSWITCH makes nobody one who is in already."""
    said = ""
    for room in listed(client, domain):
        for member in room.members if room.number == number else ():
            if isinstance(command.members, tuple) and member.id in command.members:
                enter = f"conference:{name_of(number, domain)}@{PROFILE}+flags{{moderator}}"
                steps = f"m:^:set:conference_enforce_security=false^{enter}"
                said = client.api("uuid_transfer", member.uuid, f"'{steps}'", "inline")
    return said


def name_of(number: str, domain: str) -> str:
    """Return what FreeSWITCH calls a conference."""
    return f"{quote(number, safe='')}~{domain}"


def number_of(name: str) -> tuple[str, str]:
    """Return the number and the SIP domain of what FreeSWITCH calls a conference so."""
    quoted, _, domain = name.rpartition("~")
    return unquote(quoted), domain


def _live(room: Mapping[str, Any]) -> LiveConference:
    number, _ = number_of(room["conference_name"])
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


def words(command: Command, domain: str, call_id: str = "") -> list[str]:
    """Return a command as FreeSWITCH reads it behind the name of a conference; `call_id` is of a call to outside."""
    members = _members(command)
    match command.verb:
        case Verb.DIAL | Verb.INVITE:
            verb = "bgdial" if command.verb is Verb.INVITE or command.word else "dial"
            shown = [command.caller_id, command.caller_name.replace(" ", "_")]
            if command.outside is not None:
                return [verb, f"'{_called_outside(command.outside, domain, call_id)}'"]
            said = [verb, f"{_called_in(command.number)}user/{command.number}@{domain}", *filter(None, shown)]
        case Verb.TRANSFER:
            said = ["transfer", f"{name_of(command.number, domain)}@{PROFILE}", *members]
        case Verb.LIST:
            said = ["list", *(["delim", command.word] if command.word else [])]
        case Verb.PLAY:
            sound = recorded.playable(command.sound) if command.sound else ""
            said = ["play", f"'{sound}'", *([command.word] if command.word else members)]
        case Verb.NO_RECORD:
            said = ["norecord", "all"]
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


def _called_in(number: str) -> str:
    """Return the variables of a leg that calls somebody in, whom the conference then knows by the number."""
    variables = {
        "ignore_early_media": "true",
        "originate_timeout": str(RING_SECONDS),
        "pbx_result": "conference",
        "origination_callee_id_number": number,
    }
    return f"{{{','.join(f'{name}={value}' for name, value in variables.items())}}}"


def _called_outside(called: OutsideCall, domain: str, call_id: str) -> str:
    """Return the leg that calls a number outside in; it is nobody's of this PBX, whoever has it called."""
    ending = {} if called.leg.most is None else {"execute_on_answer": outside_legs.ending(called.leg.most)}
    variables = {
        "origination_uuid": call_id,
        "pbx_call": call_id,
        "pbx_inviter": f"{called.owner}@{domain}",
        "pbx_called": called.number,
        "pbx_outside": called.number,
        "pbx_shown": called.leg.way.shown,
        "pbx_result": "conference",
        "ignore_early_media": "true",
        "leg_timeout": called.leg.seconds,
        **ending,
    }
    return outside_legs.leg(called.leg.tenant_id, called.leg.way, variables)


def _members(command: Command) -> list[str]:
    if command.members is None:
        return []
    return [*map(str, command.members)] if isinstance(command.members, tuple) else [command.members]
