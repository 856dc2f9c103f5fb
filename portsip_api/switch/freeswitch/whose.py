"""Whose call a look-up is of: who calls, what is called, and by whose rights it goes on.

Only what FreeSWITCH has authenticated or seen counts, and what we have set ourselves; nothing that a phone or a carrier
says of itself. A call that somebody transfers goes on as a call of whoever transfers it. Source: FreeSWITCH 1.10.12.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.switch.freeswitch import inbound
from portsip_api.switch.freeswitch.outside_legs import OUTSIDE
from portsip_api.switch.freeswitch.steps.writing import REDIRECTED, Caller, Step

_BEEN: Final = "pbx_been"  # a variable of a call: the numbers whose phones have sent it elsewhere
PARTY: Final = "pbx_party"  # a variable of a leg: the address of the extension that it talks to, if we know one


@dataclass(frozen=True)
class Whose:
    """A call: `extension` is the number of the extension that calls, nothing for one from outside; `causer` that of the
    one by whose rights it goes on, nothing where nobody's are known. `number` is what is called in the tenant, and
    `shown` a caller id that was asked for; `first` are steps that say whose call it is. `is_transferred`: the causer's
    phone has put it through. `visited` are the numbers whose phones have sent it elsewhere. `is_call_back`: it comes
    back to who made an emergency call.
    """

    tenant_id: int
    caller: Caller
    extension: str
    causer: str
    number: str
    shown: str = ""
    first: tuple[Step, ...] = ()
    is_transferred: bool = False
    visited: tuple[str, ...] = ()
    is_call_back: bool = False


def whose(form: Mapping[str, str]) -> Whose | Refuse:
    """Return whose call it is, or why it is nobody's."""
    if inbound.is_inbound(form):
        return _inbound(form)
    number, caller = form.get("Caller-Destination-Number", ""), caller_of(form)
    if caller is None or caller.domain != _domain(form):
        return Refuse(403, "nobody known calls")
    tenant_id = tenants.id_of_domain(caller.domain)
    if tenant_id is None:
        return Refuse(403, "there is no such tenant")
    moved, visited = transferor(form), redirectors(form)
    shown = form.get("variable_pbx_caller_id", "") if moved is None else ""
    causer = (visited or (caller.number,))[-1] if moved is None else moved
    return Whose(
        tenant_id,
        caller,
        caller.number,
        causer,
        number,
        shown,
        first=_been(visited),
        is_transferred=moved is not None,
        visited=visited,
    )


def caller_of(form: Mapping[str, str]) -> Caller | None:
    """Return whose call it is, or None: what a From header says counts for nothing.

    A leg that we placed or that is transferred has not logged in, and has our variables.
    """
    given = (form.get("variable_sip_auth_username"), form.get("variable_sip_auth_realm"))
    if not all(given) and form.get("variable_pbx_caller"):
        number, _, domain = form["variable_pbx_caller"].partition("@")
        given = (number, domain)
    if not all(given) and form.get("Caller-Direction") == "outbound":
        given = (form.get("variable_dialed_user"), form.get("variable_dialed_domain"))
    return Caller(given[0], given[1]) if given[0] and given[1] else None


def transferor(form: Mapping[str, str]) -> str | None:
    """Return the number of the extension whose phone has transferred the call; None where none has.

    It is whom the leg talks to: one that it has called, or the one that has called it, who is known by what that one's
    plan has said. Nothing stands for anybody else. A call that was transferred once stays one.
    """
    if not form.get("variable_sip_refer_to"):
        return None
    partner = form.get("variable_last_bridge_to", "")
    for leg in form.get("variable_originated_legs", "").removeprefix("ARRAY::").split("|:"):
        uuid, _, rest = leg.partition(";")
        name, _, number = rest.rpartition(";")
        if uuid == partner:
            return "" if name == OUTSIDE else number
    number, _, domain = form.get(f"variable_{PARTY}", "").partition("@")
    is_whom_called = bool(partner) and form.get("variable_originating_leg_uuid") == partner
    return number if is_whom_called and domain == _domain(form) else ""


def redirectors(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the numbers of the extensions whose phones have sent the call elsewhere, the last one at the end.

    The context says whose phone did so, and only our documents name such a one. A call that has been transferred since
    is one of whoever has done that.
    """
    name, _, rest = form.get("Caller-Context", "").partition("~")
    if name != REDIRECTED or form.get("variable_sip_refer_to"):
        return ()
    before = filter(None, form.get(f"variable_{_BEEN}", "").split(":"))
    return tuple(dict.fromkeys((*before, rest.rpartition("~")[0])))


def _been(visited: tuple[str, ...]) -> tuple[Step, ...]:
    return (Step("set", f"{_BEEN}={':'.join(visited)}"),) if visited else ()


def _domain(form: Mapping[str, str]) -> str:
    """Return the SIP domain of the tenant in whose context a call is looked up."""
    return form.get("Caller-Context", "").rpartition("~")[2]


def _inbound(form: Mapping[str, str]) -> Whose | Refuse:
    found = inbound.arrival(form)
    if found is None:
        return inbound.NOBODY
    caller, visited = inbound.caller_of(form, found), redirectors(form)
    moved = transferor(form) or (visited or ("",))[-1]
    first = tuple(inbound.beginning(found, caller))
    if moved:  # somebody here has let the caller dial
        number = form.get("Caller-Destination-Number", "")
        return Whose(
            found.source.tenant_id,
            caller,
            "",
            moved,
            number,
            first=(*first, *_been(visited)),
            is_transferred=not visited,
            visited=visited,
        )
    if not found.number:
        return inbound.NOWHERE
    is_back = bool(found.elin)
    return Whose(found.source.tenant_id, caller, "", "", found.number, first=first, is_call_back=is_back)
