"""The target of what owners ask of their conferences: whatever the text, an engine is told its own words only."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from fuzz.stage import Finding, Stage
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.calls import conference_commands
from portsip_api.pbx.calls.conferencing import Command, LiveConference, Member, Verb
from portsip_api.pbx.errors import Forbidden, Invalid, NotFound, SwitchUnavailable
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.switch.freeswitch import conferences as of_freeswitch
from portsip_api.switch.none import NoSwitch

WORDS = (
    *conference_commands.VERBS,
    *("&", "all", "last", "1", "2", "delim", "async", "user/", "sofia/", "{", "}", "\n", "|", "'"),
)
_DANGEROUS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\[\]{}<>|\\^`$\"';&]")
_FREE = {Verb.LIST: "|;:,"}  # a delimiter is one of four


class _Engine(NoSwitch):
    """An engine in whose conference somebody is, which is told what FreeSWITCH would be."""

    is_attached = True

    def conferences(self, domain: str) -> list[LiveConference]:
        del domain
        return [LiveConference("7001", [Member(number, "1000", "uuid", 0.0) for number in (1, 2)])]

    def command(self, domain: str, conference: str, command: Command) -> str:
        texts = (command.text, command.word, command.digits, command.number, command.caller_id, command.caller_name)
        for text in texts:
            if _DANGEROUS.search(text) and text not in tuple(_FREE.get(command.verb, "")):
                raise Finding(f"The engine would be told {text!r}.")
        return " ".join([conference, *of_freeswitch.words(command, domain)])


def attack(folder: Path) -> Callable[[bytes], None]:
    """Ask whatever it is of a conference."""
    stage = Stage(folder)
    owner = extensions.create(DEFAULT_TENANT_ID, {"extension_number": "1000", "password": "a-sip-secret"})
    conferences.create(DEFAULT_TENANT_ID, {"number": "7001", "name": "Team", "owner": "1000"})
    conferences.create(DEFAULT_TENANT_ID, {"number": "7002", "name": "Other", "owner": "1000"})
    team = conferences.show(DEFAULT_TENANT_ID, ConferenceKey("7001"))
    stage.keep()

    def one(data: bytes) -> None:
        stage.count()
        text = data.decode(errors="replace")
        try:
            said = conference_commands.run(DEFAULT_TENANT_ID, owner, team, text, _Engine())
        except (Invalid, NotFound, Forbidden, SwitchUnavailable):
            return
        if len(said.splitlines()) > 1:
            raise Finding("The engine would be told more than one line.")

    return one


def seeds() -> Iterable[bytes]:
    """Each verb with arguments that are good."""
    return (
        *(b"kick&all", b"mute&1", b"dtmf&last&12*#", b"energy&1&300", b"volume_in&2&-1", b"list&delim&;"),
        *(b"relate&1&2&nospeak", b"say&Hello all", b"saymember&1&Hi", b"stop&all&1", b"transfer&Other&1&2", b"pin&12"),
        *(b"dial&user/1000&7001&Team one", b"invite&1000", b"inviteim&a", b"play&waltz.wav&async", b"record&stop"),
    )
