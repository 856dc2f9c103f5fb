"""How FreeSWITCH calls outside: over one gateway after the other, as long as none has reached anybody.

Nothing that was dialled or is told outside stands in a step that is not a number or the name of one, plain as they are.
Source: FreeSWITCH 1.10.12, mod_sofia, as it was seen to go on and to end.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.calls.plans.outside import CallOutside
from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.switch.freeswitch.sofia import name_of
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, refusal

OUTSIDE: Final = "outside"  # the name under which FreeSWITCH keeps such a leg, which no extension's has
RING_SECONDS: Final = 120
_PROGRESS_SECONDS: Final = 15  # that a gateway may be silent for where there is another one
# What says that a gateway cannot be reached, or not carry the call; everything else is said by whom was called.
_UNREACHED: Final = (
    *("NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE", "GATEWAY_DOWN", "NETWORK_OUT_OF_ORDER"),
    *("NORMAL_CIRCUIT_CONGESTION", "SERVICE_UNAVAILABLE", "REQUESTED_CHAN_UNAVAIL", "INVALID_GATEWAY"),
    *("PROGRESS_TIMEOUT", "DESTINATION_OUT_OF_ORDER"),
)
_NOT_PLAIN: Final = re.compile(r"[^\w .+-]")


def call_outside(_: Writing, plan: CallOutside) -> Iterator[Step]:
    """Call a number outside."""
    yield Step("set", f"pbx_outside={plan.number}")
    yield Step("set", f"call_timeout={RING_SECONDS}")
    if plan.seconds is not None:
        yield Step("export", f"nolocal:execute_on_answer={ending(plan.seconds)}")
    yield Step("set", "sip_ignore_remote_cause=false")  # a caller is told what the carrier says
    yield Step("set", f"continue_on_fail={'true' if plan.is_emergency else ','.join(_UNREACHED)}")
    for way in plan.ways:
        yield Step("set", f"pbx_shown={way.shown}")
        patient = plan.is_emergency or way is plan.ways[-1]
        yield Step("bridge", leg(plan.tenant_id, way, {} if patient else {"leg_progress_timeout": _PROGRESS_SECONDS}))
    yield from refusal(None, Refuse(503, "no gateway could be reached"))


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
