"""Whether others on the network can read a request along, and its reply."""

from typing import Final

from flask import request

# The WSGI variable in which the outermost middleware says that a request came over TLS, over TLS to a trusted proxy, or
# from this machine.
CONFIDENTIAL: Final = "portsip_api.confidential"


def is_confidential() -> bool:
    """Tell whether nobody on the network can read this request along."""
    return bool(request.environ.get(CONFIDENTIAL))


# A request that has one of these has come through a proxy, or pretends to.
OF_PROXIES: Final = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_SSL", "HTTP_X_REAL_IP"),
    *("HTTP_X_FORWARDED_PREFIX", "HTTP_FORWARDED", "HTTP_VIA"),
)


def came_by_proxy() -> bool:
    """Tell whether the request came through a proxy, or pretends to."""
    return not request.environ.keys().isdisjoint(OF_PROXIES)
