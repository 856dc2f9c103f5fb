"""`/api/phones/{phoneId}/lines`: the lines of a phone and their settings.

Source: sipXcom REST API, "Phone"; contract `sipxcom-admin.md`, section 6.3 (L).
"""

from collections.abc import Sequence
from typing import Any, Final

from portsip_api.pbx.devices import lines as pbx_lines
from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.settings.values import Settings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.admin.phones import LINE, found_phone, shown_line
from portsip_api.sipxcom.core.authentication import Access, current_tenant, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import Many, Record
from portsip_api.sipxcom.core.styles import API

phone_lines = Resources("phone lines", __name__, API, "Lines of phones")

_LINES: Final = Record("Lines", (Many("lines", LINE, bare=True),), "Lines")
_EXTERNAL: Final = {
    "userId": "user_id",
    "extension": "extension",
    "displayName": "display_name",
    "password": "password",
    "registrationServer": "registration_server",
    "registrationServerPort": "registration_server_port",
    "voicemail": "voicemail",
}
_BASE: Final = "/api/phones/<name:id>/lines"


@phone_lines.route(_BASE)
@phone_lines.allowed(Access.ADMINISTRATION)
@phone_lines.answers(_LINES, errors=(404,), note="Passwords are null for who may not see them.")
def list_lines(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the lines of a phone."""
    return {"lines": _shown(pbx_lines.page(current_tenant(), found_phone(id)))}


@phone_lines.route(_BASE, methods=["POST"])
@phone_lines.reads(LINE)
@phone_lines.allowed(Access.ADMINISTRATION)
@phone_lines.answers(
    NOTHING,
    errors=(404, 409),
    note="With `user`, a user name or an alias, it is a line of that user and the rest is not used; without it, one of"
    " another SIP server, with the user id at least. Beyond the model's lines 409.",
)
def add_line(given: dict[str, Any], id: str) -> None:  # noqa: A002 — the wire's word
    """Give a phone another line."""
    phone_id = found_phone(id)
    if given.get("user"):
        pbx_lines.add_internal(current_tenant(), phone_id, found_user(given["user"]))
        return
    with wire_names(_EXTERNAL):
        fields = {own: given.get(name) or None for name, own in _EXTERNAL.items()}
        pbx_lines.add_external(current_tenant(), phone_id, fields)


@phone_lines.route(_BASE, methods=["DELETE"])
@phone_lines.allowed(Access.ADMINISTRATION)
@phone_lines.answers(NOTHING, errors=(404,))
def remove_all_lines(id: str) -> None:  # noqa: A002 — the wire's word
    """Take all lines from a phone."""
    pbx_lines.destroy_all(current_tenant(), found_phone(id))


@phone_lines.route(f"{_BASE}/<name:line_id>")
@phone_lines.allowed(Access.ADMINISTRATION)
@phone_lines.answers(LINE, errors=(404,), note="The password is null for who may not see it.")
def show_line(id: str, line_id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a line of a phone."""
    return _shown([pbx_lines.show(current_tenant(), found_phone(id), line_id)])[0]


@phone_lines.route(f"{_BASE}/<name:line_id>", methods=["DELETE"])
@phone_lines.allowed(Access.ADMINISTRATION)
@phone_lines.answers(NOTHING, errors=(404,))
def remove_line(id: str, line_id: str) -> None:  # noqa: A002 — the wire's word
    """Take a line from a phone."""
    pbx_lines.destroy(current_tenant(), found_phone(id), line_id)


def _settings_of(id: str, line_id: str) -> Settings:  # noqa: A002 — the wire's word
    return device_settings.of_line(current_tenant(), found_phone(id), line_id)


setting_family.register(phone_lines, f"{_BASE}/<name:line_id>/settings", "a phone line", _settings_of)


def found_user(name: str) -> ExtensionKey:
    """Return the user whose name or alias this is. Raises NotFound, as the system says it."""
    try:
        return ExtensionKey(id=user_directory.find(current_tenant(), name))
    except NotFound:
        raise NotFound("User not found") from None


def _shown(lines: Sequence[Line]) -> list[dict[str, Any]]:
    clear = secrets_are_shown()
    return [shown_line(line, clear=clear) for line in lines]
