"""How FreeSWITCH rings phones."""

from typing import Final

from portsip_api.pbx.calls.plans.kinds import Leg, OutsideLeg, Plan, Result, Ring
from portsip_api.switch.freeswitch import outside_legs
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written, redirecting

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
    domain, is_alone = writing.caller.domain, len(plan.legs) == 1
    steps = [
        Step("set", f"pbx_node={node}"),
        Step("set", f"call_timeout={plan.seconds}"),
        Step("bridge", ",".join(leg_of(leg, domain, is_alone=is_alone) for leg in plan.legs)),
    ]
    return Written(steps, depth)


def leg_of(leg: Leg | OutsideLeg, domain: str, *, is_alone: bool) -> str:
    """Return a leg; where its phone sends the call elsewhere, it goes there, unless others ring as well."""
    if isinstance(leg, OutsideLeg):
        ending = {} if leg.most is None else {"execute_on_answer": outside_legs.ending(leg.most)}
        return outside_legs.leg(leg.tenant_id, leg.way, {"leg_timeout": leg.seconds, **ending})
    sent = f"sip_redirect_context={redirecting(leg.number, domain)}" if is_alone else "outbound_redirect_fatal=true"
    return f"[leg_timeout={leg.seconds},{sent},origination_callee_id_number={leg.number}]user/{leg.number}@{domain}"
