"""How FreeSWITCH calls outside: over one gateway after the other, as long as none has reached anybody.

Nothing that was dialled or is told outside stands in a step that is not a number or the name of one, plain as they are.
Source: FreeSWITCH 1.10.12, mod_sofia, as it was seen to go on and to end.
"""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.calls.plans.outside import CallOutside
from portsip_api.switch.freeswitch.outside_legs import ending, leg
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, refusal

RING_SECONDS: Final = 120
_PROGRESS_SECONDS: Final = 15  # that a gateway may be silent for where there is another one
# What says that a gateway cannot be reached, or not carry the call; everything else is said by whom was called.
_UNREACHED: Final = (
    *("NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE", "GATEWAY_DOWN", "NETWORK_OUT_OF_ORDER"),
    *("NORMAL_CIRCUIT_CONGESTION", "SERVICE_UNAVAILABLE", "REQUESTED_CHAN_UNAVAIL", "INVALID_GATEWAY"),
    *("PROGRESS_TIMEOUT", "DESTINATION_OUT_OF_ORDER"),
)


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
