"""How FreeSWITCH rings phones."""

from typing import Final

from portsip_api.pbx.calls.plans.kinds import Plan, Result, Ring
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written

# What FreeSWITCH calls the results; any other is as if nobody answered.
_RESULTS: Final = {
    "USER_BUSY": Result.BUSY,
    "CALL_REJECTED": Result.BUSY,
    "NO_USER_RESPONSE": Result.DND,
    "USER_NOT_REGISTERED": Result.OFFLINE,
    "SUBSCRIBER_ABSENT": Result.OFFLINE,
    "NORMAL_TEMPORARY_FAILURE": Result.OFFLINE,
    "RECOVERY_ON_TIMER_EXPIRE": Result.OFFLINE,
}


def ring(writing: Writing, plan: Ring) -> Written:
    """Ring phones, and keep what follows each result."""
    following: dict[str, Plan] = {result.value: found for result, found in plan.on.items()} | {"": plan.otherwise}
    node, depth = writing.branch(following, _RESULTS)
    legs = (
        f"[leg_timeout={leg.seconds},outbound_redirect_fatal=true,origination_callee_id_number={leg.number}]"
        f"user/{leg.number}@{writing.caller.domain}"
        for leg in plan.legs
    )
    steps = [
        Step("set", f"pbx_node={node}"),
        Step("set", f"call_timeout={plan.seconds}"),
        Step("bridge", ",".join(legs)),
    ]
    return Written(steps, depth)
