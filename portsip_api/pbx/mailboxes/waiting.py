"""What is written beside a change in an inbox, in the same transaction: that the phones are to be told what waits.

One process tells the SIP engine afterwards, whoever made the change: a request, a command, a job or a caller.
"""

from collections.abc import Collection

from portsip_api import settings
from portsip_api.pbx.mailboxes.tables import WaitingChange


def note(tenant_id: int, extension_ids: Collection[int]) -> None:
    """Write that what waits for some extensions may be another now. Nothing where the server has no SIP engine."""
    if settings.current().switch != settings.NO_SWITCH:
        WaitingChange.insert_all(tenant_id, [{"extension_id": extension_id} for extension_id in extension_ids])
