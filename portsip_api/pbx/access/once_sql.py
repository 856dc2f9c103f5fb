"""The statements of links that open something once, over the volatile file, whose tables have no models."""

from portsip_api.store import volatile


def spend(digest: bytes, now: float, seconds: float) -> bool:
    """Write that a link was opened, which nobody asks for after some seconds; tell whether it was the first time."""
    volatile.execute("DELETE FROM spent_link WHERE expires <= ?", (now,))
    written = volatile.execute(
        "INSERT INTO spent_link (digest, expires) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
        (digest, now + seconds),
    )
    return written.rowcount == 1
