"""`/rest/my/logindetails` and what portals ask beside it: who one is, what time it is, whether one is still there.

Source: sipXcom REST API, "View login details" and the sections around it; contract `sipxcom-user.md`, section 6.6.
"""

from datetime import datetime
from typing import Any, Final

from flask import Response, request

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.hours import calendars
from portsip_api.sipxcom.core.authentication import Access, current_tenant, is_by_key
from portsip_api.sipxcom.core.blueprint import NOTHING, TEXT, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Field, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import PLAIN, REST
from portsip_api.store.clock import clock

log_in = Resources("log-in", __name__, REST, "Log-in, and what portals ask beside it")

_FQDN: Final = Leaf("fqdn")
_DETAILS: Final[tuple[Field, ...]] = (
    Leaf("userName"),
    Leaf("imId", meaning="Empty: there are no accounts for instant messages."),
    Leaf("ldapImAuth", FLAG),
    Leaf("sipPassword", meaning="Absent where the settings hide passwords, and with a private key."),
)
_LOG_IN: Final = Record("login-details", _DETAILS, "LoginDetails")
_LOG_IN_UNITE: Final = Record(
    "login-details",
    (
        *_DETAILS,
        Leaf("pin", meaning="Never shown: the client knows it."),
        Many("im-locations", Record("im-location", (_FQDN,), "ImLocation"), "Servers of instant messages: none."),
        Many("wrtc-locations", Record("wrtc-location", (_FQDN, Leaf("port", WHOLE)), "WrtcLocation"), "None."),
    ),
    "LoginDetailsUnite",
)


@log_in.route("/rest/my/logindetails")
@log_in.allowed(Access.USER)
@log_in.answers(_LOG_IN)
def show_login_details() -> dict[str, Any]:
    """Show the user name and the SIP password of who asks."""
    return _details()


@log_in.route("/rest/my/logindetailsunite")
@log_in.allowed(Access.USER)
@log_in.answers(_LOG_IN_UNITE)
def show_login_details_unite() -> dict[str, Any]:
    """Show the same and where instant messages and calls of browsers are served: nowhere."""
    return _details() | {"im-locations": [], "wrtc-locations": []}


@log_in.route("/rest/my/logindetailsunite/logout", also=["/rest/my/logoutunite"])
@log_in.allowed(Access.USER)
@log_in.answers(NOTHING, status=302, note="There is no session to end: every request logs in.")
def log_out() -> Response:
    """Lead a portal that logs out to the first page of this server."""
    return Response(status=302, headers={"Location": f"{request.script_root}/", "Cache-Control": "no-store"})


@log_in.route("/rest/my/time")
@log_in.allowed(Access.USER)
@log_in.answers(TEXT, media_types=(PLAIN,), note="In the time zone of the tenant, as `Nov 9, 2026 1:05 PM`.")
def show_time() -> str:
    """Show what time it is."""
    now = datetime.fromtimestamp(clock.wall(), calendars.load(current_tenant()).zone)
    return f"{now:%b} {now.day}, {now.year} {now.hour % 12 or 12}:{now:%M %p}"


@log_in.route("/rest/my/keepalive")
@log_in.allowed(Access.USER)
@log_in.answers(NOTHING, media_types=(PLAIN,), note="There is no session to keep alive: every request logs in.")
def keep_alive() -> None:
    """Tell that the server is there."""


def _details() -> dict[str, Any]:
    user = extensions.show(current_tenant(), ExtensionKey(id=current_identity().account_id))
    is_shown = settings.current().expose_passwords and not is_by_key()
    password = user.secret(SIP_PASSWORD) if is_shown else None
    return {"userName": user.number, "imId": "", "ldapImAuth": False, "sipPassword": password}
