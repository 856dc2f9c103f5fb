"""Grandstream: numbered parameters ("P values"), as XML and as text.

A line's setting names one parameter per account: `port/P35-P404-P504` is P35 of the first account, P404 of the second.
Source: the vendor's "SIP Device Provisioning Guide"; contract, section 9.
"""

import re
from typing import Final

from portsip_api.pbx.devices.profiles.base import (
    Parameters,
    ProfileInput,
    ProfileLine,
    Settings,
    address,
    fill,
    with_own_values,
)

_PARAMETER: Final = re.compile(r".*/(P\d+)(?:\.\w+)?")
_OCTETS: Final = re.compile(r".*/__[A-Za-z]+\d?-(\d+)")
_DOTTED: Final = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_FREE: Final = re.compile(r"(P\d{1,5})\s*=\s*(.*)", re.ASCII | re.DOTALL)
_SERVER: Final = "account-proxy/P47"
# How and where the phone fetches its file and firmware: without these it would not find its way back, so that it keeps
# its own where none is set.
_KEPT: Final = frozenset(f"upgrade/P{number}" for number in (192, 212, 232, 233, 234, 235, 237, 1360, 1361))


def _ports(*runs: tuple[int, int]) -> str:
    return "port/" + "-".join(f"P{number}" for first, last in runs for number in range(first, last + 1))


# The paths of one value: of phones, of analog adapters with two ports, of gateways with up to 24.
_USER: Final = ("port/P35-P404-P504-P604-P1704-P1804", "port/P35-P735", _ports((4060, 4083)))
_AUTH: Final = ("port/P36-P405-P505-P605-P1705-P1805", "port/P36-P736", _ports((4090, 4113)))
_PASSWORD: Final = ("port/P34-P406-P506-P606-P1706-P1806", "port/P34-P734", _ports((4120, 4143)))
_DISPLAY: Final = (
    "port/P3-P407-P507-P607-P1707-P1807",
    "port/P3-P703",
    _ports((4180, 4199), (4252, 4253), (5254, 5254), (4255, 4255)),
)
_ACCOUNT: Final = ("port/P270-P417-P517-P617-P1717-P1817",)
_REGISTRAR: Final = ("port/P47-P402-P502-P602-P1702-P1802", "port/P47-P747-P47-P747")
_PROXY: Final = ("network/P48-P403-P503-P603-P1703-P1803", "network/P48-P748-P48-P748")
_VOICEMAIL: Final = ("port/P33-P426-P526-P626-P1726-P1826",)
_ACTIVE: Final = ("port/P271-P401-P501-P601-P1701-P1801",)
_HUNT_GROUP: Final = _ports((4300, 4323))
_PLACEHOLDERS: Final = {_ACTIVE[0]: "0", _HUNT_GROUP: "0"}


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (one form for all versions)
    """Return the names of the phone's files; phones ask for them in lower case."""
    return [f"cfg{serial.lower()}.xml", f"cfg{serial.lower()}.txt"]


def text(given: ProfileInput, name: str) -> str:
    """Return the file `name` of the phone."""
    template = "grandstream.xml.j2" if name.endswith(".xml") else "grandstream.cfg.j2"
    return fill(template, given, parameters=_parameters(given))


def _parameters(given: ProfileInput) -> Parameters:
    found: Parameters = {}
    of_phone = with_own_values(given.settings, _own_of_gateway(given), {})
    # Adapters have two settings for some parameters: the one that was set counts.
    for path in sorted(of_phone, key=given.chosen.__contains__):
        if path in _KEPT and not of_phone[path]:
            continue
        found.update(_of_phone(path, of_phone[path] or ""))
    of_lines: Parameters = {}
    for number, line in enumerate(given.used_lines, 1):
        own = _own(line, number)
        for path, value in with_own_values(line.settings, own, _PLACEHOLDERS).items():
            # Some paths name a parameter again for a later account: it stays the first one's.
            if (name := _of_account(path, number)) and not of_lines.get(name):
                of_lines[name] = value or ""
    for number in given.unused_accounts:
        # A gateway has one switch for all its accounts.
        if _SERVER not in given.settings and (name := _of_account(_ACTIVE[0], number)):
            of_lines.setdefault(name, "0")
    return found | {name: value for name, value in of_lines.items() if value or name not in found}


def _of_phone(path: str, value: str) -> Parameters:
    """Return the parameters of one setting of the phone: an address is four, a free one names itself."""
    if part := _PARAMETER.fullmatch(path):
        return {part[1]: value}
    if part := _OCTETS.fullmatch(path):
        octets = _DOTTED.fullmatch(value)
        return {f"P{int(part[1]) + at}": octet for at, octet in enumerate(octets.groups() if octets else ())}
    if path.startswith("custom/") and (part := _FREE.fullmatch(value)):
        return {part[1]: part[2]}
    return {}


def _of_account(path: str, number: int) -> str | None:
    accounts = path.rpartition("/")[2].split("-")
    return accounts[number - 1] if number <= len(accounts) else None


def _own_of_gateway(given: ProfileInput) -> dict[str, str]:
    """A gateway has one server for all its accounts, and only a gateway has the setting."""
    if _SERVER not in given.settings:
        return {}
    if not given.used_lines:
        return {_SERVER: given.domain}
    first = given.used_lines[0]
    return {_SERVER: address(first.server, first.port), "account-proxy/P48": first.outbound_proxy}


def _own(line: ProfileLine, number: int) -> dict[str, str]:
    values = (
        (_ACTIVE, "1"),
        (_USER, line.user_name),
        (_AUTH, line.auth_name),
        (_PASSWORD, line.password),
        (_DISPLAY, line.display_name),
        (_ACCOUNT, line.display_name or line.user_name),
        (_REGISTRAR, address(line.server, line.port)),
        (_PROXY, line.outbound_proxy),
        (_VOICEMAIL, line.voicemail),
    )
    own = {path: value for paths, value in values for path in _present(paths, line.settings)}
    if _HUNT_GROUP in line.settings:
        own[_HUNT_GROUP] = str(number)
    return own


def _present(paths: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Return those of a value's paths that the model has: a phone has the first unless it is an adapter or gateway."""
    is_phone = not any(path in settings for path in _USER[1:])
    return tuple(path for path in paths if path in settings) or (paths[:1] if is_phone else ())
