"""`serve`: gunicorn with the production settings of gunicorn.conf.py, from any folder."""

import os
import sys

import click

from portsip_api import settings
from portsip_api.ops.cli.opening import name_store


@click.command()
def serve() -> None:
    """Run the server (gunicorn) until it is stopped; PBX_BIND, PBX_WORKERS and PBX_THREADS are its own settings.

    It makes the database when there is none. GUNICORN_CMD_ARGS may hold further options of gunicorn.
    """
    name_store()
    os.execv(sys.executable, [sys.executable, str(settings.ROOT / "app.py")])  # noqa: S606 — nothing here is a client's
