"""How FreeSWITCH parks calls, and connects who is parked: a lot for each domain, a place in it for each orbit."""

from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.calls.plans.parking import Park, Retrieve
from portsip_api.pbx.media.prompts import FAMILIES
from portsip_api.switch.freeswitch import music
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written, plain, refusal

ORBITS = FAMILIES[2]
_NEVER = 86_400  # seconds: what FreeSWITCH knows as never is a minute
_TAKEN = Refuse(486, "somebody else is parked there")
_NOBODY = Refuse(480, "nobody is parked there")


def park(writing: Writing, plan: Park) -> Written:
    """Let the call wait, unless another one does there: FreeSWITCH would connect the two."""
    place, domain = _place(plan.number, writing.caller.domain), writing.caller.domain
    here = [
        Step("set", "pbx_result=park"),
        Step("set", f"valet_hold_music={music.named(plan.tenant_id, ORBITS, plan.music)}"),
        Step("set", f"valet_parking_timeout={plan.seconds or _NEVER}"),
        Step("set", f"valet_parking_orbit_exten={plain(plan.parker)}"),
        Step("set", "valet_parking_orbit_dialplan=XML"),
        Step("set", f"valet_parking_orbit_context={domain}"),
        *([Step("set", f"valet_parking_orbit_exit_key={plan.key}")] if plan.key else []),
        Step("valet_park", place),
    ]
    back = [Step("transfer", f"{plan.parker} XML {domain}")] if plain(plan.parker) else [*refusal(writing, _TAKEN)]
    return writing.choose(_is_taken(plan.number, domain), {"true": back, "false": here})


def retrieve(writing: Writing, plan: Retrieve) -> Written:
    """Connect the caller with who waits there."""
    domain = writing.caller.domain
    there = [Step("valet_park", _place(plan.number, domain))]
    return writing.choose(_is_taken(plan.number, domain), {"true": there, "false": refusal(writing, _NOBODY)})


def _lot(domain: str) -> str:
    return f"orbits@{domain}"


def _place(number: str, domain: str) -> str:
    return f"{_lot(domain)} {number}"


def _is_taken(number: str, domain: str) -> str:
    """Return what FreeSWITCH makes `true` of, or `false`, at the moment."""
    exactly = "".join(char if char.isalnum() else f"[{char}]" for char in number)
    return f"${{regex(${{valet_info({_lot(domain)})}}|>{exactly}<)}}"
