"""Instants as texts that tell their zone, as the rows of past calls have them."""

from datetime import datetime, tzinfo


def with_offset(seconds: float, zone: tzinfo) -> str:
    """Return an instant, in seconds since 1970, as `2026-03-02 09:00:00 GMT+01:00`; UTC is `GMT+00:00`."""
    text = datetime.fromtimestamp(seconds, zone).isoformat(" ", "seconds")
    return f"{text[:19]} GMT{text[19:25]}"
