"""Tells the SIP engine what waits in the inboxes in which something has changed, once for all changes of each.

What could not be told, since the engine was not there, is told when it is there again. Source: RFC 3842.
"""

from typing import Final, Protocol

from peewee import fn

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.mailboxes import messages, waiting
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.pbx.mailboxes.tables import WaitingChange
from portsip_api.store import database

MOST_AT_ONCE: Final = 100  # extensions


class MessageWaiting(Protocol):
    """What is asked of a SIP engine."""

    @property
    def is_attached(self) -> bool:
        """Whether there is one."""

    def message_waiting(self, domain: str, number: str, counts: Counts) -> None:
        """Tell the phones of an extension what waits for it. Raises SwitchUnavailable."""


def ask(tenant_id: int, key: ExtensionKey, switch: MessageWaiting) -> None:
    """Have the phones of an extension told what waits, soon. Raises NotFound and SwitchUnavailable (there is none)."""
    if not switch.is_attached:
        raise SwitchUnavailable("No SIP engine is attached to this server, so that there are no phones to be told.")
    with database.writing():
        waiting.note(tenant_id, [find_id(tenant_id, key)])


def tell(switch: MessageWaiting) -> int:
    """Tell the engine of at most MOST_AT_ONCE mailboxes, those that changed first, and return of how many.

    Raises SwitchUnavailable; those that were not told by then are told the next time.
    """
    change, whole = WaitingChange, WaitingChange.whole_pbx()
    last = fn.MAX(change.id)
    query = whole.select(change.extension_id, last).group_by(change.extension_id)
    found = list(query.order_by(fn.MIN(change.id)).limit(MOST_AT_ONCE).tuples())
    for extension_id, last_id in found:
        _tell(switch, extension_id)
        with database.writing():
            whole.delete().where(change.extension_id == extension_id, change.id <= last_id).execute()
    return len(found)


def _tell(switch: MessageWaiting, extension_id: int) -> None:
    row = Extension.whole_pbx().select().where(Extension.id == extension_id).first()
    if row is not None:  # else it is gone, and its changes with it
        counts = messages.counts(row.tenant_id, ExtensionKey(id=extension_id))
        switch.message_waiting(tenants.domain_of(row.tenant_id), row.number, counts)
