"""Which URLs may name a file to fetch, by their text alone; who may be asked for it is judged when it is fetched.

The text is read strictly and once, here, for the request and for the fetch alike: two readers that understand one URL
differently are how a check is got around. What is not written as RFC 3986 has it is refused, not repaired.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.public_addresses import IPAddress

MAX_LENGTH: Final = 2048  # characters
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

# Printable ASCII without the blank and the backslash, which some readers take for a slash.
_TEXT: Final = re.compile(r"[!-\[\]-~]+")
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?")
_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BAD_HOST: Final = "Its host must be a name, or an address as it is usually written, and its port a number."


@dataclass(frozen=True)
class FetchUrl:
    """A URL that may be fetched, in its parts."""

    scheme: str  # "http" or "https"
    host: str  # a name in lower case, or an address without brackets
    port: int
    target: str  # path and query, as the request line has them
    text: str  # all of it: where a relative redirect starts from

    @property
    def address(self) -> IPAddress | None:
        """The address, when the host is one and not a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def host_header(self) -> str:
        """Host and port as a request's Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(text: str) -> None:
    """Raise Invalid, which names `url` and does not repeat it, unless `text` is a URL that may be fetched."""
    parse(text)


def parse(text: str) -> FetchUrl:
    """Return the parts of a URL that may be fetched: http or https, no user, a host, port 80, 443 or 1024 and above.

    Raises Invalid, which names `url` and does not repeat it.
    """
    if len(text) > MAX_LENGTH:
        raise _invalid(f"Must be at most {MAX_LENGTH} characters.")
    if not _TEXT.fullmatch(text):
        raise _invalid("Must be printable ASCII characters without blanks and backslashes.")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _invalid(_BAD_HOST) from None
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        raise _invalid("Must be an http or https address.")
    if "@" in parts.netloc:
        raise _invalid("Must not hold a user name or a password.")
    host, port = _authority(parts)
    query = f"?{parts.query}" if parts.query else ""
    return FetchUrl(parts.scheme, host, port, f"{parts.path or '/'}{query}", text)


def _authority(parts: SplitResult) -> tuple[str, int]:
    found = _AUTHORITY.fullmatch(parts.netloc.lower())
    if not found:
        raise _invalid(_BAD_HOST)
    port = int(found["port"] or DEFAULT_PORTS[parts.scheme])
    # Below 1024 live services that are no web servers (mail, remote shells) and might take a request for a command.
    if port not in DEFAULT_PORTS.values() and not 1024 <= port <= 65535:
        raise _invalid("Its port must be 80, 443, or 1024 to 65535.")
    return _host(found["host"]), port


def _host(text: str) -> str:
    """Return the host: a name as it is, an address as it is usually written. Raises Invalid.

    A name's last label is never a number, so a host that ends in one is meant for an IPv4 address: C libraries also
    read `2130706433`, `0x7f.1` and `0177.0.0.1` as 127.0.0.1, and nobody honest writes them. Source: WHATWG URL
    Standard, "ends in a number checker".
    """
    try:
        if text.startswith("["):
            return str(ipaddress.IPv6Address(text[1:-1]))
        if _NUMBER.fullmatch(text.rstrip(".").rpartition(".")[2]):
            return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise _invalid(_BAD_HOST) from None
    if not _NAME.fullmatch(text):
        raise _invalid(_BAD_HOST)
    return text


def _invalid(sentence: str) -> Invalid:
    return Invalid({"url": [sentence]})
