"""`/api/call_logs`: past calls. Source: contract `portsip-more.md`, section 2."""

from datetime import tzinfo
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.records import INBOUND, INTERNAL, OUTBOUND
from portsip_api.pbx.values import Choice, Text
from portsip_api.portsip.call_lists import PastRequest, own_extension, part_asked, times_asked, zone_of_tenant
from portsip_api.portsip.core import instants
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import described
from portsip_api.portsip.core.instants import NEVER_ANSWERED
from portsip_api.portsip.core.lists import Listing

call_logs = ResourceBlueprint("call logs", __name__, url_prefix="/api/call_logs", description="Past calls")

ANSWERED: Final = "ANSWERED"
UNANSWERED: Final = "NONE"
DIRECTIONS: Final = {INBOUND: "INBOUND_CALL", OUTBOUND: "OUTBOUND_CALL", INTERNAL: "INTERNAL_CALL"}
_BY_NAME: Final = {name: direction for direction, name in DIRECTIONS.items()}
_NUMBER: Final = Text(64)


class CallLogRequest(PastRequest):
    """A page of the past calls."""

    caller = described(_NUMBER, "Ours: only calls from this number, as it was.")
    callee = described(_NUMBER, "Ours: only calls to this number, as it was dialled.")
    status = described(Choice((ANSWERED, UNANSWERED), ANSWERED), "Ours: only calls that were answered, or were not.")
    direction = described(Choice(tuple(_BY_NAME), DIRECTIONS[INTERNAL]), "Ours: only calls of this direction.")


def _text(description: str = "") -> ma.String:
    return ma.String(required=True, metadata={"description": description} if description else {})


class CallLogRow(Schema):
    """A past call. Ids and durations are texts of digits; times are in the tenant's time zone; nothing is null."""

    id = _text()
    call_id = _text()
    session_id = _text("As `extensions/call` and recordings have it.")
    caller = _text()
    caller_domain = _text()
    caller_display_name = _text()
    callee = _text("The number that was dialled.")
    callee_domain = _text()
    final_dest = _text("The number that was talked to; empty: nobody.")
    direction = ma.String(required=True, metadata={"enum": list(_BY_NAME)})
    status = ma.String(required=True, metadata={"enum": [ANSWERED, UNANSWERED]})
    start_time = _text("Such as `2024-05-01 09:30:00 GMT+02:00`.")
    ringing_time = _text("Empty when nothing rang.")
    answer_time = _text(f"`{NEVER_ANSWERED}` when nobody answered.")
    end_time = _text()
    duration = _text("Seconds from the beginning to the end.")
    ring_duration = _text("Seconds.")
    talk_duration = _text("Seconds.")
    end_reason = _text(
        "`CALLER_HANGUP`, `CALLEE_HANGUP`, `NO_ANSWER`, `BUSY`, `REJECTED`, `CANCELLED`, `FAILED`; ours: "
        "`TRANSFERRED`, and `LOST` where nobody knows."
    )
    fail_code = ma.Integer(required=True, metadata={"description": "A status of SIP; 0: none."})
    outcid = _text("The caller id that was shown outside.")
    didcid = _text("The outside number that was called.")
    related_callid_1 = _text("Of the call that a transfer joined to this one.")
    related_callid_2 = _text("Empty.")
    caller_endpoint = _text()
    callee_endpoint = _text()
    call_cost = _text("`0`.")


class CallLogDetail(Schema):
    """A past call, in the words of v9; times are in UTC."""

    call_id = _text()
    caller = _text()
    callee = _text()
    start_time = _text("Such as `2024-05-01 07:30:00 UTC`.")
    answer_time = _text(f"`{NEVER_ANSWERED}` when nobody answered.")
    end_time = _text()
    duration = ma.Integer(required=True, metadata={"description": "Seconds."})


_LISTING: Final = Listing("items")
_SAME: Final = {"description": "Where `timestamp` is sent: the same calls."}
_DETAILS: Final = ma.List(ma.Nested(CallLogDetail), metadata=_SAME)


@call_logs.route("/list")
@call_logs.arguments(CallLogRequest)
@call_logs.allowed(*EVERYBODY)
@call_logs.answers(_LISTING.schema("CallLogList", CallLogRow, details=_DETAILS))
def list_call_logs(given: dict[str, Any]) -> dict[str, Any]:
    """List past calls, the newest first; an extension is shown those in which it took part.

    The order of `sort_by` is the time, with `-DEFAULT` the oldest first. `total` is exact; with `caller`, `callee`,
    `status` or `direction` the newest 10,000 calls that these leave are looked through.
    """
    tenant_id, zone = current_tenant(), zone_of_tenant()
    wanted = Wanted(
        times_asked(given, zone),
        own_extension(),
        caller=given.get("caller", ""),
        callee=given.get("callee", ""),
        is_answered=given["status"] == ANSWERED if "status" in given else None,
        direction=_BY_NAME.get(given.get("direction", ""), ""),
    )
    page = history.page(tenant_id, wanted, part_asked(_LISTING, given))
    domain = tenants.domain_of(tenant_id)
    reply = _LISTING.reply(given, page, [_row(call, zone, domain) for call in page.rows])
    return reply | ({"details": [_detail(call) for call in page.rows]} if "timestamp" in given else {})


def status_of(call: PastCall) -> str:
    """Return whether a call was answered, as clients test it."""
    return UNANSWERED if call.answered is None else ANSWERED


def _row(call: PastCall, zone: tzinfo, domain: str) -> dict[str, Any]:
    return {
        "id": str(call.id),
        "call_id": call.call_id,
        "session_id": str(call.session_id),
        "caller": call.caller,
        "caller_domain": call.caller_domain or ("" if call.caller_extension is None else domain),
        "caller_display_name": call.caller_name,
        "callee": call.callee,
        "callee_domain": call.callee_domain or ("" if call.callee_extension is None else domain),
        "final_dest": call.recipient,
        "direction": DIRECTIONS[call.direction],
        "status": status_of(call),
        "start_time": instants.with_zone(call.started, zone),
        "ringing_time": instants.with_zone(call.ringing, zone),
        "answer_time": instants.with_zone(call.answered, zone) or NEVER_ANSWERED,
        "end_time": instants.with_zone(call.last, zone),
        "duration": str(call.seconds),
        "ring_duration": str(call.ring_seconds),
        "talk_duration": str(call.talk_seconds),
        "end_reason": call.end_reason,
        "fail_code": call.fail_code,
        "outcid": call.outbound_caller_id,
        "didcid": call.did,
        "related_callid_1": call.related_call_id,
        "related_callid_2": "",
        "caller_endpoint": call.caller_contact,
        "callee_endpoint": call.callee_contact,
        "call_cost": "0",
    }


def _detail(call: PastCall) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "caller": call.caller,
        "callee": call.callee,
        "start_time": instants.in_utc(call.started),
        "answer_time": instants.in_utc(call.answered) or NEVER_ANSWERED,
        "end_time": instants.in_utc(call.last),
        "duration": call.seconds,
    }
