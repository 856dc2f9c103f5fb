"""The configuration files that FreeSWITCH asks this server for; one that is not among them it has itself.

It asks when it starts, and again when it is told that something has changed.
"""

from collections.abc import Callable, Mapping
from typing import Final

from portsip_api import settings
from portsip_api.pbx.trunks import sip_trunks
from portsip_api.switch.freeswitch import access, rooms, sofia
from portsip_api.switch.freeswitch.documents import NOT_FOUND, Xml, document, element
from portsip_api.switch.freeswitch.sofia import Ports


def answer(form: Mapping[str, str]) -> str:
    """Return the document of the file that a look-up names. Raises SwitchUnavailable."""
    name = form.get("key_value", "")
    if name == "conference.conf":
        inside = rooms.profiles(form.get("conference_name", ""), form.get("profile_name", ""))
    else:
        inside = _FILES.get(name, lambda: ())()
    return document("configuration", element("configuration", {"name": name}, *inside)) if inside else NOT_FOUND


def ports() -> Ports:
    """Return the ports of SIP; those of TLS and WSS where there is a certificate."""
    current = settings.current()
    offered = dict(reversed(current.offered_transports))
    return Ports(
        next((port for kind, port in current.sip_transports if kind in {"UDP", "TCP"}), 5060),
        current.trunk_port,
        offered.get("TLS", 0),
        current.trunk_tls_port if current.sip_certificate_file else 0,
        offered.get("WS", 0),
        offered.get("WSS", 0),
    )


def _sofia() -> tuple[Xml, ...]:
    return sofia.profiles(settings.current().server_address, ports(), sip_trunks.all_of_pbx(), access.secret())


def _acl() -> tuple[Xml, ...]:
    nodes = [
        element("node", {"type": "allow", "cidr": f"{address}/{128 if ':' in address else 32}"})
        for address in sip_trunks.addresses(sip_trunks.all_of_pbx())
    ]
    return (element("network-lists", None, element("list", {"name": sofia.TRUNKS, "default": "deny"}, *nodes)),)


_FILES: Final[Mapping[str, Callable[[], tuple[Xml, ...]]]] = {"sofia.conf": _sofia, "acl.conf": _acl}
