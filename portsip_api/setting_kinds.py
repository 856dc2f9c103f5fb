"""The kinds of values that settings have: how the text of a variable is read, and what is said of one that is none."""

import grp
import ipaddress
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from marshmallow import ValidationError, validate
from marshmallow import fields as kinds

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_NO_GROUP: Final = 0xFFFFFFFF
MOST_PORT: Final = 0xFFFF
DOMAIN: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"


class List(kinds.Field[list[str]]):
    """Values separated by commas."""

    def _deserialize(self, value: object, *_: object, **__: object) -> list[str]:
        return [item.strip() for item in str(value).split(",") if item.strip()]


class Address(kinds.Field[str]):
    """An IP address."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        try:
            return str(ipaddress.ip_address(str(value)))
        except ValueError as error:
            raise ValidationError("Must be an IP address.") from error


class Group(kinds.Field[int | None]):
    """A group of this machine, by its name or its number; empty for none. It is kept as its number."""

    def _deserialize(self, value: object, *_: object, **__: object) -> int | None:
        text = str(value)
        if not text or (text.isascii() and text.isdecimal() and int(text) < _NO_GROUP):
            return int(text) if text else None
        try:
            return grp.getgrnam(text).gr_gid
        except KeyError as error:
            raise ValidationError("Must be a group of this machine.") from error


class Networks(List):
    """Addresses or networks separated by commas."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:
        try:
            return [ipaddress.ip_network(item, strict=False) for item in super()._deserialize(value)]
        except ValueError as error:
            raise ValidationError("Must be addresses or networks separated by commas.") from error


class Hosts(List):
    """Host names, addresses or networks separated by commas."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:
        return [self._parse(item.lower()) for item in super()._deserialize(value)]

    @staticmethod
    def _parse(item: str) -> IPNetwork | str:
        try:
            return ipaddress.ip_network(item, strict=False)
        except ValueError:
            # A name does not end in a number: what does is an address with a mistake in it.
            if re.fullmatch(DOMAIN, item) and not item.rpartition(".")[2].isdecimal():
                return item
            raise ValidationError("Must be host names, addresses or networks separated by commas.") from None


class Origins(List):
    """Origins of pages separated by commas, as a browser says them: scheme, host, and a port that is not the scheme's
    own; or `null`, or `*` for any. They are compared as they are: no other character stands for more than itself.

    Source: RFC 6454, sections 4 and 7.
    """

    _PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
    _ORIGIN: Final = re.compile(
        r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    )

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:
        return [item if item in {"*", "null"} else self._parse(item.lower()) for item in super()._deserialize(value)]

    @classmethod
    def _parse(cls, item: str) -> str:
        parts = cls._ORIGIN.fullmatch(item)
        host = _host(parts["host"]) if parts else None
        port = int(parts["port"] or 0) if parts else 0
        if parts is None or host is None or port > MOST_PORT:
            raise ValidationError(
                "Must be origins such as https://crm.example separated by commas, without a path or a pattern, or *."
            )
        return f"{parts['scheme']}://{host}" + (f":{port}" if port and port != cls._PORTS.get(parts["scheme"]) else "")


def _host(text: str) -> str | None:
    """Return the host of an origin as browsers write it; None for what is no IPv6 address in its brackets."""
    if not text.startswith("["):
        return text
    try:
        return f"[{ipaddress.IPv6Address(text[1:-1])}]"
    except ValueError:
        return None


class Transports(List):
    """PROTOCOL:port pairs separated by commas."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:
        items = super()._deserialize(value)
        if not items or not all(re.fullmatch(r"(UDP|TCP|TLS|WS|WSS):[0-9]{1,5}", item) for item in items):
            raise ValidationError("Must be pairs such as UDP:5060 separated by commas.")
        return [(protocol, int(port)) for protocol, port in (item.split(":") for item in items)]


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the IANA time zones that the tzdata package brings along, wherever the program runs.

    What only this machine has (`localtime`) may mean something else on the next one, and `Factory` means nothing.
    """
    names = (resources.files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return frozenset(names) - {"Factory"}


def check_zone(name: str) -> None:
    """Raise ValidationError for what is no time zone's name. One that this machine alone has lets a server start."""
    if name not in zone_names() and name not in available_timezones():
        raise ValidationError("Must be the name of an IANA time zone, such as Europe/Berlin.")


def one_of(*options: str) -> kinds.String:
    """Return the kind of one of some words."""
    return kinds.String(validate=validate.OneOf(options, error="Must be one of {choices}."))


def whole(least: int, most: int) -> kinds.Integer:
    """Return the kind of a whole number from `least` to `most`."""
    return kinds.Integer(validate=validate.Range(least, most, error="Must be {min} to {max}."))


def matching(pattern: str, sentence: str) -> kinds.String:
    """Return the kind of a text that matches `pattern` as a whole; `sentence` says what it must be."""
    return kinds.String(validate=validate.Regexp(rf"^({pattern})\Z", error=sentence))


@dataclass(frozen=True)
class SmtpServer:
    """A mail server and how one logs in to it; `is_tls` says that the connection begins with TLS."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, so that nobody listens in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class SmtpUrl(kinds.Field[SmtpServer | None]):
    """The URL of a mail server: smtp or smtps, a host, and a user with a password, percent-encoded, if need be.

    Both are ASCII, since `smtplib` logs in with nothing else.
    """

    _PORTS: Final = {"smtp": 25, "smtps": 465}

    def _deserialize(self, value: object, *_: object, **__: object) -> SmtpServer | None:
        text = str(value)
        if not text:
            return None
        try:
            parts = urlsplit(text)
            server = SmtpServer(
                parts.hostname or "", parts.port or self._PORTS[parts.scheme], parts.scheme == "smtps",
                unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict"),
            )  # fmt: skip
        except (ValueError, KeyError):
            raise self._refusal() from None
        if not _is_host(server.host) or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise self._refusal()
        if bool(server.user) is not bool(server.password) or not f"{server.user}{server.password}".isascii():
            raise self._refusal()
        return server

    @staticmethod
    def _refusal() -> ValidationError:
        return ValidationError(
            "Must be an address such as smtps://user:password@mail.example:465, that begins with smtp or smtps and has "
            "user and password, percent-encoded ASCII, or neither."
        )


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(re.fullmatch(DOMAIN, text))
    return True
