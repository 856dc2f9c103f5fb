"""Where phones fetch their files: the addresses that administrators are shown, and that stand in the files."""

from typing import Final

from flask import request

from portsip_api import settings

PREFIX: Final = "/provision"


def shared_url() -> str:
    """Return the folder that all phones fetch from with a password: under the setting's address, else the request's."""
    return f"{(settings.current().provision_url or request.root_url).rstrip('/')}{PREFIX}/"


def own_url(secret: str) -> str:
    """Return the folder that the phone with that secret fetches from."""
    return f"{shared_url()}{secret}/"
