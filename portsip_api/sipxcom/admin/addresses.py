"""Names in addresses: a slash that was sent as `%2F` belongs to a name, not to the path.

WSGI servers hand over the path with all escapes undone, so that it is read anew from the request line here.
Source: contract `sipxcom.md`, decision 6.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.routing import BaseConverter, Map

from portsip_api.sipxcom.core.errors import PREFIX
from portsip_api.sipxcom.core.other_ports import BEGINNINGS

_SLASH: Final = "\x1f"  # stands for an escaped slash while the path is matched
_OWN: Final = (f"{PREFIX}/", *BEGINNINGS)


class EscapedSlashes:
    """WSGI middleware that keeps escaped slashes apart from those of the path."""

    def __init__(self, application: WSGIApplication) -> None:
        """Stand before `application`."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
        prefix = environ.get("SCRIPT_NAME", "")
        if prefix and target.removeprefix(prefix).startswith(_OWN):  # no proxy has taken it off
            target = target.removeprefix(prefix)
        if target.startswith(_OWN) and "%2f" in target.lower() and _SLASH not in environ["PATH_INFO"]:
            path = target.partition("?")[0].replace("%2F", "%1F").replace("%2f", "%1F")
            environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        return self._application(environ, start_response)


class Name(BaseConverter):
    """A segment of the path that may hold escaped slashes; it is none of `reserved`, which are addresses themselves."""

    def __init__(self, url_map: Map, *reserved: str) -> None:
        """Exclude the `reserved` words, so that a method that one of them does not have is not taken for a name's."""
        super().__init__(url_map)
        self.regex = rf"(?!(?:{'|'.join(map(re.escape, reserved))})\Z)[^/]+" if reserved else "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the name itself."""
        return value.replace(_SLASH, "/")


class Number(BaseConverter):
    """A segment that is an id; another word is no address at all, unless it is one of its own."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Return the id."""
        return int(value)


class SettingPath(BaseConverter):
    """A setting's path, whose slashes may be escaped or not."""

    regex = ".+?"
    weight = 200
    part_isolating = False

    def to_python(self, value: str) -> str:
        """Return the path without slashes at its ends."""
        return value.replace(_SLASH, "/").strip("/")
