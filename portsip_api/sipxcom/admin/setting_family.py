"""The settings of services and devices: a list, single ones, their values.

    setting_family.register(gateways, "/api/gateways/<name:id>/settings", "a gateway", settings_of)

serves all of the family for what `settings_of(id=…)` returns. Source: contract `sipxcom-admin.md`, section 4.1;
`sipxcom.md`, decisions 5 and 6 (an unknown path is 404, a bad value 400).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Response

from portsip_api.pbx.settings.values import Settings
from portsip_api.sipxcom.core.authentication import Access, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import NOTHING, TEXT, Resources
from portsip_api.sipxcom.core.setting_records import (
    GROUP_NOTE,
    SETTING,
    SETTINGS,
    TEXT_NOTE,
    group_reply,
    listed,
    require_text,
    shown,
)

_SHOWN_NOTE: Final = f"{GROUP_NOTE} Passwords are null for who may not see them."
_SET_NOTE: Final = f"{TEXT_NOTE}; a group's path has none: 400."
_RESET_NOTE: Final = "A group's path resets all settings in it: this is ours."


def register(  # noqa: PLR0913 — what differs between families
    resources: Resources,
    base: str,
    subject: str,
    settings_of: Callable[..., Settings],
    *,
    aliases: Sequence[str] = (),
    changed: Callable[[], None] = lambda: None,
) -> None:
    """Serve the settings that `settings_of` returns under `base` and `aliases`, whose converters name its arguments.

    `subject` says whose they are, such as "a gateway" or "the DNS service"; it must be unique. `settings_of` may raise
    what views may. `changed` is called after each change, once it is kept.
    """
    slug = re.sub(r"\W+", "_", re.sub(r"^(a|the) ", "", subject)).lower()
    many = [base, *aliases]
    single = [f"{place}/<setting:path>" for place in many]

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(SETTINGS, errors=(404,))
    def list_settings(**named: str) -> dict[str, Any]:
        return listed(settings_of(**named).all(), clear=secrets_are_shown())

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(SETTING, errors=(404,), note=_SHOWN_NOTE)
    def show_setting(path: str, **named: str) -> dict[str, Any] | Response:
        settings = settings_of(**named)
        if not settings.definitions.is_group(path):
            return shown(settings.leaf(path), clear=secrets_are_shown())
        return group_reply(settings.below(path), clear=secrets_are_shown())

    @resources.reads(TEXT)
    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(NOTHING, errors=(404,), note=_SET_NOTE)
    def set_setting(text: str, path: str, **named: str) -> None:
        require_text()
        settings_of(**named).put(path, text)
        changed()

    @resources.allowed(Access.ADMINISTRATION)
    @resources.answers(NOTHING, errors=(404,), note=_RESET_NOTE)
    def reset_setting(path: str, **named: str) -> None:
        settings_of(**named).reset(path)
        changed()

    for view, method, (rule, *others), name, summary in (
        (list_settings, "GET", many, f"list_{slug}_settings", f"List the settings of {subject}."),
        (show_setting, "GET", single, f"show_{slug}_setting", f"Show a setting of {subject}."),
        (set_setting, "PUT", single, f"set_{slug}_setting", f"Set a setting of {subject}."),
        (reset_setting, "DELETE", single, f"reset_{slug}_setting", f"Take a setting of {subject} to its default."),
    ):
        view.__name__, view.__doc__ = name, summary
        resources.route(rule, methods=[method], aliases=others)(view)


def put_listed(settings: Settings, given: dict[str, Any]) -> None:
    """Set what a list of the form of SETTINGS gives another value, all or none; what has no value stays.

    A value that is in force already is not set: a list that is sent back changes nothing. Raises NotFound and Invalid.
    """
    wanted = {settings.definitions.get(item["path"]).path: item.get("value") for item in given.get("settings", [])}
    present = {value.setting.path: value.value for value in settings.all()}
    settings.put_all({path: text for path, text in wanted.items() if text is not None and text != present[path]})
