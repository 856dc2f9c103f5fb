"""The one static file of FreeSWITCH, `freeswitch.xml`: all else it asks this server for.

What the file says of calls is obeyed while this server does not answer: then emergency numbers alone can be called, and
callers are told so. It holds both secrets. Source: FreeSWITCH 1.10.12.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

from portsip_api.pbx.calls.kept.forgetting import ANSWER_SECONDS
from portsip_api.switch.freeswitch import sofia
from portsip_api.switch.freeswitch.documents import Xml, element, named_values
from portsip_api.switch.freeswitch.event_socket import Door
from portsip_api.switch.freeswitch.sofia import Ports
from portsip_api.switch.freeswitch.steps import emergencies

# In this order: what asks over HTTP comes before what asks it.
MODULES: Final = (
    *("console", "commands", "dptools", "dialplan_xml", "xml_curl", "event_socket"),
    *("sndfile", "tone_stream", "json_cdr", "conference", "valet_parking", "sofia"),
)
SECTIONS: Final = ("directory", "dialplan", "configuration")  # that it asks this server for
# Of every call. With buffers the last four seconds of a recording are lost with FreeSWITCH.
_VARIABLES: Final = (("enable_file_write_buffering", "false"),)
NAME: Final = "freeswitch.xml"
USER: Final = "freeswitch"


@dataclass(frozen=True)
class Place:
    """Where FreeSWITCH is and whom it asks: `urls` are this server's address as FreeSWITCH reaches it, and those of
    others over the same store, each of which is asked where those before it do not answer.

    `address` and `ports` are those of SIP; `rtp` are the first and last port of audio, and `folder` is shared by both.
    """

    urls: Sequence[str]
    secret: str
    door: Door
    address: str
    ports: Ports
    rtp: tuple[int, int]
    folder: str


def file(place: Place) -> str:
    """Return the content of the file."""
    first, last = place.rtp
    core = {
        "loglevel": "warning",
        "max-sessions": "2000",
        "sessions-per-second": "200",
        "rtp-start-port": str(first),
        "rtp-end-port": str(last),
    }
    socket = {"listen-ip": place.door.host, "listen-port": str(place.door.port), "password": place.door.password}
    console = element("mappings", None, element("map", {"name": "all", "value": "console,alert,crit,err,warning"}))
    colours = {"colorize": "false", "loglevel": "warning"}
    configurations = [
        _configuration("console", console, element("settings", None, *named_values("param", colours))),
        _configuration("modules", element("modules", None, *_modules())),
        _settings("switch", core),
        _settings("event_socket", {"nat-map": "false", **socket}),
        _configuration("xml_curl", element("bindings", None, *_bindings(place))),
        _configuration("json_cdr", element("settings", None, *_records(place))),
        _configuration("sofia", *sofia.profiles(place.address, place.ports, (), place.secret)),
    ]
    sections = [
        element("section", {"name": "configuration"}, *configurations),
        element("section", {"name": "dialplan"}, emergencies.while_away()),
        element("section", {"name": "directory"}),
    ]
    variables = [element("X-PRE-PROCESS", {"cmd": "set", "data": f"{name}={value}"}) for name, value in _VARIABLES]
    root = fromstring(element("document", {"type": "freeswitch/xml"}, *variables, *sections))
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode')}\n"


def _configuration(name: str, *inside: Xml) -> Xml:
    return element("configuration", {"name": f"{name}.conf"}, *inside)


def _settings(name: str, values: Mapping[str, str]) -> Xml:
    return _configuration(name, element("settings", None, *named_values("param", values)))


def _modules() -> list[Xml]:
    return [element("load", {"module": f"mod_{name}"}) for name in MODULES]


def _bindings(place: Place) -> list[Xml]:
    return [_binding(place, section, url) for section in SECTIONS for url in place.urls]


def _binding(place: Place, section: str, url: str) -> Xml:
    address = element("param", {"name": "gateway-url", "value": _asked(url, section), "bindings": section})
    more = {
        "gateway-credentials": f"{USER}:{place.secret}",
        "auth-scheme": "basic",
        # Whole seconds, with connecting. Callers wait for as long where nobody answers at all; a server that takes two
        # is slow, and nobody must be lost by that.
        "timeout": str(ANSWER_SECONDS),
        "disable-100-continue": "true",
    }
    return element("binding", {"name": section}, address, *named_values("param", more))


def _records(place: Place) -> list[Xml]:
    """Return how records of calls are sent; what cannot be sent waits in the folder."""
    values = {
        "cred": f"{USER}:{place.secret}",
        "auth-scheme": "basic",
        "disable-100-continue": "true",
        "encode": "false",
        "encode-values": "false",
        "log-b-leg": "true",  # who picks a call up makes it one; those that are none of ours to keep say so
        "prefix-a-leg": "false",
        "timeout": "5",  # seconds
        "retries": str(max(2, len(place.urls))),  # each with the next address
        "delay": "1",  # seconds
        "log-dir": place.folder,
        "err-log-dir": place.folder,
    }
    addresses = [element("param", {"name": "url", "value": _asked(url, "cdr")}) for url in place.urls]
    return [*addresses, *named_values("param", values)]


def _asked(url: str, what: str) -> str:
    return f"{url.rstrip('/')}/engine/freeswitch/{what}"
