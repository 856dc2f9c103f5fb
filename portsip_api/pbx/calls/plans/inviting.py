"""A number outside that is called into a conference: it is called as the conference's owner would call it.

Source: contract sipxcom-user.md, section 6.5 (`dial`, `invite`); whose rights these are, is ours.
"""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.calls.plans import outside, planning
from portsip_api.pbx.calls.plans.kinds import OutsideLeg, Refuse
from portsip_api.pbx.errors import Conflict, Forbidden

_FORBIDDEN: Final = 403


@dataclass(frozen=True)
class OutsideCall:
    """A number outside that is called for the extension `owner`, and how."""

    owner: str
    number: str
    leg: OutsideLeg


def call_in(tenant_id: int, owner: str, number: str, shown: str, seconds: int) -> OutsideCall:
    """Return how a number outside is called in for the extension `owner`, ringing for some seconds.

    `shown` is a caller id that was asked for, if any, and that may be shown. It is called over the first gateway that
    carries it. Raises Forbidden (the owner may not, or it is an emergency call) and Conflict (no gateway carries it, or
    the tenant's minutes are over).
    """
    found = outside.plan(planning.call_of(tenant_id, caller=owner, shown=shown), number)
    if isinstance(found, Refuse):
        sentence = f"{found.why[0].upper()}{found.why[1:]}."
        raise Forbidden(sentence) if found.status == _FORBIDDEN else Conflict(sentence)
    if not isinstance(found, outside.CallOutside) or found.is_emergency:
        raise Forbidden("Only a phone makes emergency calls.")
    return OutsideCall(owner, number, OutsideLeg(tenant_id, found.ways[0], seconds, found.seconds))
