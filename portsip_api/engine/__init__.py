"""What the SIP engine asks of this server, under `/engine`: no part of the public APIs, in none of their documents."""

from flask import Flask

from portsip_api.engine.errors import answer
from portsip_api.engine.freeswitch import lookups

__all__ = ["PREFIX", "answer", "register"]

PREFIX = "/engine"


def register(app: Flask) -> None:
    """Add its operations to `app`; which of them answer, the setting of the engine says at each request."""
    app.register_blueprint(lookups)
