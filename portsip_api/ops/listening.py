"""Whether the server may listen where it is told to, found before it starts: its own words for it are many."""

import errno
import os
import socket
import time
from typing import Any, Final

from portsip_api.startup import StartupError

_PATIENCE: Final = 3.0  # seconds that a server which is ending may take to let go of its address
_PAUSE: Final = 0.1
_INHERITED: Final = ("LISTEN_FDS", "GUNICORN_FD")  # a socket from systemd, or from the server that this one replaces
_REASONS: Final = {
    errno.EADDRINUSE: "another program listens there, maybe this server: stop it, or set PBX_BIND to another port",
    errno.EACCES: "this user may not use it, as ports below 1024 are root's: set PBX_BIND to another port",
}
_ELSE: Final = "it is no address of this machine: set PBX_BIND to one, such as 127.0.0.1:8899"


def require_free(address: Any) -> None:
    """Raise StartupError unless a socket can be bound to `address`, host and port as gunicorn has them.

    Other addresses (a path, a descriptor) are left to gunicorn, and so is a socket that was inherited.
    """
    if not isinstance(address, tuple) or any(name in os.environ for name in _INHERITED):
        return
    deadline = time.monotonic() + _PATIENCE
    while (problem := _problem(address)) == errno.EADDRINUSE and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    if problem is not None:
        host, port = address[:2]
        raise StartupError(f"The server cannot listen on {host}:{port}: {_REASONS.get(problem, _ELSE)}.")


def _problem(address: tuple[Any, ...]) -> int | None:
    """Return the number of the error that binding to `address` ends with, if it does."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    except OverflowError:  # no port
        return errno.EADDRNOTAVAIL
    return None
