"""Whether others on the network can read a request along, and its reply."""

from typing import Final

from flask import request

# The WSGI variable in which the outermost middleware says that a request came over TLS, over TLS to a trusted proxy, or
# from this machine.
CONFIDENTIAL: Final = "portsip_api.confidential"


def is_confidential() -> bool:
    """Tell whether nobody on the network can read this request along."""
    return bool(request.environ.get(CONFIDENTIAL))
