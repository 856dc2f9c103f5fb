"""Links that open something once: whoever opens one first has what it is to, and nobody after.

They are signed, so that giving one writes nothing; that one was opened is kept in the volatile file, without which it
opens nothing any more.
"""

import hashlib
import secrets
from typing import NamedTuple

from itsdangerous import BadData

from portsip_api.pbx.access import once_sql
from portsip_api.pbx.access.links import LINK_SECONDS, REFUSED, serializer
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.store import volatile
from portsip_api.store.clock import clock

_SOFTPHONE = "softphone.link"


class Opened(NamedTuple):
    """Whose softphone a link lets in, by ids."""

    tenant_id: int
    extension_id: int


def to_softphone(tenant_id: int, extension_id: int) -> str:
    """Return what a link to an extension's SIP account says; it is good for LINK_SECONDS, and once."""
    said = [tenant_id, extension_id, secrets.token_urlsafe(9), volatile.id_().hex()]
    return str(serializer(_SOFTPHONE).dumps(said))


def open_softphone(link: str) -> Opened:
    """Return whose softphone `link` is to, which opens nothing any more. Raises TokenRefused."""
    try:
        tenant_id, extension_id, _, file = serializer(_SOFTPHONE).loads(link, max_age=LINK_SECONDS)
    except BadData:
        raise TokenRefused(REFUSED) from None
    with volatile.writing():
        is_first = once_sql.spend(hashlib.sha256(link.encode()).digest(), clock.boot(), LINK_SECONDS)
    if file != volatile.id_().hex() or not is_first:
        raise TokenRefused(REFUSED)
    return Opened(tenant_id, extension_id)
