"""What becomes of a call to a number outside: it leaves over gateways, by the rights of whoever causes it.

Who calls from outside causes nothing: a call that came in goes out again only by a forward of somebody who may call
there. Source: contract `portsip-more.md`, row 20.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.calls import call_limits
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Call, OutsideLeg, Plan, Refuse
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import dialling_rights
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.numbers import numbers_sql, outside_rows
from portsip_api.pbx.numbers.outside import Moment, Reason, refusal
from portsip_api.pbx.trunks import outgoing
from portsip_api.pbx.trunks.outgoing import Causer, Way

_UNKNOWN: Final = frozenset({Reason.NO_NUMBER, Reason.NO_PREFIX})  # what nobody in the tenant may dial


@dataclass(frozen=True)
class CallOutside(Plan):
    """The call goes to `number` over one of `ways`, the next where one cannot be reached; where somebody declines or is
    busy it ends. An emergency is tried over each, whatever becomes of it, from the place of an `elin` by the extension
    `causer_id`, where these are known. It may last for some `seconds`.
    """

    tenant_id: int
    number: str
    ways: tuple[Way, ...]
    is_emergency: bool
    seconds: int | None = None
    elin: str = ""
    causer_id: int = 0


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call to a number that nothing in the tenant answers."""
    now = Moment(call.at, calendars.load(call.tenant_id).zone)
    causer = outgoing.find_causer(call.tenant_id, ExtensionKey(call.causer)) if call.causer else None
    refused = _refused(call, number, causer, now)
    if refused is not None:
        return refused
    found = outgoing.of(call.tenant_id, number, causer, now, call.shown if _is_own(call) else "")
    if not found.ways:
        return Refuse(503, f"no gateway carries calls to {number}")
    if found.is_emergency:
        causer_id = causer.id if causer else 0
        return CallOutside(call.tenant_id, number, found.ways, is_emergency=True, elin=found.elin, causer_id=causer_id)
    seconds = call_limits.outside_seconds_left(call.tenant_id, call.at)
    if seconds == 0:
        return Refuse(503, f"{call_limits.OUTSIDE_MINUTES} was reached")
    return CallOutside(call.tenant_id, number, found.ways, False, seconds)


def legs(call: Call, owner: str, number: str, seconds: int) -> Iterator[OutsideLeg]:
    """Yield what rings for `owner` at a number outside, over its first gateway, if it may ring there."""
    found = plan(call._replace(causer=owner, visited=(*call.visited, owner)), number)
    if isinstance(found, CallOutside) and not found.is_emergency:
        yield OutsideLeg(call.tenant_id, found.ways[0], seconds, found.seconds)


def _is_own(call: Call) -> bool:
    """Tell whether the number is the one that the caller has dialled."""
    return not call.visited and call.causer == call.caller


def _refused(call: Call, number: str, causer: Causer | None, now: Moment) -> Refuse | None:
    """Return why whoever causes a call may not call a number, None where it may."""
    if not call.causer:
        return NO_SUCH_NUMBER
    if causer is not None and causer.enabled:
        why_not = dialling_rights.why_not(call.tenant_id, causer.id, number)
    elif causer is None and numbers_sql.find(call.tenant_id, call.causer) is not None:
        # What is nobody's, such as a hunt group, lets calls go where the tenant does.
        why_not = refusal(number, outside_rows.load(call.tenant_id), None, now)
    else:
        return Refuse(403, "whoever causes the call may call no more")
    if why_not is None:
        return None
    return NO_SUCH_NUMBER if why_not.reason in _UNKNOWN else Refuse(403, why_not.clause(call.causer))
