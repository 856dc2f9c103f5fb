"""Whether the process is up (`/healthz`) and whether it can work (`/readyz`).

Both are open, since a supervisor or a load balancer has no token, and neither tells more than yes or no and why not in
a word.
"""

import sqlite3

import peewee
from flask import Flask

from portsip_api.store import migrations, volatile
from portsip_api.store.sqlite_file import StoreUnavailable


def register(app: Flask) -> None:
    """Add the two routes to `app`."""

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> tuple[dict[str, str], int]:
        reason = why_not_ready()
        return ({"status": "unavailable", "reason": reason}, 503) if reason else ({"status": "ready"}, 200)


def why_not_ready() -> str:
    """Return what keeps the server from its work: `database`, `schema` or `tokens`; nothing when it can work."""
    try:
        current = migrations.applied() == migrations.known()[-1].number
    except (peewee.PeeweeException, sqlite3.Error):
        return "database"
    try:
        volatile.require()
    except (peewee.PeeweeException, sqlite3.Error, StoreUnavailable):
        return "tokens"
    return "" if current else "schema"
