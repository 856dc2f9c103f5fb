"""What FreeSWITCH tells of conferences that begin and of recordings that end."""

from pathlib import Path
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.features.conferences import ConferenceKey, show
from portsip_api.pbx.features.tables import Conference
from portsip_api.switch.freeswitch import rooms
from portsip_api.switch.freeswitch.conferences import PAGE, number_of
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket

SUBCLASS: Final = "conference::maintenance"


def hear(client: EventSocket, event: Event) -> Path | None:
    """Lock a conference that has begun and is to be, and return the file of a recording that has ended.

    Raises SwitchUnavailable.
    """
    action = event.get("Action")
    if action == "stop-recording":
        return Path(str(event.get("Path", "")))
    if action == "add-member" and event.get("Conference-Size") == "1":
        _begun(client, event)
    return None


def _begun(client: EventSocket, event: Event) -> None:
    name = str(event.get("Conference-Name", ""))
    number, domain = number_of(name)
    tenant_id = tenants.id_of_domain(domain)
    if tenant_id is None or event.get("Conference-Profile-Name") == PAGE:
        return
    if Conference.has(tenant_id, number=number) and rooms.locks_itself(show(tenant_id, ConferenceKey(number))):
        client.api("conference", name, "lock")
