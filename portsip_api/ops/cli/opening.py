"""Which store a command works on: the server's, since both read the same settings. It is said on standard error."""

import click

from portsip_api import settings
from portsip_api.ops.serving import load_settings
from portsip_api.startup import StartupError, open_store
from portsip_api.store import database


def name_store() -> None:
    """Put the settings in force and say where the database lies. Raises StartupError."""
    settings.use(load_settings())
    click.echo(f"Database: {settings.current().database_path}", err=True)


def open_existing() -> None:
    """Open the database that is there, unless an application in this process has. Raises StartupError."""
    if database.is_in_use():
        return
    path = load_settings().database_path
    if not path.exists():
        raise StartupError(f"There is no database at {path}: `pbx init` makes one.")
    name_store()
    open_store()


def open_or_make() -> None:
    """Open the database, which is made when there is none. Raises StartupError."""
    if not database.is_in_use():
        name_store()
        open_store()
