"""Snom: one XML file of settings; those of an account carry its number as `idx`.

Source: the vendor's wiki, "Desk Phone Configuration Files" and "<phone-settings> tag".
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
    xml_names,
)

_KEY: Final = re.compile(r"fkeys/fkey(\d+)/(context|type|number)")


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (one form for all versions)
    """Return the names of the phone's file: the one that sipXcom gave it and the one that phones ask for."""
    return [f"{serial.upper()}.xml", f"{serial.upper()}.htm"]


def text(given: ProfileInput, name: str) -> str:  # noqa: ARG001 (both names mean one file)
    """Return the phone's file."""
    accounts = [_named(with_own_values(line.settings, _own(line), {})) for line in given.used_lines]
    accounts += [{"user_active": "off"} for _ in given.unused_accounts]
    return fill("snom.xml.j2", given, settings=_named(given.settings), accounts=accounts, keys=_keys(given.settings))


def _own(line: ProfileLine) -> dict[str, str]:
    # The transport is a parameter of the address that the phone sends to.
    transport = f";transport={line.transport.lower()}" if line.transport else ""
    return {
        "line/user_active": "on",
        "line/user_realname": line.display_name,
        "line/user_name": line.user_name,
        "line/user_pname": line.auth_name,
        "line/user_pass": line.password,
        "line/user_host": address(line.server, line.port) + ("" if line.outbound_proxy else transport),
        "line/user_outbound": line.outbound_proxy and line.outbound_proxy + transport,
        "line/user_mailbox": line.voicemail,
    }


def _named(settings: Settings) -> Parameters:
    plain = {path: value for path, value in settings.items() if not path.startswith(("fkeys/", "e911/"))}
    return xml_names({path.rpartition("/")[2]: value or "" for path, value in plain.items()})


def _keys(settings: Settings) -> list[tuple[int, str, str]]:
    found: dict[int, dict[str, str]] = {}
    for path, value in settings.items():
        if part := _KEY.fullmatch(path):
            found.setdefault(int(part[1]), {})[part[2]] = value or ""
    return [
        (number, key.get("context") or "active", f"{key.get('type', '')} {key.get('number', '')}".strip())
        for number, key in sorted(found.items())
    ]
