"""The command line: `flask --app app pbx …`, a module per concern."""

from flask import Flask
from flask.cli import AppGroup

pbx = AppGroup("pbx", help="Administer the PBX.")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(pbx)
