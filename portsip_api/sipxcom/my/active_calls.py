"""`/rest/my/activecdrs` and `/rest/activecdrs/{user}`: the calls that go on.

Source: sipXcom REST API, "Active calls"; contract `sipxcom-user.md`, section 6.1; `sipxcom.md`, decision 9.
"""

from collections.abc import Sequence
from typing import Any, Final

from portsip_api import switch
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import active
from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.registrations import id_of_user
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.parties import aor
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST

active_calls = Resources("active calls", __name__, REST, "Calls that go on")

_CALL: Final = Record(
    "cdr",
    (
        Leaf("from", meaning="The user part of the caller's address."),
        Leaf("from-aor", meaning="With the name, in brackets."),
        Leaf("to"),
        Leaf("to-aor"),
        Leaf("direction", meaning="Always INCOMING, as the system had it."),
        Leaf("recipient", meaning="Who is talked to; absent while nobody is."),
        Leaf("internal", FLAG, "Always false, as the system had it."),
        Leaf("type", meaning="Always Unknown, as the system had it."),
        Leaf("start-time", WHOLE, "Milliseconds since 1970."),
        Leaf("duration", WHOLE, "Milliseconds."),
    ),
    "ActiveCdr",
)
_CALLS: Final = Record("cdrs", (Many("cdrs", _CALL, bare=True),), "ActiveCdrs")
_NO_SWITCH: Final = "Without a SIP engine there are none."


@active_calls.route("/rest/my/activecdrs")
@active_calls.allowed(Access.USER)
@active_calls.answers(_CALLS, note=_NO_SWITCH)
def list_own_calls() -> dict[str, Any]:
    """List one's own calls that go on, the newest first."""
    return _listed(active.of_extension(current_tenant(), current_identity().account_id, switch.switch))


@active_calls.route("/rest/activecdrs/<name:user>")
@active_calls.allowed(Access.ADMINISTRATION)
@active_calls.answers(_CALLS, errors=(404,), note=f"A user is named by name, alias or id. {_NO_SWITCH}")
def list_calls_of_user(user: str) -> dict[str, Any]:
    """List a user's calls that go on, the newest first."""
    tenant_id = current_tenant()
    return _listed(active.of_extension(tenant_id, id_of_user(tenant_id, user), switch.switch))


def _listed(calls: Sequence[ActiveCall]) -> dict[str, Any]:
    domain = tenants.domain_of(current_tenant())
    return {"cdrs": [_call(call, domain) for call in calls]}


def _call(call: ActiveCall, domain: str) -> dict[str, Any]:
    return {
        "from": call.caller.number,
        "from-aor": aor(call.caller, domain),
        "to": call.callee.number,
        "to-aor": aor(call.callee, domain),
        "direction": "INCOMING",
        "recipient": call.recipient or None,
        "internal": False,
        "type": "Unknown",
        "start-time": call.started,
        "duration": call.milliseconds,
    }
