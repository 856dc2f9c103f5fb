"""`/api/cdrs`: the calls that go on, and past ones by time, party and order.

Source: contract `sipxcom-user.md`, section 8 (CDR over JAX-RS); what its representations are made of is the system's.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from flask import request

from portsip_api import switch
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import active, history
from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.records import CANCELLED, LOST, TRANSFERRED, Party
from portsip_api.pbx.calls.registrations import id_of_user
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.hours import calendars
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.parties import aor
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API
from portsip_api.store.clock import clock
from portsip_api.store.paging import Page, Slice

call_records = Resources("call records", __name__, API, "Call detail records")

_CDR: Final = Record(
    "Cdr",
    (
        Leaf("callId"),
        Leaf("caller"),
        Leaf("callerAor"),
        Leaf("callee"),
        Leaf("calleeAor"),
        Leaf("recipient", meaning="Who was talked to; null: nobody."),
        Leaf("termination", meaning="COMPLETED, TRANSFER, FAILED, ABANDONED, IN_PROGRESS or UNKNOWN."),
        Leaf("duration", meaning="What was talked, as HH:MM:SS."),
        Leaf("startTime", WHOLE, "Milliseconds since 1970."),
        Leaf("startAt", meaning="In the tenant's time zone, such as `5/1/24 9:30 AM`."),
        Leaf("connectAt", meaning="Likewise; null when nobody answered."),
    ),
    "Cdr",
)
_CDRS: Final = Record(
    "Cdrs",
    (Many("cdrs", _CDR, bare=True), Leaf("total", WHOLE, "How many there are; with `from` or `to` at most 10,000.")),
    "Cdrs",
)
_MOST: Final = 10_000  # rows of one reply
_ORDERS: Final = {"caller": "caller", "callee": "callee", "startTime": history.TIME, "duration": "duration",
                  "termination": "termination"}  # fmt: skip
_NUMBER: Final = {"type": "string", "pattern": "^[0-9]*$"}
_DATE: Final = re.compile(r"[0-9]{12}")
QUERY: Final = (
    Query("fromDate", "From when, as yyyyMMddHHmm in the tenant's time zone; a day ago when absent."),
    Query("toDate", "Until when, likewise; now when absent."),
    Query("from", "The number that called."),
    Query("to", "The number that was called. The same as in `from`: the one or the other."),
    Query("recipient", "Who was talked to (of the later release)."),
    Query("limit", f"How many rows; {_MOST:,} when absent or 0, and at most.", _NUMBER),
    Query("offset", "How many rows are passed over; 0 when absent.", _NUMBER),
    Query("orderBy", f"One of {', '.join(_ORDERS)}; the time when absent."),
    Query("orderDirection", "`asc` or `desc` (of the later release)."),
)
_LOOKED: Final = "The newest 10,000 calls of the times are looked through."
_NO_SWITCH: Final = "Without a SIP engine there are none."
BY_USER: Final = "A user is named by id, name or alias."
ORDERED: Final = "In another order than the time's the newest 10,000 calls that the filters leave are looked through."


@call_records.route("/api/cdrs/active")
@call_records.allowed(Access.ADMINISTRATION)
@call_records.answers(_CDRS, note=_NO_SWITCH)
def list_active() -> dict[str, Any]:
    """List the calls that go on, the newest first."""
    return _active(active.all_of(current_tenant(), switch.switch))


@call_records.route("/api/cdrs/user/<name:user>/active")
@call_records.allowed(Access.ADMINISTRATION)
@call_records.answers(_CDRS, errors=(404,), note=f"{BY_USER} {_NO_SWITCH}")
def list_active_of_user(user: str) -> dict[str, Any]:
    """List a user's calls that go on, the newest first."""
    tenant_id = current_tenant()
    return _active(active.of_extension(tenant_id, id_of_user(tenant_id, user), switch.switch))


@call_records.route("/api/cdrs/history")
@call_records.takes(*QUERY)
@call_records.allowed(Access.ADMINISTRATION)
@call_records.answers(_CDRS, note=f"The oldest first unless `orderDirection` is `desc`. {ORDERED}")
def list_past() -> dict[str, Any]:
    """List past calls."""
    zone = zone_of_tenant()
    return shown(found(zone, newest_first=False), zone)


@call_records.route("/api/cdrs/user/<name:user>/history")
@call_records.takes(*QUERY)
@call_records.allowed(Access.ADMINISTRATION)
@call_records.answers(
    _CDRS, errors=(404,), note=f"{BY_USER} The newest first unless `orderDirection` is `asc`. {ORDERED}"
)
def list_past_of_user(user: str) -> dict[str, Any]:
    """List a user's past calls."""
    zone = zone_of_tenant()
    return shown(found(zone, id_of_user(current_tenant(), user), newest_first=True), zone)


@call_records.route("/api/cdrs/prefix/<name:prefix>/history")
@call_records.takes(*QUERY)
@call_records.allowed(Access.ADMINISTRATION)
@call_records.answers(_CDRS, note=f"Of the later release; the newest first unless `orderDirection` is `asc`. {_LOOKED}")
def list_past_of_prefix(prefix: str) -> dict[str, Any]:
    """List past calls whose caller or callee begins with a prefix."""
    zone = zone_of_tenant()
    return shown(found(zone, newest_first=True, prefix=prefix), zone)


def _active(calls: Sequence[ActiveCall]) -> dict[str, Any]:
    tenant_id = current_tenant()
    domain, shown = tenants.domain_of(tenant_id), _shown(calendars.load(tenant_id).zone)
    rows = [
        {
            "callId": call.call_id,
            **_parties(call.caller, call.callee, call.recipient, domain),
            "termination": "IN_PROGRESS",
            "duration": _clock(0 if call.answered is None else call.seconds),
            "startTime": call.started,
            "startAt": shown(call.started),
            "connectAt": shown(call.answered),
        }
        for call in calls
    ]
    return {"cdrs": rows, "total": len(rows)}


def zone_of_tenant() -> tzinfo:
    """Return the time zone in which times are written and read."""
    return calendars.load(current_tenant()).zone


def found(zone: tzinfo, user_id: int | None = None, *, newest_first: bool, prefix: str = "") -> Page:
    """Return the past calls that the request asks for; `newest_first` unless it says otherwise. Raises Invalid."""
    tenant_id = current_tenant()
    caller, callee = request.args.get("from", "").strip(), request.args.get("to", "").strip()
    both = caller if caller and caller == callee else ""
    wanted = Wanted(
        Times(*_times(zone)),
        user_id,
        caller="" if both else caller,
        callee="" if both else callee,
        either=both,
        recipient=request.args.get("recipient", "").strip(),
        prefix=prefix,
    )
    descending = request.args.get("orderDirection", "" if newest_first else "asc") != "asc"
    part = Slice(_number("offset"), _number("limit") or _MOST, descending)
    return history.page(tenant_id, wanted, part, _order())


def shown(page: Page, zone: tzinfo) -> dict[str, Any]:
    """Return past calls as a list shows them."""
    tenant_id = current_tenant()
    domain, at = tenants.domain_of(tenant_id), _shown(zone)
    return {"cdrs": [_row(call, domain, at) for call in page.rows], "total": page.total}


def times_shown(zone: tzinfo) -> tuple[str, str]:
    """Return from when and until when the request asks, as lists show times. Raises Invalid."""
    since, until = map(_shown(zone), _times(zone))
    return str(since), str(until)


def _row(call: PastCall, domain: str, shown: Callable[[int | None], str | None]) -> dict[str, Any]:
    caller = Party(call.caller, call.caller_name, call.caller_domain)
    callee = Party(call.callee, call.callee_name, call.callee_domain)
    return {
        "callId": call.call_id,
        **_parties(caller, callee, call.recipient, domain),
        "termination": _termination(call),
        "duration": _clock(call.talk_seconds),
        "startTime": call.started,
        "startAt": shown(call.started),
        "connectAt": shown(call.answered),
    }


def _parties(caller: Party, callee: Party, recipient: str, domain: str) -> dict[str, str | None]:
    return {
        "caller": f"{caller.name} - {caller.number}" if caller.name else caller.number,
        "callerAor": aor(caller, domain),
        "callee": callee.number,
        "calleeAor": aor(callee, domain),
        "recipient": recipient or None,
    }


def _termination(call: PastCall) -> str:
    if call.end_reason == LOST:
        return "UNKNOWN"
    if call.answered is not None:
        return "TRANSFER" if call.end_reason == TRANSFERRED else "COMPLETED"
    return "ABANDONED" if call.end_reason == CANCELLED else "FAILED"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _shown(zone: tzinfo) -> Callable[[int | None], str | None]:
    """Return a function that writes a time as the system did, in English and short."""

    def shown(instant: int | None) -> str | None:
        if instant is None:
            return None
        at = datetime.fromtimestamp(instant // 1000, zone)
        half = "AM" if at.hour < 12 else "PM"
        return f"{at.month}/{at.day}/{at.year % 100:02} {at.hour % 12 or 12}:{at.minute:02} {half}"

    return shown


def _times(zone: tzinfo) -> tuple[int, int]:
    now = datetime.fromtimestamp(clock.wall(), zone)
    since = _instant("fromDate", zone) or now - timedelta(days=1)
    until = _instant("toDate", zone)
    return max(0, round(since.timestamp() * 1000)), round((until or now).timestamp() * 1000) + (59_999 if until else 0)


def _instant(name: str, zone: tzinfo) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            at = datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=zone)
            at.timestamp()  # which some days of the first and the last year have none of
            return at
    except (ValueError, OverflowError):
        pass
    raise Invalid({name: ["Must be a date and time as yyyyMMddHHmm."]})


def _order() -> str:
    asked = request.args.get("orderBy", "")
    if asked and asked not in _ORDERS:
        raise Invalid({"orderBy": [f"Must be one of {', '.join(_ORDERS)}."]})
    return _ORDERS[asked] if asked else history.TIME


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid({name: ["Must be a whole number."]})
    return min(int(text or 0), _MOST if name == "limit" else 10**9)
