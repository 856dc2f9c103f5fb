"""Which addresses that clients name may be asked: public ones, and those that the operator allows (`PBX_FETCH_ALLOW`).

The tables are our own because `is_global` of Python's ipaddress differs between its releases. Sources: the IANA
registries of special-purpose addresses (RFC 6890) and of IPv6 global unicast assignments.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final

from portsip_api import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# All of IPv6 that is assigned for use in the Internet. What lies outside needs no line of its own: loopback and
# unspecified, IPv4-mapped and -compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard-only, segment routing
# (5f00::/16), unique local with a cloud's metadata (fd00:ec2::254), link-local, site-local, multicast.
_IPV6_INTERNET: Final = ipaddress.IPv6Network("2000::/3")

_REFUSED: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; metadata of one cloud
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform service: a public address that answers inside only
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; metadata of one cloud
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, given up
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds any IPv4 address
        "3ffe::/16",  # the test network of old
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPAddress) -> bool:
    """Tell whether `address` belongs to the Internet. One that holds an IPv4 address inside it never does."""
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in _IPV6_INTERNET):
        return False
    return not any(address in network for network in _REFUSED)


def are_allowed(host: str, addresses: Iterable[IPAddress]) -> bool:
    """Tell whether `host` may be asked: its name is allowed, or each of its `addresses` is, or is public."""
    allowed = settings.current().fetch_allow
    networks = [item for item in allowed if not isinstance(item, str)]
    return host in allowed or all(
        is_public(address) or any(address in network for network in networks) for address in addresses
    )
