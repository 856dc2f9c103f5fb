"""`/api/my/user`: a user in full, and the user's settings, which administrators change.

Source: contract `sipxcom-user.md`, section 8; `sipxcom.md`, decision 6 (secrets are shown to their owner, and hidden by
`PBX_EXPOSE_PASSWORDS`).
"""

from typing import Any, Final

from flask import Response

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.people import people
from portsip_api.pbx.people import user_settings as pbx_settings
from portsip_api.pbx.people.user_settings import UserSettings
from portsip_api.sipxcom.core import user_records
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.setting_records import GROUP_NOTE, SETTING, SETTINGS, group_reply, listed, shown
from portsip_api.sipxcom.core.styles import API
from portsip_api.sipxcom.core.user_records import USER

own_user = Resources("own user", __name__, API, "A user's own entry, and settings")

_REFUSED: Final = "Ask an administrator: users do not change this themselves."
_NOTE: Final = "Always 403, as the system answered."


@own_user.route("/api/my/user")
@own_user.allowed(Access.USER)
@own_user.answers(USER, note="With one's own secrets, as long as the settings let them be shown.")
def show_own_user() -> dict[str, Any]:
    """Show who one is, in full."""
    person = people.show(current_tenant(), current_identity().account_id)
    return user_records.shown(person, clear=settings.current().expose_passwords)


@own_user.route("/api/my/user", methods=["PUT"])
@own_user.reads(IGNORED)
@own_user.allowed(Access.USER)
@own_user.answers(NOTHING, note=_NOTE)
def replace_own_user() -> None:
    """Refuse to change who one is: contact information, password and PIN have addresses of their own."""
    raise Forbidden(_REFUSED)


@own_user.route("/api/my/user/settings")
@own_user.allowed(Access.USER)
@own_user.answers(SETTINGS)
def list_own_settings() -> dict[str, Any]:
    """List one's settings."""
    return listed(_own().all(), clear=False)


@own_user.route("/api/my/user/settings/<setting:path>")
@own_user.allowed(Access.USER)
@own_user.answers(SETTING, errors=(404,), note=GROUP_NOTE)
def show_own_setting(path: str) -> dict[str, Any] | Response:
    """Show one of one's settings."""
    found = _own()
    if found.definitions.is_group(path):
        return group_reply(found.below(path), clear=False)
    return shown(found.leaf(path), clear=False)


@own_user.route("/api/my/user/settings/<setting:path>", methods=["PUT", "DELETE"])
@own_user.reads(IGNORED)
@own_user.allowed(Access.USER)
@own_user.answers(NOTHING, note=_NOTE)
def change_own_setting(path: str) -> None:
    """Refuse to change one of one's settings."""
    del path
    raise Forbidden(_REFUSED)


def _own() -> UserSettings:
    def refuse(_: object) -> None:
        raise Forbidden(_REFUSED)

    return pbx_settings.of_user(current_tenant(), current_identity().account_id, refuse)
