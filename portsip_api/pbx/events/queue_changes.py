"""What happens to callers in call queues, put into the outbox for whoever watches.

Only the one listener to the SIP engine writes it. Source: contract `portsip-more.md`, section 5, `queue_events`; what
is said of a caller is ours.
"""

from dataclasses import asdict, dataclass
from typing import Final

import orjson

from portsip_api.pbx.events import outbox_sql
from portsip_api.store import database
from portsip_api.store.clock import clock

WAITING: Final = "WAITING"
ANSWERED: Final = "ANSWERED"
LEFT: Final = "LEFT"  # the caller has hung up, or goes on elsewhere


@dataclass(frozen=True)
class QueueChange:
    """A caller has come to the queue at a number, was answered there by a member, or waits no more.

    `caller` is its number, empty for one that is not known, and `waiting` how many wait then.
    """

    queue: str
    call_id: str
    caller: str
    status: str
    member: str
    waiting: int


def tell(tenant_id: int, change: QueueChange) -> None:
    """Put a change into the outbox, if anybody listens."""
    if outbox_sql.is_heard():
        with database.writing():
            outbox_sql.put_queue(tenant_id, orjson.dumps(asdict(change)).decode(), int(clock.wall()))
