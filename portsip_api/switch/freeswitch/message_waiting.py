"""Phones are told how many messages wait: when one has come, and when a phone asks. Source: RFC 3842; FreeSWITCH."""

from collections.abc import Iterator

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.mailboxes import messages
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket
from portsip_api.switch.freeswitch.recorded import Mailbox

QUERY = "MESSAGE_QUERY"


def tell(client: EventSocket, mailbox: Mailbox) -> None:
    """Tell the phones of an extension what waits in its mailbox, if it is still there. Raises SwitchUnavailable."""
    row = Extension.find(mailbox.tenant_id, id=mailbox.extension_id)
    if row is not None:
        address = f"{row.number}@{tenants.domain_of(mailbox.tenant_id)}"
        client.send_event("MESSAGE_WAITING", _headers(mailbox.tenant_id, row.number, address))


def answer(client: EventSocket, event: Event) -> None:
    """Tell a phone that subscribes what waits, if it asks for a mailbox that is there. Raises SwitchUnavailable."""
    address = str(event.get("Message-Account", "")).removeprefix("sip:")
    number, _, domain = address.partition("@")
    tenant_id = tenants.id_of_domain(domain)
    if tenant_id is None:
        return
    try:
        headers = [*_headers(tenant_id, number, address)]
    except NotFound:
        return
    asked = [(name, str(event[name])) for name in ("VM-Sofia-Profile", "VM-sub-call-id") if name in event]
    client.send_event("MESSAGE_WAITING", [*headers, *asked])


def _headers(tenant_id: int, number: str, address: str) -> Iterator[tuple[str, str]]:
    counts = messages.counts(tenant_id, ExtensionKey(number))
    yield "MWI-Messages-Waiting", "yes" if counts.new else "no"
    yield "MWI-Message-Account", f"sip:{address}"
    yield "MWI-Voice-Message", f"{counts.new}/{counts.old} ({counts.new_urgent}/{counts.old_urgent})"
