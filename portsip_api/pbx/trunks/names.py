"""The names of gateways are looked up now and then, apart from all requests: a name server may take its time.

What a name stood for last is kept while it cannot be looked up. Which server is asked, the system decides.
"""

import socket
from collections.abc import Callable, Sequence

from portsip_api.pbx.trunks import addresses_sql, sip_trunks
from portsip_api.store import volatile


def _addresses(host: str) -> Sequence[str]:
    """Return the addresses of IP of a host, in order; none for one that is not known."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    return sorted({str(address[0]) for *_, address in found})


def look_up(addresses_of: Callable[[str], Sequence[str]] = _addresses) -> bool:
    """Look up the names of all gateways in use, and return whether any stands for something else than before."""
    hosts = sorted({host for trunk in sip_trunks.all_of_pbx() for host in trunk.hosts if not sip_trunks.literal(host)})
    before = addresses_sql.known()
    looked_up = {host: [*addresses_of(host)] or before.get(host, []) for host in hosts}
    found = {host: addresses for host, addresses in looked_up.items() if addresses}
    if found == before:
        return False
    with volatile.writing():
        addresses_sql.write(found)
    return True
