"""A PBX management server that speaks the REST APIs of PortSIP PBX and of sipXcom over one SQLite store."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portsip_api.settings import Settings

__version__ = "0.1.0"


def create_app(configuration: "Settings | None" = None, *, make_database: bool = True) -> "Flask":
    """Return the application over the store that `configuration`, else environment and settings file, name.

    Without `make_database` the store stays closed when there is none. Raises StartupError, which is a SystemExit with
    one sentence, when the server cannot start.
    """
    from portsip_api import application  # noqa: PLC0415 — half a second that commands without an application spare

    return application.create(configuration, make_database=make_database)
