"""How FreeSWITCH rings phones."""

from typing import Final

from portsip_api.pbx.calls.plans.kinds import Leg, OutsideLeg, Plan, Result, Ring
from portsip_api.switch.freeswitch.steps import outside
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
    steps = [
        Step("set", f"pbx_node={node}"),
        Step("set", f"call_timeout={plan.seconds}"),
        Step("bridge", ",".join(_leg(leg, writing.caller.domain) for leg in plan.legs)),
    ]
    return Written(steps, depth)


def _leg(leg: Leg | OutsideLeg, domain: str) -> str:
    if isinstance(leg, OutsideLeg):
        ending = {} if leg.most is None else {"execute_on_answer": outside.ending(leg.most)}
        return outside.leg(leg.tenant_id, leg.way, {"leg_timeout": leg.seconds, **ending})
    told = f"leg_timeout={leg.seconds},outbound_redirect_fatal=true,origination_callee_id_number={leg.number}"
    return f"[{told}]user/{leg.number}@{domain}"
