"""What rings of hunt groups and of call sequences share.

Source: contract `sipxcom-user.md`, sections 6.1 and 6.7.
"""

from typing import Final

from portsip_api.pbx.routing.ring_steps import AFTER, TOGETHER
from portsip_api.sipxcom.core.records import Kind


def _read(value: object) -> str | None:
    if value == "":
        return None
    if isinstance(value, str) and value in {AFTER, TOGETHER}:
        return value
    raise ValueError(f"Must be `{AFTER}` or `{TOGETHER}`.")


RING_KIND: Final = Kind({"type": "string", "enum": [AFTER, TOGETHER]}, _read)
