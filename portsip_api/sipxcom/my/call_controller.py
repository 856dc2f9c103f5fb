"""`/rest/my/redirect/callcontroller/{calling}/{called}`: place a call, transfer it, and ask what has become of it.

Source: contract `sipxcom-user.md`, section 7, callcontroller; `sipxcom.md`, decisions 5 and 6 (whose phone calls, is
checked here). Errors are the system's `processing-status`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from flask import Response, g, request

from portsip_api import switch
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import control, placing
from portsip_api.pbx.calls.control import Watched
from portsip_api.pbx.calls.placing import INVITE, METHODS, REFER, CallRequest
from portsip_api.pbx.calls.records import Party
from portsip_api.pbx.errors import Conflict, Forbidden, Invalid, PbxError
from portsip_api.pbx.values import Text
from portsip_api.sipxcom.core import errors, xml_form
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, IGNORED, Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.parties import aor
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import OTHER_XML, REST_LINE, XML, respond

call_controller = Resources("call controller", __name__, REST_LINE, "Calls that a client places and watches")

_PATH: Final = "/rest/my/redirect/callcontroller/<name:calling>/<name:called>"
_NAMESPACE: Final = "http://www.sipfoundry.org/sipX/schema/xml/call-status-00-00"
_REFUSAL: Final = Record(
    "processing-status",
    (Leaf("xmlns", attribute=True), Leaf("error-flag"), Leaf("error-code"), Leaf("error-text")),
    "ProcessingStatus",
)
_LINES: Final = Record(
    "status-lines",
    (
        Many(
            "status",
            Record("status", (Leaf("timestamp"), Leaf("call-id"), Leaf("method"), Leaf("status-line")), "StatusLine"),
            bare=True,
        ),
    ),
    "StatusLines",
)
_DIALOGS: Final = Record(
    "dialogs",
    (
        Many(
            "dialog",
            Record(
                "dialog",
                (Leaf("dialog-id"), Leaf("local-party"), Leaf("remote-party"), Leaf("dialog-state")),
                "Dialog",
            ),
            bare=True,
        ),
    ),
    "Dialogs",
)
_USUAL_SECONDS: Final = 180
_MOST_SECONDS: Final = 86_400
_SECONDS: Final = {"type": "string", "pattern": "^[0-9]*$"}
_CALL, _TRANSFER = "call", "transfer"
_LABEL: Final = Text(128)
_NOTE: Final = (
    "The calling party is one's own name, or an address with it; the called one is a number as people write it, or an "
    "address of the domain. Errors are `processing-status`."
)
_QUERY: Final = (
    Query("sipMethod", "`refer` or `invite`; `refer` when absent.", {"type": "string"}),
    Query("agent", "Whose call it is: oneself.", {"type": "string"}),
    Query("action", f"`{_CALL}`, or `{_TRANSFER}`, which needs `target`; `{_CALL}` when absent.", {"type": "string"}),
    Query("target", "Where the other side of the call is transferred to.", {"type": "string"}),
    Query("timeout", "Seconds for which one's own phone rings; 180 when absent.", _SECONDS),
    Query("resultCacheTime", "Seconds for which the state of the call can be asked for; 180 when absent.", _SECONDS),
    Query("isForwardingAllowed", "Whether one's own forwards are followed; `false` when absent.", {"type": "string"}),
    Query("subject", "What the call is about.", {"type": "string"}),
    Query("confpin", "The PIN of the conference that is called.", {"type": "string"}),
)

_View = Callable[[str, str], Any]


def _processing(view: _View) -> _View:
    """Let a view's errors be answered as `processing-status`."""

    @wraps(view)
    def told(calling: str, called: str) -> Any:
        try:
            return view(calling, called)
        except PbxError as error:
            status = 406 if isinstance(error, Conflict) else errors.status_of(error)
            refusal = {"xmlns": _NAMESPACE, "error-flag": "true", "error-code": str(status), "error-text": str(error)}
            return respond("".join(xml_form.write_short(_REFUSAL, refusal)), XML, status)

    return told


@call_controller.route(_PATH, methods=["POST"])
@call_controller.takes(*_QUERY)
@call_controller.reads(IGNORED)
@call_controller.allowed(Access.USER)
@call_controller.answers(
    FILE, media_types=(XML, OTHER_XML), errors=(403, 404, 406), note=f"200 with an empty body. {_NOTE} "
    "406: `sipMethod` is neither, a call between the two is in progress, or there is none to transfer.",
)  # fmt: skip
@_processing
def control_call(calling: str, called: str) -> Response:
    """Ring one's own phone and then connect it with a number, or transfer the call that was placed so."""
    wanted = _request(calling, called)
    action = request.args.get("action", _CALL)
    if action == _TRANSFER:
        target = request.args.get("target", "")
        if not target:
            raise Invalid({"target": ["Missing."]})
        control.transfer(wanted, placing.number_of(current_tenant(), target), switch.switch)
    elif action == _CALL:
        control.place(wanted, _seconds("resultCacheTime"), switch.switch)
    else:
        raise Invalid({"action": [f"Must be {_CALL} or {_TRANSFER}."]})
    return Response(status=200, headers={"Cache-Control": "no-store"}, content_type="")


@call_controller.route(_PATH)
@call_controller.takes(*_QUERY[1:2])
@call_controller.allowed(Access.USER)
@call_controller.answers(
    FILE, media_types=(XML, OTHER_XML), errors=(403,), note=f"Of a call by `refer` its `status-lines`, of one by "
    f"`invite` its `dialogs`; an empty list when nothing is known of it. {_NOTE}",
)  # fmt: skip
@_processing
def show_call(calling: str, called: str) -> Response:
    """Tell what has become of the call that was placed last between two numbers."""
    tenant_id = current_tenant()
    found = control.show(tenant_id, _own(calling), placing.number_of(tenant_id, called), switch.switch)
    if found is not None and found.method == INVITE:
        return respond("".join(xml_form.write_short(_DIALOGS, {"dialog": [_dialog(found)]})), g.media_type)
    lines = [] if found is None else [_line(found)]
    return respond("".join(xml_form.write_short(_LINES, {"status": lines})), g.media_type)


def _request(calling: str, called: str) -> CallRequest:
    """Return the call that the request is about. Raises Invalid, Forbidden and PageStatus."""
    method = request.args.get("sipMethod", REFER).lower()
    if method not in METHODS:
        raise PageStatus(406, "sipMethod must be refer or invite.")
    own = _own(calling)
    return CallRequest(
        current_tenant(),
        own,
        placing.number_of(current_tenant(), called),
        method=method,
        ring_seconds=_seconds("timeout"),
        may_forward=request.args.get("isForwardingAllowed", "").lower() == "true",
        subject=_label("subject"),
        conference_pin=_label("confpin"),
    )


def _own(calling: str) -> str:
    """Return one's own number, which the path must name as the calling party. Raises Forbidden."""
    own = current_identity().name.rpartition("@")[0]
    domain = tenants.domain_of(current_tenant())
    names = {own, f"{own}@{domain}", f"sip:{own}@{domain}"}
    if calling not in names or request.args.get("agent", own) not in names:
        raise Forbidden("Another user's phone.")
    return own


def _seconds(name: str) -> int:
    text = request.args.get(name, "")
    if not text:
        return _USUAL_SECONDS
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= _MOST_SECONDS):
        raise Invalid({name: [f"Must be a whole number of seconds to {_MOST_SECONDS}."]})
    return int(text)


def _label(name: str) -> str:
    try:
        return _LABEL.check(request.args.get(name, ""))
    except ValueError as error:
        raise Invalid({name: [str(error)]}) from None


def _line(found: Watched) -> dict[str, str]:
    call = found.active or found.past
    begun = found.placed if call is None else call.started / 1000
    return {
        "timestamp": datetime.fromtimestamp(begun, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "call-id": str(found.session_id) if call is None else call.call_id,
        "method": found.method.upper(),
        "status-line": f"SIP/2.0 {_status(found)}",
    }


def _status(found: Watched) -> str:
    if found.active is not None:
        return "180 Ringing" if found.active.answered is None else "200 OK"
    if found.past is None:
        return "100 Trying"
    if found.past.answered is not None:
        return "200 OK"
    return f"{found.past.fail_code or 487} Call ended"


def _dialog(found: Watched) -> dict[str, str]:
    domain = tenants.domain_of(current_tenant())
    call = found.active or found.past
    state = "EARLY"
    if found.past is not None:
        state = "TERMINATED"
    elif found.active is not None and found.active.answered is not None:
        state = "CONFIRMED"
    caller, callee = ("", "") if call is None else (_party(call.caller, domain), _party(call.callee, domain))
    return {
        "dialog-id": str(found.session_id) if call is None else call.call_id,
        "local-party": caller,
        "remote-party": callee,
        "dialog-state": state,
    }


def _party(party: Party | str, domain: str) -> str:
    return aor(party if isinstance(party, Party) else Party(party), domain)
