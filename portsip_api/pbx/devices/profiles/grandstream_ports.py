"""Grandstream's analogue adapters: under which numbers the values of each port stand, and which server a port uses.

Adapters are of two kinds. The ports of one have a server each (HT50x, HT701, HT702, HT801, HT802). Those of the other
choose among profiles, each of which is a server (HT704, HT812, HT814, HT818, GXW40xx, GXW42xx): we use the first two,
which all of them have, the first for our own server.
Source: the vendor's configuration templates of these models; contract, section 9.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final

from portsip_api.pbx.devices.profiles.base import Parameters, ProfileLine, address

_WITH_PROFILES: Final = re.compile(r"gsFxsGxw.*|gsHt704|gsHt81[248]")
_WITH_PORTS: Final = re.compile(r"gsHt.*")
_TRANSPORTS: Final = {"UDP": "0", "TCP": "1", "TLS": "2"}


class Kind(Enum):
    """What kind of device a model is."""

    PHONE = auto()
    PORTS = auto()
    PROFILES = auto()


def kind_of(model_id: str) -> Kind:
    """Return what kind of device a model is."""
    if _WITH_PROFILES.fullmatch(model_id):
        return Kind.PROFILES
    return Kind.PORTS if _WITH_PORTS.fullmatch(model_id) else Kind.PHONE


def _numbers(*runs: tuple[int, int]) -> tuple[str, ...]:
    return tuple(f"P{number}" for first, last in runs for number in range(first, last + 1))


# The parameters of ports 1 to 48 of adapters with profiles.
USER: Final = _numbers((4060, 4089), (4240, 4241), (21000, 21015))
AUTH: Final = _numbers((4090, 4119), (4242, 4243), (21064, 21079))
PASSWORD: Final = _numbers((4120, 4149), (4244, 4245), (21128, 21143))
DISPLAY: Final = _numbers((4180, 4199), (4252, 4263), (21192, 21207))
PROFILE: Final = _numbers((4150, 4179), (4246, 4247), (21256, 21271))
HUNT_GROUP: Final = _numbers((4300, 4329), (4250, 4251), (21320, 21335))
ENABLED: Final = _numbers((4595, 4626), (21384, 21399))


def path_of(table: tuple[str, ...]) -> str:
    """Return the path of the setting that stands for one of these tables: it names the numbers of 24 ports."""
    return "port/" + "-".join("P5254" if number == "P4254" else number for number in table[:24])


PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    path_of(table): table for table in (USER, AUTH, PASSWORD, DISPLAY, PROFILE, HUNT_GROUP)
}
SERVER_PATH: Final = "port/P47-P747-P47-P747"
PROXY_PATH: Final = "network/P48-P748-P48-P748"
# Of the two ports of an adapter without profiles, and of the two profiles of one with them.
_ACTIVE: Final = ("P271", "P401")
_SERVER: Final = ("P47", "P747")
_PROXY: Final = ("P48", "P748")
_TRANSPORT: Final = ("P130", "P830")
_MESSAGE_WAITING: Final = ("P99", "P709")
_CREDENTIALS_OF_PORTS: Final = (("P35", "P735"), ("P36", "P736"), ("P34", "P734"), ("P3", "P703"))
_CREDENTIALS: Final = (USER, AUTH, PASSWORD, DISPLAY)


def profiles_of(lines: Sequence[ProfileLine]) -> list[int | None]:
    """Return the profile of each line, from 0; None where another server's line finds no profile free."""
    servers: list[tuple[str, str]] = []
    for line in sorted(lines, key=lambda line: line.external):
        if _server(line) not in servers:
            servers.append(_server(line))
    found = [servers.index(_server(line)) for line in lines]
    return [profile if profile < len(_SERVER) else None for profile in found]


def _server(line: ProfileLine) -> tuple[str, str]:
    own = (address(line.server, line.port), line.outbound_proxy)
    return line.settings.get(SERVER_PATH) or own[0], line.settings.get(PROXY_PATH) or own[1]


def switches(kind: Kind, lines: Sequence[ProfileLine], ports: int) -> Parameters:
    """Return what an adapter is told of its ports and profiles beside what its settings say.

    `ports` is the number of ports; of those without a line the credentials are taken away.
    """
    if kind is Kind.PHONE:
        return {}
    if kind is Kind.PROFILES:
        return _of_profiles(lines, ports)
    found: Parameters = {}
    for at in range(ports):
        if at < len(lines):
            found |= _of_server(lines[at], at)
        else:
            found |= {_ACTIVE[at]: "0"} | {names[at]: "" for names in _CREDENTIALS_OF_PORTS}
    return found


def _of_profiles(lines: Sequence[ProfileLine], ports: int) -> Parameters:
    found = dict.fromkeys(_ACTIVE, "0")
    profiles = profiles_of(lines)
    for line, profile in reversed(list(zip(lines, profiles, strict=True))):
        if profile is not None:
            found |= _of_server(line, profile)
    for at in range(ports):
        profile = profiles[at] if at < len(profiles) else None
        if profile is None:
            found |= {names[at]: "" for names in _CREDENTIALS}
        else:
            found |= {PROFILE[at]: str(profile), ENABLED[at]: "1"}
    return found


def _of_server(line: ProfileLine, at: int) -> Parameters:
    found = {_ACTIVE[at]: "1", _SERVER[at]: address(line.server, line.port), _PROXY[at]: line.outbound_proxy}
    if line.transport:
        found[_TRANSPORT[at]] = _TRANSPORTS[line.transport]
    if line.voicemail:
        found[_MESSAGE_WAITING[at]] = "1"
    return found
