"""Yealink: firmware 7X and later has `name = value` lines, 6X sections with the path of the file that they change.

Source: the vendor's "Auto Provisioning Guide"; contract, section 9.
"""

import re
from functools import lru_cache
from typing import Final

from portsip_api.pbx.devices.profiles.base import (
    Parameters,
    ProfileInput,
    ProfileLine,
    fill,
    host_and_port,
    with_own_values,
)

_NOTHING: Final = "%NULL%"  # the phone forgets the value
_ITEM: Final = re.compile(r"(?:.*/)?([\w-]+)/(\w+)\[(\d+)\]")
_DIAL_RULES: Final = {"dial-now": "dialnow", "block-out": "block_out", "replace": "replace"}
_SERVER: Final = "upgrade/autoprovision/auto_provision.server"
_CUSTOM: Final = "iant/iant_custom_configs"
_NOT_THE_PHONES: Final = ("e911/", "unsupported/memory-keys/", "contacts/RemotePhoneBook/_", _CUSTOM)
# What the phone keeps where nothing is set: without the address of its file it would not find its way back.
_KEPT: Final = re.compile(
    r"auto_provision\.(server|pnp|dhcp_option|common_file_name|aes_key).*|autoprovision\..*|local_time\.time_zone_name"
)
_CUSTOM_LINE: Final = re.compile(r"([A-Za-z][\w.\-]*)\s*=\s*(.*)", re.ASCII)
_MODEL_VARIANT: Final = re.compile(r"_(?:W52|t2x)$")
_LINE_LIST: Final = re.compile(r".*(?:incoming_lines|dial_out_lines|line_id)(?:\.\d+)?")
# fmt: off
_CODECS: Final = (
    "9:G722", "8:PCMA", "18:G729", "0:PCMU", "4:G723_53", "4:G723_63", "112:G726-16", "102:G726-24", "102:G726-32",
    "104:G726-40", "122:iLBC", "97:iLBC_13_3", "97:iLBC_15_2",
)
# fmt: on
_PLACEHOLDERS: Final = {
    "basic/sip_server_port": "0",
    "basic/outbound_proxy_enable": "0",
    "basic/outbound_port": "0",
    "account/UseOutboundProxy": "0",
}
# Firmware 8X reads a list of servers and only tolerates the names of 7X.
_ALSO_IN_8X: Final = {
    "sip_server_host": "sip_server.1.address",
    "sip_server_port": "sip_server.1.port",
    "outbound_host": "outbound_proxy.1.address",
    "outbound_port": "outbound_proxy.1.port",
}
_OLD_PAYLOADS: Final = {
    "0": "PCMU",
    "2": "G726-32",
    "4": "G723_63",
    "8": "PCMA",
    "9": "G722",
    "18": "G729",
    "102": "G726-24",
    "104": "G726-40",
    "112": "G726-16",
}


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (the name is the same in all versions)
    """Return the names of the phone's files."""
    return [f"{serial}.cfg"]


def text(given: ProfileInput, name: str) -> str:  # noqa: ARG001 (there is one file)
    """Return the phone's file."""
    if given.version == "yealink6X":
        return fill("yealink_6x.cfg.j2", given, sections=_sections(given))
    return fill("yealink.cfg.j2", given, parameters=_parameters(given))


def _parameters(given: ProfileInput) -> Parameters:
    found: Parameters = {}
    for number, line in enumerate(given.used_lines, 1):
        for path, value in with_own_values(line.settings, _own(line), _PLACEHOLDERS).items():
            found.update(_of_account(path, value or "", number, is_8x=given.version == "yealink8X"))
    for number in given.unused_accounts:
        found[f"account.{number}.enable"] = "0"
    for path, value in with_own_values(given.settings, _of_server(given), {}).items():
        if not path.startswith(_NOT_THE_PHONES):
            name = _phone_parameter(path)
            if not value and _KEPT.fullmatch(name):
                continue
            found[name] = _line_numbers(value or "") if _LINE_LIST.fullmatch(name) else value or _NOTHING
    if given.version == "yealink8X":
        # What such firmware keeps over a reset has a prefix since 81, and had none before.
        found |= {f"static.{name}": found[name] for name in map(_phone_parameter, _of_server(given))}
    lines_of_its_own = map(_CUSTOM_LINE.fullmatch, (given.settings.get(_CUSTOM) or "").splitlines())
    return found | {match[1]: match[2] for match in lines_of_its_own if match}


def _of_server(given: ProfileInput) -> Parameters:
    """Return, by path, where the phone fetches its file."""
    if given.provisioning is None:
        return {}
    return {
        f"{_SERVER}.url": given.provisioning.url,
        f"{_SERVER}.username": given.provisioning.user,
        f"{_SERVER}.password": given.provisioning.password,
    }


@lru_cache(maxsize=4096)
def _phone_parameter(path: str) -> str:
    """Name the parameter of a phone's setting: the path's last part, with its number where it is an item of a list."""
    item = _ITEM.fullmatch(path)
    if item is None:
        return _MODEL_VARIANT.sub("", path.rpartition("/")[2])
    group, name, number = item[1], item[2], int(item[3]) + 1
    if group in _DIAL_RULES:
        return f"dialplan.{_DIAL_RULES[group]}.{'replace' if name == 'replaced' else name}.{number}"
    return f"{group}.{number}.{name}"


def _line_numbers(value: str) -> str:
    return ",".join(re.findall(r"\d+", value)) or _NOTHING


def _of_account(path: str, value: str, number: int, *, is_8x: bool) -> Parameters:
    name = path.rpartition("/")[2]
    if path == "codecs/codec":
        return _codecs(value, number)
    if name == "voice_mail.number":
        return {f"voice_mail.number.{number}": value or _NOTHING}
    written = [name, _ALSO_IN_8X[name]] if is_8x and name in _ALSO_IN_8X else [name]
    return {f"account.{number}.{alias}": value or _NOTHING for alias in written}


def _codecs(value: str, number: int) -> Parameters:
    """Return the codecs of an account in the phone's order, those that are chosen with their rank."""
    if not value:
        return {}
    chosen = value.split("|")
    found: Parameters = {}
    for index, codec in enumerate(_CODECS, 1):
        prefix = f"account.{number}.codec.{index}."
        payload, _, name = codec.partition(":")
        found[f"{prefix}enable"] = "1" if codec in chosen else "0"
        found[f"{prefix}payload_type"] = name
        found[f"{prefix}priority"] = str(chosen.index(codec) + 1) if codec in chosen else _NOTHING
        found[f"{prefix}rtpmap"] = payload
    return found


def _sections(given: ProfileInput) -> list[tuple[str, str, Parameters]]:
    """Return firmware 6X's sections: name, path of the file on the phone, values."""
    found: list[tuple[str, str, Parameters]] = []
    for index, line in enumerate(given.used_lines):
        account = f"/config/voip/sipAccount{index}.cfg"
        groups: dict[str, Parameters] = {}
        for path, value in with_own_values(line.settings, _own_of_6x(line), _PLACEHOLDERS).items():
            group, _, name = path.partition("/")
            groups.setdefault(group, {})[name] = value or ""
        voicemail = groups.pop("Message", {}).get("VoiceNumber", "")
        found += [(f"audio{at}", account, _old_codec(at, code)) for at, code in groups.pop("audio", {}).items()]
        found += [(group, account, values) for group, values in groups.items()]
        found.append(("Message", "/config/Features/Message.cfg", {f"VoiceNumber{index}": voicemail}))
    for number in given.unused_accounts:
        found.append(("account", f"/config/voip/sipAccount{number - 1}.cfg", {"Enable": "0"}))
    if given.provisioning is not None:
        server = given.provisioning
        values = {"server_address": server.url, "user": server.user, "password": server.password}
        found.append(("autoprovision", "/config/Setting/autop.cfg", values))
    return [(name, path, {key: value or _NOTHING for key, value in values.items()}) for name, path, values in found]


def _old_codec(priority: str, code: str) -> Parameters:
    if code not in _OLD_PAYLOADS:
        return {"enable": "0", "priority": priority}
    return {"enable": "1", "priority": priority, "rtpmap": code, "PayloadType": _OLD_PAYLOADS[code]}


def _own(line: ProfileLine) -> dict[str, str]:
    server, port = host_and_port(line.server, line.port)
    proxy, proxy_port = host_and_port(line.outbound_proxy)
    return {
        "basic/enable": "1",
        "basic/label": line.display_name or line.user_name,
        "basic/display_name": line.display_name,
        "basic/user_name": line.user_name,
        "basic/auth_name": line.auth_name,
        "basic/password": line.password,
        "basic/sip_server_host": server,
        "basic/sip_server_port": port,
        "basic/outbound_proxy_enable": "1" if proxy else "",
        "basic/outbound_host": proxy,
        "basic/outbound_port": proxy_port,
        "basic/voice_mail.number": line.voicemail,
    }


def _own_of_6x(line: ProfileLine) -> dict[str, str]:
    own = _own(line)
    return {
        "account/Enable": "1",
        "account/Label": own["basic/label"],
        "account/DisplayName": own["basic/display_name"],
        "account/UserName": own["basic/user_name"],
        "account/AuthName": own["basic/auth_name"],
        "account/password": own["basic/password"],
        "account/SIPServerHost": own["basic/sip_server_host"],
        "account/SIPServerPort": own["basic/sip_server_port"],
        "account/UseOutboundProxy": own["basic/outbound_proxy_enable"],
        "account/OutboundHost": own["basic/outbound_host"],
        "account/OutboundPort": own["basic/outbound_port"],
        "Message/VoiceNumber": own["basic/voice_mail.number"],
    }
