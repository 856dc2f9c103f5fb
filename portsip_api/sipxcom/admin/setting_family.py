"""The settings of services and devices: a list, single ones, their values.

    setting_family.register(gateways, "/api/gateways/<name:id>/settings", "a gateway", settings_of)

serves all of the family for what `settings_of(id=…)` returns. Source: contract `sipxcom-admin.md`, section 4.1;
`sipxcom.md`, decisions 5 and 6 (an unknown path is 404, a bad value 400).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from portsip_api.pbx.settings.values import Settings, Value
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.authentication import Access, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import NOTHING, TEXT, Resources
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
_SHOWN_NOTE: Final = "A group's path answers the list of its settings. Passwords are null for who may not see them."
_SET_NOTE: Final = "The body is the value as plain text; a group's path has none: 400."
_RESET_NOTE: Final = "A group's path resets all settings in it: this is ours."


def register(
    resources: Resources,
    base: str,
    subject: str,
    settings_of: Callable[..., Settings],
    *,
    aliases: Sequence[str] = (),
) -> None:
    """Serve the settings that `settings_of` returns under `base` and `aliases`, whose converters name its arguments.

    `subject` says whose they are, such as "a gateway" or "the DNS service"; it must be unique. `settings_of` may raise
    what views may.
    """
    slug = re.sub(r"\W+", "_", re.sub(r"^(a|the) ", "", subject)).lower()
    many = [base, *aliases]
    single = [f"{place}/<setting:path>" for place in many]

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(SETTINGS, errors=(404,))
    def list_settings(**named: str) -> dict[str, Any]:
        return listed(settings_of(**named).all())

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(SETTING, errors=(404,), note=_SHOWN_NOTE)
    def show_setting(path: str, **named: str) -> dict[str, Any] | Response:
        settings = settings_of(**named)
        if not settings.definitions.is_group(path):
            return listed([settings.leaf(path)])["settings"][0]  # type: ignore[no-any-return]
        media_type = styles.negotiate(API.offers)
        content: list[Any] = list(API.write(SETTINGS, listed(settings.below(path)), media_type))
        return styles.respond(content, media_type)

    @resources.reads(TEXT)
    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(NOTHING, errors=(404,), note=_SET_NOTE)
    def set_setting(text: str, path: str, **named: str) -> None:
        _require_text()
        settings_of(**named).put(path, text)

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(NOTHING, errors=(404,), note=_RESET_NOTE)
    def reset_setting(path: str, **named: str) -> None:
        settings_of(**named).reset(path)

    for view, method, (rule, *others), name, summary in (
        (list_settings, "GET", many, f"list_{slug}_settings", f"List the settings of {subject}."),
        (show_setting, "GET", single, f"show_{slug}_setting", f"Show a setting of {subject}."),
        (set_setting, "PUT", single, f"set_{slug}_setting", f"Set a setting of {subject}."),
        (reset_setting, "DELETE", single, f"reset_{slug}_setting", f"Take a setting of {subject} to its default."),
    ):
        view.__name__, view.__doc__ = name, summary
        resources.route(rule, methods=[method], aliases=others)(view)


def listed(values: Iterable[Value]) -> dict[str, Any]:
    """Return settings as SETTINGS shows them."""
    clear = secrets_are_shown()
    return {"settings": [_shown(value, clear=clear or not value.setting.secret) for value in values]}


def put_listed(settings: Settings, given: dict[str, Any]) -> None:
    """Set what a list of the form of SETTINGS gives another value, all or none; what has no value stays.

    A value that is in force already is not set: a list that is sent back changes nothing. Raises NotFound and Invalid.
    """
    wanted = {settings.definitions.get(item["path"]).path: item.get("value") for item in given.get("settings", [])}
    present = {value.setting.path: value.value for value in settings.all()}
    settings.put_all({path: text for path, text in wanted.items() if text is not None and text != present[path]})


def _shown(value: Value, *, clear: bool) -> dict[str, Any]:
    setting = value.setting
    return {
        "path": setting.path,
        "type": setting.type,
        "options": setting.options,
        "value": value.value if clear else None,
        "defaultValue": value.default if clear else None,
        "label": setting.label,
        "description": setting.description,
    }


def _require_text() -> None:
    media_type = request.mimetype
    if "json" in media_type or "xml" in media_type or media_type.startswith("multipart/"):
        raise UnsupportedMediaType("The value of a setting is sent as text/plain.")
