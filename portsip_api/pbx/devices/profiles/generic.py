"""The form for phones without a template of their own: sections of `name = value` lines in UTF-8.

Section `phone` tells the phone, `settings` has its settings by path, and each `line n` first the registration and then
the line's settings by path.
"""

from collections.abc import Mapping

from portsip_api.pbx.devices.profiles.base import ProfileInput, ProfileLine, Settings, fill


def names(serial: str, version: str | None) -> list[str]:  # noqa: ARG001 (one form for all versions)
    """Return the names of the phone's files."""
    return [f"{serial}.cfg"]


def text(given: ProfileInput, name: str) -> str:  # noqa: ARG001 (there is one file)
    """Return the phone's file."""
    phone = {
        "serial": given.serial,
        "model": given.model_label,
        "version": given.version,
        "description": given.description,
        "domain": given.domain,
        "location": given.location,
    }
    sections = {"phone": _set(phone), "settings": _set(given.settings)}
    for number, line in enumerate(given.used_lines, 1):
        sections[f"line {number}"] = _set(_registration(line)) | _set(line.settings)
    return fill("generic.cfg.j2", given, sections=sections)


def _registration(line: ProfileLine) -> Settings:
    return {
        "user_name": line.user_name,
        "auth_name": line.auth_name,
        "password": line.password,
        "display_name": line.display_name,
        "server": line.server,
        "port": None if line.port is None else str(line.port),
        "outbound_proxy": line.outbound_proxy,
        "voicemail": line.voicemail,
    }


def _set(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
