"""`/api/call_sessions`: the calls that go on, as consoles watch, place and end them.

Source: contract `portsip-more.md`, section 2.
"""

from typing import Any, Final

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api import switch
from portsip_api.pbx.calls import active, placing
from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.records import MOST_SESSION
from portsip_api.pbx.values import Text, Whole
from portsip_api.portsip.core import instants
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import Strings, TenantRequest, described
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.store.paging import Page

call_sessions = ResourceBlueprint(
    "call sessions", __name__, url_prefix="/api/call_sessions", description="Calls that go on"
)
_MOST_TARGETS: Final = 20


class SessionRow(Schema):
    """A call that goes on; times are in UTC."""

    session_id = ma.Integer(required=True, metadata={"description": "As `extensions/call` and `call_logs` have it."})
    caller = ma.String(required=True)
    callee = ma.String(required=True, metadata={"description": "The number that was dialled."})
    start_time = ma.String(required=True, metadata={"description": "Such as `2024-05-01 07:30:00`."})
    answered_time = ma.String(required=True, metadata={"description": "Empty while it rings."})
    duration = ma.Integer(required=True, metadata={"description": "Seconds since it began."})


class SessionStart(TenantRequest):
    """Who is to be connected with whom."""

    call_from = described(Text(64, 1), "The number of the extension that calls.", required=True)
    call_to = Strings(
        required=True,
        metadata={
            "description": "The number to call, or several, each of which is tried when the one before does not "
            f"answer; at most {_MOST_TARGETS}."
        },
    )

    def load(self, data: Any, **options: Any) -> Any:
        """Return the values of `data`; one number needs no array. Raises ValidationError."""
        if isinstance(data, dict) and isinstance(data.get("call_to"), str | int):
            data = {**data, "call_to": [data["call_to"]]}
        return super().load(data, **options)

    def check(self, values: Any) -> None:
        """Raise ValidationError for too many numbers, or none."""
        super().check(values)
        if not 1 <= len(values["call_to"]) <= _MOST_TARGETS:
            raise ValidationError({"call_to": [f"Must be 1 to {_MOST_TARGETS} numbers."]})


class SessionKey(TenantRequest):
    """Names a call that goes on."""

    session_id = described(Whole(1, MOST_SESSION, 1), "Its session's id.", required=True)


class SessionReply(Success):
    """A call that is being placed."""

    session_id = ma.Integer(required=True)


_LISTING: Final = Listing("sessions", alias="call_hitorys")


@call_sessions.route("/list")
@call_sessions.arguments(ListRequest)
@call_sessions.allowed(*MANAGERS)
@call_sessions.answers(_LISTING.schema("SessionList", SessionRow), errors=("503.1",))
def list_sessions(given: dict[str, Any]) -> dict[str, Any]:
    """List the calls that go on, the newest first; without a SIP engine there are none."""
    found = active.all_of(current_tenant(), switch.switch)
    part = _LISTING.asked(given)[1]
    ordered = found[::-1] if part.descending else found
    page = Page(ordered[part.offset : part.offset + part.limit], len(found))
    return _LISTING.reply(given, page, [_row(call) for call in page.rows])


@call_sessions.route("/create", methods=["POST"])
@call_sessions.arguments(SessionStart, example={"call_from": "1000", "call_to": ["1001"]})
@call_sessions.allowed(*MANAGERS)
@call_sessions.answers(SessionReply, errors=("403.1", "409.1", "503.1"))
def create_session(given: dict[str, Any]) -> dict[str, Any]:
    """Call from an extension, as `extensions/call` does; without a SIP engine the answer is 503.1."""
    tenant_id = current_tenant()
    first, *rest = (placing.number_of(tenant_id, number) for number in given["call_to"])
    request = placing.CallRequest(tenant_id, given["call_from"], first, by_manager=True, then=tuple(rest))
    return {**SUCCESS, "session_id": placing.place(request, switch.switch)}


@call_sessions.route("/destroy", methods=["POST"], aliases=["/remove"])
@call_sessions.arguments(SessionKey, example={"session_id": 4711})
@call_sessions.allowed(*MANAGERS)
@call_sessions.answers(Success, example=SUCCESS, errors=("503.1",))
def destroy_session(given: dict[str, Any]) -> dict[str, str]:
    """End a call that goes on; one that does not is 404.1."""
    active.end_session(current_tenant(), given["session_id"], switch.switch)
    return SUCCESS


def _row(call: ActiveCall) -> dict[str, Any]:
    return {
        "session_id": call.session_id,
        "caller": call.caller.number,
        "callee": call.callee.number,
        "start_time": instants.bare(call.started),
        "answered_time": instants.bare(call.answered),
        "duration": call.seconds,
    }
