"""With what phones fetch their own files (ours): where, under which name, and a new secret when an old one got out."""

from datetime import UTC, datetime
from typing import Any, Final

from portsip_api.framework.provisioning import own_url, shared_url
from portsip_api.pbx.devices import credentials, phones
from portsip_api.pbx.devices.profiles.files import profile_names
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.sipxcom.admin.phones import found_phone
from portsip_api.sipxcom.core.authentication import Access, current_tenant, is_superadmin
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

phone_provisioning = Resources("phone provisioning", __name__, API, "What phones fetch their files with")

_PROVISIONING: Final = Record(
    "Provisioning",
    (
        Leaf("url", meaning="The folder that this phone fetches its files from. Whoever knows it can read them."),
        Leaf("sharedUrl", meaning="The folder for all phones, which asks for the name and the password (HTTP Basic)."),
        Leaf("userName", meaning="The phone's serial number, mostly its MAC address."),
        Leaf("password"),
        Many("files", Leaf("file"), "The names of the phone's files."),
        Leaf("previousUntil", meaning="Until when the URL and password before still serve (UTC); null: they do not."),
    ),
    "PhoneProvisioning",
)
_PATH: Final = "/api/phones/<name:id>/provisioning"
_SHOWN: Final = (
    "Ours. For superadmins only, and also with PBX_EXPOSE_PASSWORDS=false: a phone's files hold its SIP passwords."
    " Fetching a file with a new URL tells the server that the phone has it: look at it with HEAD."
)
_ROTATED: Final = (
    "Ours; `sendProfile` does not do it. A new URL and password are made, and the phone's next file tells them to it."
    " Those before serve until the phone has fetched a file with the new ones, or for 7 days. A body is not looked at."
)


@phone_provisioning.route(_PATH)
@phone_provisioning.allowed(Access.ADMINISTRATION)
@phone_provisioning.answers(_PROVISIONING, errors=(404,), note=_SHOWN)
def show_provisioning(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show where a phone, by an id or a serial number, fetches its files, and with what."""
    phone = phones.show(current_tenant(), found_phone(id))
    if not is_superadmin():
        raise Forbidden("Only superadmins are shown what opens a phone's files.")
    credential, model = credentials.show(current_tenant(), phone.id), phone_model(phone.model_id)
    until = credential.earlier_until
    return {
        "url": own_url(credential.secret),
        "sharedUrl": shared_url(),
        "userName": credential.user,
        "password": credential.password,
        "files": profile_names(phone.serial, model.family, model.version_or_default(phone.device_version)),
        "previousUntil": None if until is None else datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds"),
    }


@phone_provisioning.route(f"{_PATH}/rotate", methods=["PUT"])
@phone_provisioning.allowed(Access.ADMINISTRATION)
@phone_provisioning.answers(NOTHING, errors=(404, 409), note=_ROTATED)
def rotate_provisioning(id: str) -> None:  # noqa: A002 — the wire's word
    """Give a phone, by an id or a serial number, a new URL and password to fetch its files with."""
    credentials.rotate(current_tenant(), found_phone(id))
