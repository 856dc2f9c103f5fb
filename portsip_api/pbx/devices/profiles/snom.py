"""Snom: one XML file of settings; those of an account carry its number as `idx`.

Source: the vendor's wiki, "Desk Phone Configuration Files", "<phone-settings> tag" and "Permission Flags".
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from portsip_api.pbx.devices.profiles.base import (
    ProfileInput,
    ProfileLine,
    Settings,
    address,
    fill,
    with_own_values,
    xml_names,
)

_KEY: Final = re.compile(r"fkeys/fkey(\d+)/(context|type|number)")
# Who may change a setting on the phone: nobody; its user, until the file is read again; its user for good.
_FIXED: Final = "R"
_LENT: Final = "RW"
_USERS: Final = "!"
# What is a matter of the user's taste and habits, by path.
_TASTE: Final = re.compile(
    r"(Audio_Settings|Redirection|Ringer_Settings)/.*"
    r"|Basic_Settings/(.*language|display_method|date_us_format|time_24_format|with_flash|call_completion|auto_dial"
    r"|cw_dialtone|conf_hangup|transfer_on_hangup|call_join_xfer|contrast|use_backlight|guess_.*|partial_lookup)"
    r"|Key_Mapping/(no_dnd|speaker_dialer)"
    r"|Other/(dnd_mode|edit_alpha_mode|preselection_nr|cancel_.*|keyboard_lock|text_softkey|ringer_animation)"
    r"|line/(user_(ringer|custom|idle_text)|record_.*)"
)


class _Element(NamedTuple):
    """A setting as it stands in the file."""

    name: str
    value: str
    permission: str


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (one form for all versions)
    """Return the names of the phone's file: the one that sipXcom gave it and the one that phones ask for."""
    return [f"{serial.upper()}.xml", f"{serial.upper()}.htm"]


def text(given: ProfileInput, name: str) -> str:  # noqa: ARG001 (both names mean one file)
    """Return the phone's file."""
    accounts = [_named(with_own_values(line.settings, _own(line), {}), line.chosen) for line in given.used_lines]
    accounts += [[_Element("user_active", "off", _FIXED)] for _ in given.unused_accounts]
    settings = _named(with_own_values(given.settings, _of_server(given), {}), given.chosen)
    return fill("snom.xml.j2", given, settings=settings, accounts=accounts, keys=_keys(given.settings))


def _of_server(given: ProfileInput) -> dict[str, str]:
    """Return where the phone fetches its file: a URL with the file's name."""
    if given.provisioning is None:
        return {}
    return {
        "update/setting_server": given.provisioning.url + names(given.serial, given.version)[-1],
        "update/http_client_user": given.provisioning.user,
        "update/http_client_pass": given.provisioning.password,
    }


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


def _named(settings: Settings, chosen: Collection[str]) -> list[_Element]:
    plain = {path: value for path, value in settings.items() if not path.startswith(("fkeys/", "e911/"))}
    found = {path.rpartition("/")[2]: (path, value or "") for path, value in plain.items()}
    writable = xml_names({name: value for name, (_, value) in found.items()})
    return [_Element(name, value, _permission(found[name][0], chosen)) for name, value in writable.items()]


def _permission(path: str, chosen: Collection[str]) -> str:
    """Return who may change a setting: what is the user's own stays as he has it, unless an administrator sets it."""
    if not _TASTE.fullmatch(path):
        return _FIXED
    return _LENT if path in chosen else _USERS


def _keys(settings: Settings) -> list[tuple[int, str, str, str]]:
    """Return number, context, action and permission of each function key; one without a number is the user's own."""
    found: dict[int, dict[str, str]] = {}
    for path, value in settings.items():
        if part := _KEY.fullmatch(path):
            found.setdefault(int(part[1]), {})[part[2]] = value or ""
    return [
        (
            number,
            key.get("context") or "active",
            f"{key.get('type', '')} {key.get('number', '')}".strip(),
            _FIXED if key.get("number") else _USERS,
        )
        for number, key in sorted(found.items())
    ]
