"""For how long a tenant has talked outside, in SQL: it is asked for by every call outside of a tenant with a limit."""

from portsip_api.pbx.calls.records import OUTSIDE
from portsip_api.store import database


def outside_milliseconds(tenant_id: int, since: int) -> int:
    """Return how long was talked in calls to the outside that began at `since`, in ms since 1970, or later."""
    row = database.fetch_row(
        "SELECT coalesce(sum(ended - answered), 0) FROM call WHERE tenant_id = ? AND is_answered = 1"
        " AND direction IN ('INBOUND', 'OUTBOUND') AND started >= ? AND ended IS NOT NULL AND route = ?",
        (tenant_id, since, OUTSIDE),
    )
    return int(row[0])
