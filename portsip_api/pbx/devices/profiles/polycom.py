"""Polycom: a master file that names the others, and in these XML attributes, each a parameter by its dotted name.

Firmware 4.0 and later has one set of files (UC software), earlier firmware another. The element that an attribute
stands in has no meaning to the phone.
Source: the vendor's UC Software administrators' guides; contract, section 9.
"""

import re
from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.devices.profiles.base import (
    Contact,
    Parameters,
    ProfileInput,
    ProfileLine,
    fill,
    host_and_port,
    with_own_values,
    xml_names,
)
from portsip_api.pbx.devices.profiles.polycom_names import codec_names, line_parameter, phone_parameter

_UC_FILES: Final = (
    "applications",
    "features",
    "reg-advanced",
    "region",
    "sip-basic",
    "sip-interop",
    "site",
    "video",
)
_OLD_FILES: Final = {"sip": "sip", "phone": "phone1", "device": "device"}  # the file and its root element
# What is not named here stands in `site`, on old firmware in `sip`.
_UC_FILE_OF: Final = {
    **dict.fromkeys(("apps", "exchange", "mb"), "applications"),
    **dict.fromkeys(("attendant", "bg", "dir", "feature", "pres", "roaming_buddies", "roaming_privacy"), "features"),
    **dict.fromkeys(("lineKey", "reg", "up"), "reg-advanced"),
    **dict.fromkeys(("call", "divert", "nat", "pnet", "request", "tone", "voIpProt"), "sip-interop"),
    "lcl": "region",
    "msg": "sip-basic",
    "video": "video",
}
_OLD_FILE_OF: Final = {
    **dict.fromkeys(("attendant", "divert", "msg", "nat", "reg", "roaming_buddies", "roaming_privacy"), "phone"),
    "device": "device",
}
# fmt: off
_OLD_FEATURES: Final = (
    "presence", "messaging", "directory", "calllist", "ring-download", "calllist-received", "calllist-placed",
    "calllist-missed", "url-dialing", "call-park", "group-call-pickup", "directed-call-pickup", "last-call-return",
    "acd-login-logout", "acd-agent-availability", "nway-conference", "call-recording", "enhanced-feature-keys",
)
# fmt: on
_EMERGENCY: Final = "digitmap/routing.1/emergency.1.value"
_SERVER_TYPE: Final = frozenset({"prov/prov_device/serverType", "prov/prov_device/serverType.set"})
# Whose picture settings a model has: they are there for every model.
_BACKGROUNDS: Final = {
    **dict.fromkeys(("polycomVVX400", "polycomVVX410", "polycomVVX500", "polycomRealPresenceTrio"), "polycomVVX500bg"),
    **dict.fromkeys(("polycomVVX300", "polycomVVX310"), "polycomVVX300bg"),
    **dict.fromkeys(("polycom550", "polycom560", "polycom650"), "polycom550bg"),
    "polycomVVX600": "polycomVVX600bg",
    "polycomVVX1500": "polycomVVX1500bg",
    "polycom450": "polycom450bg",
    "polycom670": "polycom670bg",
}
_PLACEHOLDERS: Final = {
    "reg/server/1/port": "0",
    "reg/outboundProxy.port": "0",
    "msg.mwi/callBackMode": "disabled",
}


def names(serial: str, version: str | None) -> list[str]:
    """Return the names of the phone's files, the master file first."""
    parts = _UC_FILES if _is_uc(version) else _OLD_FILES
    return [f"{serial}.cfg", *(f"{serial}-sipx-{part}.cfg" for part in parts)]


def text(given: ProfileInput, name: str) -> str:
    """Return the file `name` of the phone."""
    if name == f"{given.serial}.cfg":
        return _master(given, given.serial)
    part = name.removeprefix(f"{given.serial}-sipx-").removesuffix(".cfg")
    is_uc = _is_uc(given.version)
    elements: dict[str, Parameters] = {}
    for parameter, value in xml_names(_parameters(given, is_uc)).items():
        element = parameter.partition(".")[0]
        if (_UC_FILE_OF.get(element, "site") if is_uc else _OLD_FILE_OF.get(element, "sip")) == part:
            elements.setdefault(element, {})[parameter] = value
    root = "polycomConfig" if is_uc else _OLD_FILES[part]
    return fill("polycom.xml.j2", given, root=root, elements=elements)


def text_for_all(given: ProfileInput) -> str:
    """Return the master file that a phone asks for when it finds none of its own, 000000000000.cfg: it puts its own
    address into the names of the others.
    """
    return _master(given, "[PHONE_MAC_ADDRESS]")


def directory(given: ProfileInput, contacts: Sequence[Contact]) -> str:
    """Return a contact directory; a name that is missing is the number."""
    named = [each if each.first_name or each.last_name else each._replace(last_name=each.number) for each in contacts]
    return fill("polycom_directory.xml.j2", given, contacts=named)


def _master(given: ProfileInput, serial: str) -> str:
    custom = given.settings.get("custom/custom-configs") or ""
    others = [part.strip() for part in custom.split(",") if part.strip()]
    files = ", ".join([*others, *names(serial, given.version)[1:]])
    return fill("polycom_master.xml.j2", given, files=files, firmware=_firmware(given.version))


def _firmware(version: str | None) -> str:
    """Return where the phone looks for firmware: in a folder for each version, below that of its files."""
    release = re.sub(r"\A[A-Za-z]+", "", version or "")
    return f"firmware/{release}/sip.ld" if re.fullmatch(r"[\w.]+", release) else "sip.ld"


def _is_uc(version: str | None) -> bool:
    found = re.match(r"polycom(\d+)\.", version or "")
    return found is not None and int(found[1]) >= 4


def _parameters(given: ProfileInput, is_uc: bool) -> Parameters:
    found: Parameters = {}
    for path, value in given.settings.items():
        if _applies(path, given):
            found.update(_of_phone(path, value or "", is_uc))
    for number, line in enumerate(given.used_lines, 1):
        for path, value in with_own_values(line.settings, _own(line), _PLACEHOLDERS).items():
            if path == f"line-dialplan/{_EMERGENCY}":
                found.update(_emergency(value or "", f"dialplan.{number}."))
            else:
                found[line_parameter(path, number)] = value or ""
    for number in given.unused_accounts:
        found[f"reg.{number}.address"] = ""
    found |= _of_server(given)
    if any(name.startswith("device.") for name in found):
        found["device.set"] = "1"
    return found


def _of_server(given: ProfileInput) -> Parameters:
    """Return where the phone fetches its files; each value has a switch beside it that has it written."""
    if given.provisioning is None:
        return {}
    values = {
        "device.prov.serverName": given.provisioning.bare_url,
        "device.prov.user": given.provisioning.user,
        "device.prov.password": given.provisioning.password,
    }
    if _SERVER_TYPE.isdisjoint(given.chosen):
        values["device.prov.serverType"] = "HTTPS" if given.provisioning.is_tls else "HTTP"
    return values | {f"{name}.set": "1" for name in values}


def _applies(path: str, given: ProfileInput) -> bool:
    """Whether a setting is to be written for this phone: pictures and the network's values have a switch each."""
    group, _, rest = path.partition("/")
    if group == "background":
        owner, _, name = rest.partition("/")
        is_on = given.settings.get(f"background/{owner}/enabled") in {None, "1"}
        return _BACKGROUNDS.get(given.model_id) == owner and is_on and name != "enabled"
    if path.startswith("network/device.net/"):
        is_on = given.settings.get("network/device.net/overwrite") not in {None, "", "0"}
        return is_on and not path.endswith("/overwrite")
    return True


def _of_phone(path: str, value: str, is_uc: bool) -> Parameters:
    """Return the parameters of one setting of the phone: mostly one, none for a mark of the PBX itself."""
    group, _, rest = path.partition("/")
    if rest.startswith("codecPref/"):
        return _preferences(group, value, is_uc)
    if path == f"dialplan/{_EMERGENCY}":
        return _emergency(value, "dialplan.")
    if group == "feature" and not is_uc:
        feature = rest.partition("_hidden")[0]
        if feature not in _OLD_FEATURES:
            return {}
        number = _OLD_FEATURES.index(feature) + 1
        return {f"feature.{number}.name": feature, f"feature.{number}.enabled": value}
    name = phone_parameter(path, is_uc)
    return {name: value} if name else {}


def _preferences(group: str, value: str, is_uc: bool) -> Parameters:
    """Return each codec's rank; a codec that is not chosen has none."""
    if not value:
        return {}
    ranks = dict.fromkeys(codec_names(group, is_uc), "")
    ranks |= {codec: str(rank) for rank, codec in enumerate(value.split("|"), 1)}
    return {f"{group}.codecPref.{codec}": rank for codec, rank in ranks.items()}


def _emergency(value: str, prefix: str) -> Parameters:
    found: Parameters = {}
    numbers = [number.strip() for number in value.split(",") if number.strip()]
    for index, number in enumerate(numbers, 1):
        found[f"{prefix}routing.emergency.{index}.value"] = number
        found[f"{prefix}routing.emergency.{index}.server.1"] = "1"
    return found


def _own(line: ProfileLine) -> dict[str, str]:
    server, port = host_and_port(line.server, line.port)
    proxy, proxy_port = host_and_port(line.outbound_proxy)
    return {
        "reg/displayName": line.display_name,
        "reg/label": line.user_name,
        "reg/address": line.user_name,
        "reg/auth.userId": line.auth_name,
        "reg/auth.password": line.password,
        "reg/server/1/address": server,
        "reg/server/1/port": port,
        "reg/outboundProxy.address": proxy,
        "reg/outboundProxy.port": proxy_port,
        "msg.mwi/subscribe": line.user_name if line.voicemail else "",
        "msg.mwi/callBackMode": "contact" if line.voicemail else "",
        "msg.mwi/callBack": line.voicemail,
    }
