"""Calls that come in over gateways: where they go, by the number that was called. What nobody has is 404.

Who calls is known by the address that FreeSWITCH has seen and let in, and by nothing that the call says of itself. A
phone that has logged in and names a gateway, which FreeSWITCH would take for that gateway's call, is refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.trunks import arrivals
from portsip_api.pbx.trunks.arrivals import Arrival
from portsip_api.switch.freeswitch.sofia import CONTEXT, TRUNKS, gateway_of
from portsip_api.switch.freeswitch.steps.writing import Caller, Step

_NUMBER: Final = re.compile(r"\+?[0-9]{1,32}", re.ASCII)
NOWHERE: Final = Refuse(404, "there is no such number")
NOBODY: Final = Refuse(403, "no gateway calls")


def is_inbound(form: Mapping[str, str]) -> bool:
    """Tell whether a look-up is one of a call that came in over a gateway, or says so."""
    return form.get("Caller-Context", "").partition(".")[0] == CONTEXT


def arrival(form: Mapping[str, str]) -> Arrival | None:
    """Return where the call of a look-up comes in; None for one that is no gateway's."""
    is_let_in = form.get("variable_sip_acl_authed_by") == TRUNKS and form.get("variable_sofia_profile_name") == TRUNKS
    if not is_let_in or form.get("variable_sip_auth_username"):
        return None
    named = form.get("variable_sip_gateway", "")
    ids = gateway_of(named)
    if named and ids is None:
        return None
    address, dialled = form.get("Caller-Network-Addr", ""), form.get("Caller-Destination-Number", "")
    found = arrivals.find(address, ids[1] if ids else None, dialled)
    return None if found is not None and ids is not None and found.source.tenant_id != ids[0] else found


def caller_of(form: Mapping[str, str], found: Arrival) -> Caller:
    """Return who calls, by the number that was shown, which nobody has checked; none where it is no number."""
    shown = form.get("Caller-Caller-ID-Number", "")
    return Caller(shown if _NUMBER.fullmatch(shown) else "", found.source.domain)


def beginning(found: Arrival, caller: Caller) -> Iterator[Step]:
    """Yield the steps that say whose call it is."""
    yield Step("set", f"pbx_from={caller.number}")
    yield Step("set", f"pbx_domain={found.source.domain}")
    yield Step("set", f"pbx_did={found.elin or found.number}")
