"""What a setting is on the wire, whoever's it is. Source: contract `sipxcom-admin.md`, section 4.1."""

from collections.abc import Iterable
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from portsip_api.pbx.settings.values import Value
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.records import Leaf, Many, Pairs, Record
from portsip_api.sipxcom.core.styles import API

SETTING: Final = Record(
    "Setting",
    (
        Leaf("path", required=True),
        Leaf("type", meaning="string, integer, real, boolean, enum, multiEnum or file.", ignored=True),
        Pairs("options", "Of an enum: each value with its label.", ignored=True),
        Leaf("value", meaning="As it takes effect."),
        Leaf("defaultValue", ignored=True),
        Leaf("label", ignored=True),
        Leaf("description", ignored=True),
    ),
    "Setting",
)
SETTINGS: Final = Record("Settings", (Many("settings", SETTING, bare=True),), "Settings")
GROUP_NOTE: Final = "A group's path answers the list of its settings."
TEXT_NOTE: Final = "The body is the value as plain text"


def listed(values: Iterable[Value], *, clear: bool) -> dict[str, Any]:
    """Return settings as SETTINGS shows them, with secrets when these are `clear` to be seen."""
    return {"settings": [shown(value, clear=clear) for value in values]}


def shown(value: Value, *, clear: bool) -> dict[str, Any]:
    """Return one setting as SETTING shows it."""
    setting = value.setting
    is_shown = clear or not setting.secret
    return {
        "path": setting.path,
        "type": setting.type,
        "options": setting.options,
        "value": value.value if is_shown else None,
        "defaultValue": value.default if is_shown else None,
        "label": setting.label,
        "description": setting.description,
    }


def group_reply(values: Iterable[Value], *, clear: bool) -> Response:
    """Return the settings of a group, where a single one is declared, as the client wants them."""
    media_type = styles.negotiate(API.offers)
    content: list[Any] = list(API.write(SETTINGS, listed(values, clear=clear), media_type))
    return styles.respond(content, media_type)


def require_text() -> None:
    """Raise UnsupportedMediaType for a body that is called JSON, XML or a form: a value is sent alone."""
    media_type = request.mimetype
    if "json" in media_type or "xml" in media_type or media_type.startswith("multipart/"):
        raise UnsupportedMediaType("The value of a setting is sent as text/plain.")
