"""What limits of calls are held against, in SQL: how long was talked outside, by the history; and how many calls go on
and have begun, over the volatile file, whose tables have no models.
"""

from portsip_api.pbx.calls.records import OUTSIDE
from portsip_api.store import database, volatile


def outside_milliseconds(tenant_id: int, since: int) -> int:
    """Return how long was talked in calls to the outside that began at `since`, in ms since 1970, or later."""
    row = database.fetch_row(
        "SELECT coalesce(sum(ended - answered), 0) FROM call WHERE tenant_id = ? AND is_answered = 1"
        " AND direction IN ('INBOUND', 'OUTBOUND') AND started >= ? AND ended IS NOT NULL AND route = ?",
        (tenant_id, since, OUTSIDE),
    )
    return int(row[0])


def outside_milliseconds_going_on(tenant_id: int, since: int, now: int) -> int:
    """Return how long is talked already in calls out that go on and began at `since`, in ms since 1970, or later."""
    row = volatile.fetch_row(
        "SELECT coalesce(sum(:now - answered), 0) FROM open_call WHERE tenant_id = :tenant AND direction = 'OUTBOUND'"
        " AND started >= :since AND answered <= :now",
        {"tenant": tenant_id, "since": since, "now": now},
    )
    return int(row[0])


def going_on(tenant_id: int, extension: str) -> int:
    """Return how many calls of a tenant, or of one extension of it, have begun and not ended."""
    of = "AND caller = :caller AND direction <> 'INBOUND'" if extension else ""
    row = volatile.fetch_row(
        f"SELECT count(*) FROM open_call WHERE tenant_id = :tenant {of}", {"tenant": tenant_id, "caller": extension}
    )
    return int(row[0])


def begun(key: str, now: float) -> int:
    """Return how many calls of a key have begun in its minute, `now` in seconds of the boot clock."""
    row = volatile.fetch_row("SELECT calls FROM call_rate WHERE key = ? AND ends > ?", (key, now))
    return int(row[0]) if row else 0


def count(key: str, now: float, ends: float) -> None:
    """Count a call of a key, in a new minute until `ends` where its own is over."""
    volatile.execute(
        "INSERT INTO call_rate (key, calls, ends) VALUES (:key, 1, :ends) ON CONFLICT (key) DO UPDATE SET"
        " calls = CASE WHEN ends > :now THEN calls + 1 ELSE 1 END,"
        " ends = CASE WHEN ends > :now THEN ends ELSE :ends END",
        {"key": key, "now": now, "ends": ends},
    )


def delete_past(now: float) -> int:
    """Delete what is counted no longer and return how many there were."""
    return volatile.execute("DELETE FROM call_rate WHERE ends <= ?", (now,)).rowcount
