"""An engine with people in its conferences, which does what it is told and remembers it."""

from collections.abc import Sequence
from dataclasses import replace

from portsip_api.pbx.calls.conferencing import Command, LiveConference, Member, Verb
from portsip_api.switch.none import NoSwitch

JOINED = 1_700_000_000.0


class Rooms(NoSwitch):
    """`rooms` are the conferences in which somebody is, by domain and number; `told` is what it was asked to do."""

    is_attached = True

    def __init__(self) -> None:
        self.rooms: dict[tuple[str, str], LiveConference] = {}
        self.told: list[tuple[str, str, Command]] = []

    def enter(self, domain: str, number: str, *callers: str) -> None:
        """Let callers be in a conference; their ids begin with 1."""
        members = [
            Member(id_, caller, f"uuid-{id_}", JOINED + id_, 1, -1, 300) for id_, caller in enumerate(callers, 1)
        ]
        self.rooms[domain, number] = LiveConference(number, members)

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return those of a domain."""
        return [room for (where, _), room in self.rooms.items() if where == domain]

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Do it, as far as it can be seen afterwards, and say what it was."""
        self.told.append((domain, conference, command))
        room = self.rooms.get((domain, conference), LiveConference(conference, []))
        members = list(room.members)
        if command.verb in {Verb.MUTE, Verb.UNMUTE}:
            can_speak = command.verb is Verb.UNMUTE
            members = [replace(one, can_speak=can_speak) if self._is_meant(one, command) else one for one in members]
        elif command.verb in {Verb.KICK, Verb.HUP}:
            members = [one for one in members if not self._is_meant(one, command)]
        elif command.verb in {Verb.INVITE, Verb.DIAL}:
            members.append(Member(len(members) + 1, command.number, "uuid", JOINED))
        is_locked = {Verb.LOCK: True, Verb.UNLOCK: False}.get(command.verb, room.locked)
        recorded = {Verb.RECORD: 7, Verb.NO_RECORD: None}.get(command.verb, room.recorded)
        self.rooms[domain, conference] = LiveConference(conference, members, is_locked, recorded)
        return f"OK {command.verb}"

    @staticmethod
    def _is_meant(member: Member, command: Command) -> bool:
        return not isinstance(command.members, tuple) or member.id in command.members
