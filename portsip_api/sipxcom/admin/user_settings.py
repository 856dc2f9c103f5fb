"""`/api/users/{u}/settings`, `/api/users/upload/settings` and the phones of a user.

Source: contract `sipxcom-users-rules.md`, section 1; `sipxcom-admin.md`, section 4.1.
"""

import csv
from typing import Any, Final

from flask import request
from werkzeug.datastructures import FileStorage

from portsip_api.pbx.devices import phones as pbx_phones
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.people import user_settings as pbx_settings
from portsip_api.pbx.people.user_settings import UserSettings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.admin.phones import PHONES, shown_phones
from portsip_api.sipxcom.core import superadmins
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, TEXT, UPLOAD, Resources
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.setting_records import SETTINGS
from portsip_api.sipxcom.core.styles import API, PLAIN

user_settings = Resources("user settings", __name__, API, "Settings and phones of users")

MOST_LINES: Final = 10_000
_BASE: Final = '/api/users/<name("upload"):user>/settings'


@user_settings.route("/api/users/name/<name:user>/phones")
@user_settings.allowed(Access.ADMINISTRATION)
@user_settings.answers(PHONES, errors=(404,), note="Passwords of lines are null for who may not see them.")
def list_phones_of_user(user: str) -> dict[str, Any]:
    """List the phones with a line of the user with a user name or an alias."""
    id_ = user_directory.find(current_tenant(), user)
    return {"phones": shown_phones(pbx_phones.of_user(current_tenant(), id_))}


@user_settings.route("/api/users/id/<number:id>/phones")
@user_settings.allowed(Access.ADMINISTRATION)
@user_settings.answers(PHONES, note="An unknown user has none. Passwords of lines are null for who may not see them.")
def list_phones_of_user_by_id(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the phones with a line of the user with an id."""
    return {"phones": shown_phones(pbx_phones.of_user(current_tenant(), id))}


@user_settings.route("/api/users/upload/settings/<setting:path>", methods=["PUT"])
@user_settings.reads(UPLOAD)
@user_settings.allowed(Access.ADMINISTRATION)
@user_settings.answers(
    TEXT,
    media_types=(PLAIN,),
    errors=(404, 417),
    note=f"One file, at most {MOST_LINES:,} lines `userName,value`; users that there are not are passed over. What is"
    " wrong with a line or a value is 417, and then nothing is set.",
)
def upload_user_setting(files: list[FileStorage], path: str) -> str:
    """Set a setting of many users from a file."""
    if len(files) != 1:
        raise PageStatus(417, "Exactly one file must be sent.")
    try:
        values = _values(files[0].stream.read())
        guards = (superadmins.guard_user, superadmins.guard_permissions)
        pbx_settings.put_for_users(current_tenant(), path, values, guards)
    except Invalid as error:
        raise PageStatus(417, str(error)) from error
    return "upload success"


def _settings_of(user: str) -> UserSettings:
    id_ = user_directory.find(current_tenant(), user)
    if request.method != "GET":
        superadmins.guard_user(id_)
    return pbx_settings.of_user(current_tenant(), id_, superadmins.guard_permissions)


setting_family.register(user_settings, _BASE, "a user", _settings_of)


@user_settings.route(_BASE, methods=["PUT"])
@user_settings.reads(SETTINGS)
@user_settings.allowed(Access.ADMINISTRATION)
@user_settings.answers(
    NOTHING,
    errors=(404,),
    note="All or none. What is not listed stays, as does what has no value, or the value that is in force. The settings"
    " of users that are known are their permissions.",
)
def set_settings_of_user(given: dict[str, Any], user: str) -> None:
    """Set several settings of a user."""
    setting_family.put_listed(_settings_of(user), given)


def _values(content: bytes) -> list[tuple[str, str]]:
    try:
        rows = [row for row in csv.reader(content.decode("utf-8-sig").splitlines(), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        raise Invalid({"file": ["Must be lines of text in UTF-8, with a comma between user name and value."]}) from None
    if len(rows) > MOST_LINES:
        raise Invalid({"file": [f"Must have at most {MOST_LINES:,} lines."]})
    if any(len(row) != 2 for row in rows):
        raise Invalid({"file": ["Must have a user name and a value in each line."]})
    return [(name.strip(), value.strip()) for name, value in rows]
