"""Phones are told how many messages wait: when that changes, and when a phone asks. Source: RFC 3842; FreeSWITCH."""

from collections.abc import Iterator

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket

QUERY = "MESSAGE_QUERY"


def tell(client: EventSocket, address: str, counts: Counts) -> None:
    """Tell the phones of an extension, by its address, what waits for it. Raises SwitchUnavailable."""
    client.send_event("MESSAGE_WAITING", _headers(address, counts))


def answer(client: EventSocket, event: Event) -> None:
    """Tell a phone that subscribes what waits, if it asks for a mailbox that is there. Raises SwitchUnavailable."""
    address = str(event.get("Message-Account", "")).removeprefix("sip:")
    number, _, domain = address.partition("@")
    tenant_id = tenants.id_of_domain(domain)
    if tenant_id is None:
        return
    try:
        counts = messages.counts(tenant_id, ExtensionKey(number))
    except NotFound:
        return
    asked = [(name, str(event[name])) for name in ("VM-Sofia-Profile", "VM-sub-call-id") if name in event]
    client.send_event("MESSAGE_WAITING", [*_headers(address, counts), *asked])


def _headers(address: str, counts: Counts) -> Iterator[tuple[str, str]]:
    yield "MWI-Messages-Waiting", "yes" if counts.new else "no"
    yield "MWI-Message-Account", f"sip:{address}"
    yield "MWI-Voice-Message", f"{counts.new}/{counts.old} ({counts.new_urgent}/{counts.old_urgent})"
