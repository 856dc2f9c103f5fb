"""`/api/{service}/settings`: the settings of the PBX's services, and what DNS lacks.

Source: sipXcom REST API, "DNS", "IVRs" and the other services; contract `sipxcom-admin.md`, sections 4.1 and 6.1.
"""

from collections.abc import Callable
from typing import Final

from portsip_api.pbx.settings.values import Settings, service_settings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import TEXT, Resources, whole_id
from portsip_api.sipxcom.core.styles import API

services = Resources("services", __name__, API, "Settings of services")

_SUBJECTS: Final = {
    "dns": "the DNS service",
    "ivr": "the IVR service",
    "mwi": "the MWI service",
    "moh": "the music on hold service",
    "imbot": "the My Buddy service",
    "pagegroups": "the page group service",
    "phonebook": "the phonebook service",
    "proxy": "the proxy",
    "registrar": "the registrar",
    "restserver": "the REST server",
    "saa": "the shared appearance agent",
}


@services.route("/api/dns/advisor/server/<name:server_id>")
@services.allowed(Access.ADMINISTRATION)
@services.answers(
    TEXT,
    errors=(404, 409),
    note="Empty: nothing is missing. There is one server, 1. Without a configured DNS server that answers: 409. Asked "
    "are public ones, and those of PBX_FETCH_ALLOW, for one request at a time and at most two seconds: 503 meanwhile.",
)
def advise_on_dns(server_id: str) -> str:
    """Show the lines that the zone of the SIP domain lacks."""
    from portsip_api.pbx.upkeep import dns_advisor  # noqa: PLC0415 — 3 MiB in each process, and rarely asked for

    return dns_advisor.advise(current_tenant(), whole_id(server_id))


def _of(service: str) -> Callable[[], Settings]:
    return lambda: service_settings(current_tenant(), service)


for _service, _subject in _SUBJECTS.items():
    setting_family.register(services, f"/api/{_service}/settings", _subject, _of(_service))
