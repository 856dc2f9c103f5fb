"""Phones' profiles: the files that they fetch, and telling them to.

Source: sipXcom REST API, "Phone"; contract `sipxcom-admin.md`, sections 5.8 and 6.3 (`sendProfile`).
"""

from typing import Any, Final

from flask import Response, request

from portsip_api import settings
from portsip_api.framework.provisioning import own_url
from portsip_api.pbx.devices import groups as pbx_groups
from portsip_api.pbx.devices.profiles import inputs as profile_inputs
from portsip_api.pbx.devices.profiles import jobs as profile_jobs
from portsip_api.pbx.devices.profiles import shared as pbx_profiles
from portsip_api.pbx.errors import Forbidden, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.row_ids import row_id
from portsip_api.sipxcom.admin.phone_lines import found_user
from portsip_api.sipxcom.admin.phones import found_phone
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, Resources
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API, REST

phone_files = Resources("phone files", __name__, REST, "Profiles of phones")
phone_profiles = Resources("phone profiles", __name__, API, "Sending profiles to phones")

_IDS: Final = Record("Ids", (Many("ids", Leaf("id", WHOLE), "Of phones.", bare=True),), "PhoneIds")
_PROFILE: Final = "<name:serial>/profile/<name:name>"
_RESTART: Final = "/restart"
_NOTE: Final = (
    "A profile is made when the phone fetches it: this notes that it is to. With `/restart` after it the switch is also"
    " to restart the phone, as soon as one is attached. A body is not looked at."
)


@phone_files.route(f"/rest/phone/{_PROFILE}", aliases=[f"/rest/phones/{_PROFILE}", f"/api/phones/{_PROFILE}"])
@phone_files.allowed(Access.ADMINISTRATION)
@phone_files.answers(
    FILE,
    media_types=[styles.PLAIN],
    errors=(404,),
    note="It holds SIP passwords: who may not see them (the permission `rest` alone, or PBX_EXPOSE_PASSWORDS=false) may"
    " not have it, 403. For phones of a model that has no form of files there is none, 404.",
)
def show_profile(serial: str, name: str) -> Response:
    """Show a configuration file of the phone with a serial number."""
    # Where phones reach this server, an administrator's own request does not say.
    url = own_url if settings.current().provision_url else None
    tenant_id = current_tenant()
    profile = pbx_profiles.file_of(tenant_id, profile_inputs.of_phone(tenant_id, serial, url), name)
    if not secrets_are_shown():
        raise Forbidden("A profile holds passwords, which are not shown.")
    return styles.respond(profile.content, styles.PLAIN)


def _places(path: str) -> dict[str, Any]:
    return {"rule": f"/api/phones/{path}", "methods": ["PUT"], "also": [f"/api/phones/{path}{_RESTART}"]}


@phone_profiles.route(**_places('<name("sendProfile"):id>/sendProfile'))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note=_NOTE)
def send_profile(id: str) -> None:  # noqa: A002 — the wire's word
    """Send its profile to the phone with an id or a serial number."""
    profile_jobs.send(current_tenant(), found_phone(id), restart=_is_restart())


@phone_profiles.route(**_places("sendProfile"))
@phone_profiles.reads(_IDS)
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note="To all of them or to none.")
def send_profiles(given: dict[str, Any]) -> None:
    """Send their profiles to phones with certain ids."""
    profile_jobs.send_many(current_tenant(), given.get("ids", []), restart=_is_restart())


@phone_profiles.route(**_places("sendProfile/all"))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, note=_NOTE)
def send_all_profiles() -> None:
    """Send their profiles to all phones."""
    profile_jobs.send_all(current_tenant(), restart=_is_restart())


@phone_profiles.route(**_places("user/id/<name:user>/sendProfile"))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note=_NOTE)
def send_profiles_to_user_by_id(user: str) -> None:
    """Send their profiles to the phones with a line of the user with an id."""
    id_ = row_id(user)
    if id_ is None:
        raise NotFound("User not found")
    profile_jobs.send_to_user(current_tenant(), ExtensionKey(id=id_), restart=_is_restart())


@phone_profiles.route(**_places("user/name/<name:user>/sendProfile"))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note=_NOTE)
def send_profiles_to_user_by_name(user: str) -> None:
    """Send their profiles to the phones with a line of the user with a name or an alias."""
    profile_jobs.send_to_user(current_tenant(), found_user(user), restart=_is_restart())


@phone_profiles.route(**_places("phoneGroup/id/<name:group>/sendProfile"))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note=_NOTE)
def send_profiles_to_group_by_id(group: str) -> None:
    """Send their profiles to the phones of the group with an id."""
    id_ = row_id(group)
    if id_ is None:
        raise NotFound("There is no such phone group.")
    profile_jobs.send_to_group(current_tenant(), id_, restart=_is_restart())


@phone_profiles.route(**_places("phoneGroup/name/<name:group>/sendProfile"))
@phone_profiles.allowed(Access.ADMINISTRATION)
@phone_profiles.answers(NOTHING, errors=(404,), note=_NOTE)
def send_profiles_to_group_by_name(group: str) -> None:
    """Send their profiles to the phones of the group with a name."""
    found = pbx_groups.find_by_name(current_tenant(), group)
    profile_jobs.send_to_group(current_tenant(), found.id, restart=_is_restart())


def _is_restart() -> bool:
    return request.path.rstrip("/").endswith(_RESTART)
