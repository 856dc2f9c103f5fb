"""How FreeSWITCH parks calls, and connects who is parked: a lot for each domain, a place in it for each orbit.

An orbit at which several calls may be parked has a lot of its own, and a place in it for each of them: the time at
which it came, by which the first one is known. What FreeSWITCH itself takes for the first may be one that is gone.
Source: FreeSWITCH 1.10.12, `mod_valet_parking`.
"""

import re

from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.calls.plans.parking import Park, Retrieve
from portsip_api.pbx.media.prompts import FAMILIES
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import access, music
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written, plain, refusal

ORBITS = FAMILIES[2]
_NEVER = 86_400  # seconds: what FreeSWITCH knows as never is a minute
_TAKEN = Refuse(486, "somebody else is parked there")
_NOBODY = Refuse(480, "nobody is parked there")
_PLACE = re.compile(r">([0-9]+)</extension>")


def park(writing: Writing, plan: Park) -> Written:
    """Let the call wait, unless another one does where only one may: FreeSWITCH would connect the two."""
    domain = writing.caller.domain
    lot, place = _lot(domain), plan.number
    if plan.several:
        lot, place = _own_lot(plan.number, domain), str(round(clock.wall() * 1000))
    here = [
        Step("set", "pbx_result=park"),
        Step("set", f"valet_hold_music={music.named(plan.tenant_id, ORBITS, plan.music)}"),
        Step("set", f"valet_parking_timeout={plan.seconds or _NEVER}"),
        Step("set", f"valet_parking_orbit_exten={plain(plan.parker)}"),
        Step("set", "valet_parking_orbit_dialplan=XML"),
        Step("set", f"valet_parking_orbit_context={domain}"),
        *([Step("set", f"valet_parking_orbit_exit_key={plan.key}")] if plan.key else []),
        Step("valet_park", f"{lot} {place}"),
    ]
    if plan.several:
        return Written(here)
    back = [Step("transfer", f"{plan.parker} XML {domain}")] if plain(plan.parker) else [*refusal(writing, _TAKEN)]
    return writing.choose(_is_taken(lot, place), {"true": back, "false": here})


def retrieve(writing: Writing, plan: Retrieve) -> Written:
    """Connect the caller with who waits there. Raises SwitchUnavailable."""
    domain = writing.caller.domain
    lot, place = _lot(domain), plan.number
    if plan.several:
        lot = _own_lot(plan.number, domain)
        place = _first(lot)
        if not place:
            return Written([*refusal(writing, _NOBODY)])
    there = [Step("valet_park", f"{lot} {place}")]
    return writing.choose(_is_taken(lot, place), {"true": there, "false": refusal(writing, _NOBODY)})


def _lot(domain: str) -> str:
    return f"orbits@{domain}"


def _own_lot(number: str, domain: str) -> str:
    return f"{number}@{domain}"


def _first(lot: str) -> str:
    """Return the place of who waits longest in a lot, empty for nobody. Raises SwitchUnavailable."""
    with EventSocket(access.door()) as client:
        places = _PLACE.findall(client.api("valet_info", lot))
    return min(places, key=int, default="")


def _is_taken(lot: str, place: str) -> str:
    """Return what FreeSWITCH makes `true` of, or `false`, at the moment."""
    exactly = "".join(char if char.isalnum() else f"[{char}]" for char in place)
    return f"${{regex(${{valet_info({lot})}}|>{exactly}<)}}"
