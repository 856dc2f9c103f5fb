"""Grandstream: numbered parameters ("P values"), as XML, as text, and as the binary file of earlier firmware.

A line's setting names one parameter per account: `port/P35-P404-P504` is P35 of the first account, P404 of the second.
Source: the vendor's "SIP Device Provisioning Guide"; contract, section 9.
"""

import re
import struct
from typing import Final
from urllib.parse import quote, urlencode

from portsip_api.pbx.devices.profiles import grandstream_ports as ports
from portsip_api.pbx.devices.profiles.base import (
    Parameters,
    ProfileInput,
    ProfileLine,
    Settings,
    address,
    clean,
    fill,
    with_own_values,
)
from portsip_api.pbx.devices.profiles.grandstream_ports import path_of

_PARAMETER: Final = re.compile(r".*/(P\d+)(?:\.\w+)?")
_OCTETS: Final = re.compile(r".*/__[A-Za-z]+\d?-(\d+)")
_DOTTED: Final = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_FREE: Final = re.compile(r"(P\d{1,5})\s*=\s*(.*)", re.ASCII | re.DOTALL)
_SERVER: Final = "account-proxy/P47"
# How and where the phone fetches its file and firmware: without these it would not find its way back, so that it keeps
# its own where none is set.
_KEPT: Final = frozenset(f"upgrade/P{number}" for number in (192, 212, 232, 233, 234, 235, 237, 1360, 1361))


# The paths of one value: of phones, of adapters whose ports have a server each, of those whose ports choose a profile.
_USER: Final = ("port/P35-P404-P504-P604-P1704-P1804", "port/P35-P735", path_of(ports.USER))
_AUTH: Final = ("port/P36-P405-P505-P605-P1705-P1805", "port/P36-P736", path_of(ports.AUTH))
_PASSWORD: Final = ("port/P34-P406-P506-P606-P1706-P1806", "port/P34-P734", path_of(ports.PASSWORD))
_DISPLAY: Final = ("port/P3-P407-P507-P607-P1707-P1807", "port/P3-P703", path_of(ports.DISPLAY))
_ACCOUNT: Final = ("port/P270-P417-P517-P617-P1717-P1817",)
_REGISTRAR: Final = ("port/P47-P402-P502-P602-P1702-P1802", ports.SERVER_PATH)
_PROXY: Final = ("network/P48-P403-P503-P603-P1703-P1803", ports.PROXY_PATH)
_VOICEMAIL: Final = ("port/P33-P426-P526-P626-P1726-P1826",)
_ACTIVE: Final = ("port/P271-P401-P501-P601-P1701-P1801",)
_HUNT_GROUP: Final = path_of(ports.HUNT_GROUP)
_PROFILE: Final = path_of(ports.PROFILE)
_PLACEHOLDERS: Final = {_ACTIVE[0]: "0", _HUNT_GROUP: "0", _PROFILE: "0"}
_SERVER_PATH: Final = "upgrade/P237"


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (one form for all versions)
    """Return the names of the phone's files; phones ask for them in lower case."""
    return [f"cfg{serial.lower()}.xml", f"cfg{serial.lower()}.txt"]


def text(given: ProfileInput, name: str) -> str:
    """Return the file `name` of the phone."""
    template = "grandstream.xml.j2" if name.endswith(".xml") else "grandstream.cfg.j2"
    return fill(template, given, parameters=_parameters(given))


def binary_name(serial: str) -> str:
    """Return the name of the file that earlier phones and adapters ask for, which read neither XML nor text."""
    return f"cfg{serial.lower()}"


def binary(given: ProfileInput) -> bytes:
    """Return the phone's file in the form of earlier firmware: all parameters as a form's, behind a header.

    The header has the length of the whole in words of 16 bits, a checksum that makes the sum of all words 0, and the
    phone's address.
    """
    body = urlencode([(name, clean(value)) for name, value in _parameters(given).items()], quote_via=quote)
    padded = f"{body}&gnkey=0b82".encode()
    padded += bytes(len(padded) % 2)
    length, mac, end = 8 + len(padded) // 2, bytes.fromhex(given.serial), b"\r\n\r\n"
    words = struct.unpack(f">{length}H", struct.pack(">IH6s4s", length, 0, mac, end) + padded)
    return struct.pack(">IH6s4s", length, -sum(words) & 0xFFFF, mac, end) + padded


def _parameters(given: ProfileInput) -> Parameters:
    """Return the parameters: what somebody has set goes before what follows from lines, that before the model's own."""
    kind = ports.kind_of(given.model_id)
    of_phone, set_on_phone = _of_settings(given)
    of_lines, set_on_lines = _of_lines(given, kind)
    found = ports.switches(kind, given.used_lines, given.max_lines) | of_phone
    found |= {name: value for name, value in of_lines.items() if value or name not in found}
    return found | set_on_phone | set_on_lines


def _of_settings(given: ProfileInput) -> tuple[Parameters, Parameters]:
    """Return the parameters of the phone's settings: those that nobody has set, and those that somebody has."""
    found: tuple[Parameters, Parameters] = ({}, {})
    own = _own_of_gateway(given) | _of_server(given)
    for path, value in with_own_values(given.settings, own, {"upgrade/P212": "1"}).items():
        if value or path not in _KEPT:
            found[path in given.chosen].update(_of_phone(path, value or ""))
    # Adapters have two settings for some parameters: the one that was set counts.
    return {name: value for name, value in found[0].items() if name not in found[1]}, found[1]


def _of_lines(given: ProfileInput, kind: ports.Kind) -> tuple[Parameters, Parameters]:
    found: tuple[Parameters, Parameters] = ({}, {})
    profiles = ports.profiles_of(given.used_lines) if kind is ports.Kind.PROFILES else [None] * len(given.used_lines)
    for number, (line, profile) in enumerate(zip(given.used_lines, profiles, strict=True), 1):
        if kind is ports.Kind.PROFILES and profile is None:
            continue  # the credentials of one server are not for another
        for path, value in with_own_values(line.settings, _own(line, number, kind, profile), _PLACEHOLDERS).items():
            # Some paths name a parameter again for a later account: it stays the first one's.
            into = found[path in line.chosen]
            if (name := _of_account(path, number, profile)) and not into.get(name):
                into[name] = value or ""
    if kind is ports.Kind.PHONE:
        for number in given.unused_accounts:
            if name := _of_account(_ACTIVE[0], number, None):
                found[0].setdefault(name, "0")
    return found


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


def _of_account(path: str, number: int, profile: int | None) -> str | None:
    """Return the parameter of a line's setting: of its account, or where it has a profile (from 0) of that."""
    if path in ports.PATHS:
        return ports.PATHS[path][number - 1]
    accounts = path.rpartition("/")[2].split("-")
    at = number - 1 if profile is None else profile
    return accounts[at] if at < len(accounts) else None


def _of_server(given: ProfileInput) -> dict[str, str]:
    """Return, by path, where the phone fetches its file: path, protocol and log-in; or nothing, where that is set."""
    if given.provisioning is None or given.settings.get(_SERVER_PATH):
        return {}
    return {
        _SERVER_PATH: given.provisioning.bare_url,
        "upgrade/P212": "2" if given.provisioning.is_tls else "1",
        "upgrade/P1360": given.provisioning.user,
        "upgrade/P1361": given.provisioning.password,
    }


def _own_of_gateway(given: ProfileInput) -> dict[str, str]:
    """A gateway has one server for all its accounts, and only a gateway has the setting."""
    if _SERVER not in given.settings:
        return {}
    if not given.used_lines:
        return {_SERVER: given.domain}
    first = min(given.used_lines, key=lambda line: line.external)
    return {_SERVER: address(first.server, first.port), "account-proxy/P48": first.outbound_proxy}


def _own(line: ProfileLine, number: int, kind: ports.Kind, profile: int | None) -> dict[str, str]:
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
    own = {path: value for paths, value in values for path in _present(paths, line.settings, kind)}
    if _HUNT_GROUP in line.settings:
        own[_HUNT_GROUP] = str(number)
    if _PROFILE in line.settings:
        own[_PROFILE] = str(profile)
    return own


def _present(paths: tuple[str, ...], settings: Settings, kind: ports.Kind) -> tuple[str, ...]:
    """Return those of a value's paths that the model has: a phone has the first, whatever its settings are."""
    found = tuple(path for path in paths if path in settings)
    return found or (paths[:1] if kind is ports.Kind.PHONE else ())
