"""The addresses of the system's other ports: call history, call control, mailboxes and media without a prefix.

Clients called them on ports 6666, 6667 and 8085, and the main port led there by `/rest/my/redirect`. Here they are
other spellings of what is below `redirect`, on whatever port the server is asked: the same views, log-ins and errors.
No port does without a log-in, as 6667 and 8086 of the system did.
Source: contract `sipxcom-user.md`, sections 1 and 7.
"""

from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from portsip_api.sipxcom.core.errors import PREFIX

REDIRECT: Final = "/rest/my/redirect"
SERVICES: Final = ("cdr", "callcontroller", "mailbox", "media")
BEGINNINGS: Final = tuple(f"/{service}/" for service in SERVICES)


class OtherPorts:
    """WSGI middleware that leads the addresses of SERVICES to what is below `redirect`."""

    def __init__(self, application: WSGIApplication) -> None:
        """Stand before `application`."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request; its target, for which a Digest is made, stays as the client wrote it."""
        if environ["PATH_INFO"].startswith(BEGINNINGS):
            environ["PATH_INFO"] = f"{PREFIX}{REDIRECT}{environ['PATH_INFO']}"
        return self._application(environ, start_response)


def note(path: str) -> str:
    """Return what the documentation says of this at an address, below the prefix; nothing where it is not so."""
    direct = path.removeprefix(REDIRECT)
    if direct == path or not direct.startswith(BEGINNINGS):
        return ""
    return f"Also at `/{direct.split('/')[1]}/…`, without what stands before it, as on the system's other ports."
