"""`/api/extensions/call`, and `/apiextensions/call` as the page's own sample spells it.

Source: PortSIP REST API, "Call a certain extension"; contract, section 4.
"""

from typing import Any

import orjson
from flask import Response, g, request
from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api import switch
from portsip_api.pbx.access import logins, tenants
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.pbx.calls import placing as pbx_calls
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.identity import Role
from portsip_api.pbx.values import Text
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import Ruled, TenantRequest, described
from portsip_api.portsip.extensions import require_own

calls = ResourceBlueprint("calls", __name__, description="Calls")


class CallRequest(TenantRequest):
    """Who is to be connected with whom."""

    extension = described(Text(64, 1), "The extension that calls.", required=True)
    auth = described(
        Text(320),
        "Its web access password, with which no token is needed; may be absent with an administrator's or its "
        "tenant's token.",
    )
    to = described(
        Text(255, 1),
        "The number to call, also as people write it (`+49 (30) 123-4`, `tel:+49301234`), or an address of the domain.",
        required=True,
    )
    domain = described(Text(253), "The extension's SIP domain; without a token, the default tenant's when absent.")
    src = Ruled(Text(255), metadata={"description": "Where the call is placed from; kept for the switch."})
    outbound_caller_id = described(
        Text(64),
        "The caller id to show: the extension's number or its `options.outbound_caller_id`; for an administrator or "
        "the tenant also that of any extension or gateway of the tenant. Punctuation does not count.",
    )


class CallReply(Schema):
    """A call that is being placed, which the header X-Session-Id names too. Without a token there is no body."""

    result = ma.String(required=True)
    session_id = ma.String(required=True)


@calls.route("/api/extensions/call", methods=["GET", "POST"], aliases=["/apiextensions/call"])
@calls.arguments(CallRequest, example={"extension": "1000", "auth": "123456", "to": "1001"})
@calls.allowed(*EVERYBODY, open_to_all=True)
@calls.answers(CallReply, errors=("401.2", "403.1", "403.5", "404.1", "409.1"))
def place_call(given: dict[str, Any]) -> Response:
    """Call from an extension; without a SIP engine the answer is 503.1."""
    tenant_id = _authorised_tenant(given)
    to = pbx_calls.number_of(tenant_id, given["to"])
    is_manager = "auth" not in given and g.identity.role is not Role.EXTENSION
    call = pbx_calls.CallRequest(tenant_id, given["extension"], to, given.get("outbound_caller_id", ""), is_manager)
    session_id = str(pbx_calls.place(call, switch.switch))
    body = b"" if g.identity is None else orjson.dumps({"result": "success", "session_id": session_id})
    headers = {"X-Session-Id": session_id, "Cache-Control": "no-store"}
    return Response(body, content_type="application/json", headers=headers)


def _authorised_tenant(given: dict[str, Any]) -> int:
    """Return the tenant of the calling extension once it is clear that whoever asks may call for it."""
    identity = g.identity
    if "auth" in given:
        domain = given.get("domain") or tenants.domain_of(current_tenant() if identity else tenants.DEFAULT_TENANT_ID)
        caller = logins.check_extension(domain, given["extension"], given["auth"], request.remote_addr or "")
        return caller.tenant_id or tenants.DEFAULT_TENANT_ID
    if identity is None:
        raise TokenRefused("Either the extension's password or an access token is needed.")
    tenant_id = current_tenant()
    if identity.role is Role.EXTENSION:
        require_own(find_id(tenant_id, ExtensionKey(given["extension"])))
    return tenant_id
