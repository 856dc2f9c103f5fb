"""`/rest/call/{to}` and `/rest/my/call/{to}`: call from one's own phone.

Source: sipXcom REST API, "Initiate Calls"; contract `sipxcom-user.md`, section 6.1; `sipxcom.md`, decisions 1 and 2.
"""

from typing import Final

from flask import request
from werkzeug.exceptions import MethodNotAllowed

from portsip_api import switch
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.calls import placing as pbx_calls
from portsip_api.sipxcom.core.authentication import Access, current_tenant, require_same_site
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.styles import REST

calls = Resources("click to call", __name__, REST, "Calls")

_NOTE: Final = (
    "Brackets, dots and hyphens in the number do not count. A SIP address must be of this domain. "
    "Without a SIP engine: 503."
)


@calls.route("/rest/call/<name:to>", methods=["PUT"], also=["/rest/my/call/<name:to>"])
@calls.reads(IGNORED)
@calls.allowed(Access.USER)
@calls.answers(NOTHING, errors=(404, 409), note=f"A body is not needed, and not looked at. {_NOTE}")
def place_call(to: str) -> None:
    """Ring the caller's own phone and then connect it with a number."""
    _place(to)


@calls.route("/rest/call/<name:to>", also=["/rest/my/call/<name:to>"])
@calls.allowed(Access.USER)
@calls.answers(NOTHING, errors=(404, 409), note=f"For clients that cannot PUT. {_NOTE}")
def place_call_by_get(to: str) -> None:
    """Do the same: ring the caller's own phone and then connect it with a number."""
    if request.method == "HEAD":  # which comes with every GET, and must not do anything
        raise MethodNotAllowed(["GET", "PUT"])
    require_same_site()
    _place(to)


def _place(to: str) -> None:
    tenant_id, caller = current_tenant(), current_identity().name.rpartition("@")[0]
    number = pbx_calls.number_of(tenant_id, to)
    pbx_calls.place(pbx_calls.CallRequest(tenant_id, caller, number), switch.switch)
