"""Gateways and phones, made over the API; the other tenant's, made below it."""

from typing import Any

from tests.pbx.devices import devices
from tests.sipxcom.portal import Portal

SERIAL = devices.SERIAL
TEXT = "text/plain"
TRUNK = {
    "name": "my_siptrunk",
    "description": "DIDs 4235550000 through 4235551000",
    "model": {"modelId": "sipTrunkStandard"},
    "enabled": True,
    "address": "192.168.1.14",
    "addressPort": 5060,
    "outboundPort": 5060,
    "addressTransport": "tcp",
    "shared": True,
    "useInternalBridge": True,
}


def make_phone(portal: Portal, serial: str = SERIAL, model: str = devices.MANY_LINES, **fields: Any) -> int:
    """The id of a new phone."""
    return portal.make("api/phones", {"serialNo": serial, "model": {"modelId": model}, **fields})


def set_value(portal: Portal, path: str, text: str) -> None:
    """Set a setting, as curl does."""
    reply = portal.put(path, text, type=TEXT)
    assert (reply.status_code, reply.data) == (200, b""), reply.text
