"""How phones reach this server: by which of its transports, at which port, and what each family calls that.

A transport and its port belong together: of those that the server offers phones use UDP or TCP, whichever is named
first, else TLS. Who sets a line's transport gets the port of that one.
Source: contract, section 9; the vendors' provisioning guides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from portsip_api import settings
from portsip_api.pbx.settings.definitions import Definitions

USUAL_PORT: Final = 5060
_PLAIN: Final = ("UDP", "TCP")
_NUMBERED: Final = {"UDP": "0", "TCP": "1", "TLS": "2"}
_NAMED: Final = {"UDP": "UDPOnly", "TCP": "TCPOnly", "TLS": "TLS"}
# The paths of lines and of phones, and the words for transports; some versions write them with other capitals.
_WORDS: Final = {
    "basic/transport": _NUMBERED,
    "account/Transport": _NUMBERED,
    "advanced/P130-P448-P548-P648-P1748-P1848": _NUMBERED,
    "reg/server/1/transport": _NAMED,
    "reg/outboundProxy.transport": _NAMED,
    "voIpProt/SIP.outboundProxy/transport": _NAMED,
}


@dataclass(frozen=True)
class Transport:
    """A transport, `UDP`, `TCP` or `TLS`, and the port at which the server takes it."""

    name: str
    port: int


def preferred() -> Transport | None:
    """Return the transport that phones use, None when the server offers none that they have."""
    offered = settings.current().offered_transports
    for names in (_PLAIN, ("TLS",)):
        for name, port in offered:
            if name in names:
                return Transport(name, port)
    return None


def defaults(definitions: Definitions) -> dict[str, str | None]:
    """Return the words for the preferred transport by the paths that a model has for it."""
    transport = preferred()
    if transport is None:
        return {}
    found: dict[str, str | None] = {}
    for setting in definitions.settings:
        if setting.path in _WORDS:
            word = _WORDS[setting.path][transport.name]
            known = (option for option in setting.options or () if option.casefold() == word.casefold())
            found[setting.path] = next(known, word)
    return found


def of_line(values: Mapping[str, str | None]) -> Transport | None:
    """Return the transport that a line's settings in force name, with the server's port of it."""
    offered = dict(reversed(settings.current().offered_transports))
    for path, words in _WORDS.items():
        for name, word in words.items():
            if (values.get(path) or "").casefold() == word.casefold() and name in offered:
                return Transport(name, offered[name])
    return preferred()


def server_address() -> str:
    """Return where phones find this server, so that a domain that no DNS knows works; empty when nobody has told."""
    address = settings.current().server_address
    if ip_address(address).is_loopback:
        return ""
    return f"[{address}]" if ":" in address else address
