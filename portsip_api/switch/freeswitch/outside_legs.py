"""Legs of calls over gateways, as FreeSWITCH is told of them.

Nothing that was dialled or is told outside stands in one that is not a number or the name of one, plain as they are.
"""

import re
from collections.abc import Mapping
from typing import Final

from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.switch.freeswitch.sofia import name_of

OUTSIDE: Final = "outside"  # the name under which FreeSWITCH keeps such a leg, which no extension's has
_NOT_PLAIN: Final = re.compile(r"[^\w .+-]")


def ending(seconds: int) -> str:
    """Return what ends a call some seconds after it was answered."""
    return f"sched_hangup +{seconds} ALLOTTED_TIMEOUT"


def leg(tenant_id: int, way: Way, more: Mapping[str, object]) -> str:
    """Return the leg of a call over a gateway."""
    name = " ".join(_NOT_PLAIN.sub("", way.name).split())
    values: dict[str, object] = {
        **more,
        "outbound_redirect_fatal": "true",
        "origination_callee_id_name": OUTSIDE,
        "origination_callee_id_number": way.number,
        "origination_caller_id_number": way.shown or "anonymous",
        "origination_caller_id_name": name or way.shown or "Anonymous",
        "sip_cid_type": "pid",
    }
    if not way.shown:
        values["origination_privacy"] = "hide_name:hide_number:screen"
    told = ",".join(f"{name}={value}" for name, value in values.items())
    return f"[{told}]sofia/gateway/{name_of(tenant_id, way.gateway_id)}/{way.number}"
