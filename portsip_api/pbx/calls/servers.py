"""Servers: there is one, this; its id is 1, and its names are a tenant's SIP domain and its own address.

Source: contract (sipXcom), sections 6.6 and 6.7, where requests name a server by id or name.
"""

from typing import Final

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.store.search import fold

THIS_SERVER: Final = 1


def names(tenant_id: int) -> tuple[str, str]:
    """Return the names of this server, the domain first. Raises NotFound (no such tenant)."""
    return tenants.domain_of(tenant_id), settings.current().server_address


def is_this(tenant_id: int, name: str) -> bool:
    """Tell whether `name`, an id or a name without case, is this server's."""
    return name == str(THIS_SERVER) or fold(name) in map(fold, names(tenant_id))
