"""Conferences as they are at the moment, and what can be asked of them: only a SIP engine knows and does it.

Nothing that a client has written reaches an engine as it came: a command is one of `Verb` with parts that have been
read (`conference_commands`), and it is for the engine's module to write it as its engine wants it.
Source: contract `sipxcom-user.md`, sections 6.5 and 9; `portsip-more.md`, section 3, `conference_room/participants`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from portsip_api.pbx.calls.plans.inviting import OutsideCall
from portsip_api.pbx.errors import Conflict, NotFound, SwitchUnavailable

RING_SECONDS: Final = 30  # that who is called into a conference rings
NOT_ACTIVE: Final = "Conference found, but not active"


class Verb(StrEnum):
    """What an engine does in a conference: the verbs of FreeSWITCH that the page names, and CHAIR and FLOOR."""

    DEAF = "deaf"
    DIAL = "dial"
    DTMF = "dtmf"
    ENERGY = "energy"
    HUP = "hup"
    INVITE = "invite"
    KICK = "kick"
    LIST = "list"
    LOCK = "lock"
    MUTE = "mute"
    NO_PIN = "nopin"
    PIN = "pin"
    PLAY = "play"
    RECORD = "record"
    NO_RECORD = "norecord"
    RELATE = "relate"
    SAY = "say"
    STOP = "stop"
    TRANSFER = "transfer"
    UNDEAF = "undeaf"
    UNLOCK = "unlock"
    UNMUTE = "unmute"
    VOLUME_IN = "volume_in"
    VOLUME_OUT = "volume_out"
    XML_LIST = "xml_list"
    CHAIR = "chair"  # makes a member the moderator
    FLOOR = "floor"  # shows a member to all


ALONE: Final = frozenset({Verb.DIAL, Verb.INVITE})  # what can be asked where nobody is in yet


class Group(StrEnum):
    """Members who are not named by an id."""

    ALL = "all"
    LAST = "last"  # the last who came


@dataclass(frozen=True)
class Command:
    """A verb and the parts that it has, each of a type that leaves nothing to an engine's own language.

    `members` are whom it is about; `value` is a level or a volume; `word` is one of a fixed list; `digits` are DTMF or
    a PIN; `number` is one that may be called, or that of another conference of the same owner; `text` is to be spoken,
    and has no characters but letters, digits, blanks and the common marks; `sound` is a file. `outside` is there where
    the number is one outside.
    """

    verb: Verb
    members: tuple[int, ...] | Group | None = None
    value: int | None = None
    word: str = ""
    digits: str = ""
    number: str = ""
    caller_id: str = ""
    caller_name: str = ""
    text: str = ""
    sound: Path | None = None
    outside: OutsideCall | None = None


@dataclass(frozen=True)
class Member:
    """Who is in a conference; `joined` is in seconds since 1970, volumes and `energy` are levels of the engine's."""

    id: int
    number: str
    uuid: str
    joined: float
    volume_in: int = 0
    volume_out: int = 0
    energy: int = 0
    can_hear: bool = True
    can_speak: bool = True


@dataclass(frozen=True)
class LiveConference:
    """A conference in which somebody is; `recorded` are the seconds of the recording that runs, None for none."""

    number: str
    members: Sequence[Member]
    locked: bool = False
    recorded: int | None = None


class Conferencing(Protocol):
    """What the PBX asks of a SIP engine about conferences, which it names by SIP domain and number."""

    @property
    def is_attached(self) -> bool:
        """Whether there is an engine."""

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return the conferences of a domain in which somebody is. Raises SwitchUnavailable."""

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Do what is asked in a conference, and return the engine's words about it, a line or several.

        Raises SwitchUnavailable, and Conflict where the engine does not do it.
        """


def live(domain: str, number: str, engine: Conferencing) -> LiveConference | None:
    """Return who is in a conference; None when nobody is. Raises SwitchUnavailable."""
    return next((found for found in engine.conferences(domain) if found.number == number and found.members), None)


def ask(domain: str, number: str, command: Command, engine: Conferencing) -> str:
    """Do what is asked in a conference, and return the engine's words.

    Raises SwitchUnavailable (there is no engine, or it does not answer), Conflict (nobody is in the conference) and
    NotFound (a member whom the command names is not).
    """
    if command.verb not in ALONE:
        there = {member.id for member in require_live(domain, number, engine).members}
        if isinstance(command.members, tuple) and not there.issuperset(command.members):
            raise NotFound("There is no such member in the conference.")
    return engine.command(domain, number, command)


def require_live(domain: str, number: str, engine: Conferencing) -> LiveConference:
    """Return who is in a conference. Raises SwitchUnavailable, and Conflict when nobody is."""
    if not engine.is_attached:
        raise SwitchUnavailable("No SIP engine is attached to this server, so that nobody can be in a conference.")
    found = live(domain, number, engine)
    if found is None:
        raise Conflict(NOT_ACTIVE)
    return found


def member_of(domain: str, number: str, participant: str, engine: Conferencing) -> int:
    """Return the id of the member of a conference who calls from the extension `participant`.

    Raises SwitchUnavailable, Conflict (nobody is in the conference) and NotFound (that one is not).
    """
    for member in require_live(domain, number, engine).members:
        if member.number == participant:
            return member.id
    raise NotFound("That extension is not in the conference.")
