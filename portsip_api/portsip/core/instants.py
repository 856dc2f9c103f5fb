"""Instants as this API writes them in rows of v12 lists: in the tenant's zone, with the offset behind `GMT`.

Source: contract `portsip-more.md`, section 2.
"""

from datetime import UTC, datetime, tzinfo


def in_zone(seconds: float, zone: tzinfo = UTC) -> str:
    """Return an instant, in seconds since 1970, as `2026-03-02 09:00:00 GMT+01:00`; UTC is `GMT+00:00`."""
    text = datetime.fromtimestamp(seconds, zone).isoformat(" ", "seconds")
    return f"{text[:19]} GMT{text[19:25]}"
