"""The statements of nonces, over the volatile file, whose tables have no models.

One runs with every request that logs in by Digest; it looks and writes in one, so that a count serves once only.
"""

from portsip_api.store import volatile


def spend(digest: bytes, count: int, expires: float) -> bool:
    """Note a count of a nonce; False when that or a higher one had been noted."""
    return (
        volatile.execute(
            "INSERT INTO digest_nonce (digest, uses, expires) VALUES (?, ?, ?)"
            " ON CONFLICT (digest) DO UPDATE SET uses = excluded.uses WHERE excluded.uses > uses",
            (digest, count, expires),
        ).rowcount
        == 1
    )


def delete_outside(earliest: float, latest: float) -> int:
    """Delete the nonces that do not expire between those times and return how many there were."""
    return volatile.execute("DELETE FROM digest_nonce WHERE expires NOT BETWEEN ? AND ?", (earliest, latest)).rowcount
