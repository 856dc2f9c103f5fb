"""Links that open something once: whoever opens one first has what it is to, and nobody after.

They are random, and kept in the volatile file as a SHA-256 until they are opened. An extension has one at a time.
"""

import hashlib
import secrets
from typing import NamedTuple

from portsip_api.pbx.access import once_sql
from portsip_api.pbx.access.links import LINK_SECONDS
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.store import volatile
from portsip_api.store.clock import clock

_BYTES = 32


class Opened(NamedTuple):
    """Whose softphone a link lets in, by ids."""

    tenant_id: int
    extension_id: int


def to_softphone(tenant_id: int, extension_id: int) -> str:
    """Return what a link to an extension's SIP account says; it is good for LINK_SECONDS, and once."""
    link = secrets.token_urlsafe(_BYTES)
    with volatile.writing():
        once_sql.keep(tenant_id, extension_id, _digest(link), clock.boot() + LINK_SECONDS)
    return link


def open_softphone(link: str) -> Opened:
    """Return whose softphone `link` is to, which opens nothing any more. Raises TokenRefused."""
    with volatile.writing():
        row = once_sql.take(_digest(link), clock.boot())
    if row is None:
        raise TokenRefused("The link is not one of this server, has been opened, or has expired.")
    return Opened(*row)


def _digest(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
