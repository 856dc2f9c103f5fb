"""`/rest/my/redirect/cdr/{user}`: one's past calls that were answered.

Source: contract `sipxcom-user.md`, section 7, cdr; `sipxcom.md`, decision 6 (whose calls they are, is checked here).
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from flask import request

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.records import TRANSFERRED, Party
from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.hours import calendars
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.parties import aor
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import OTHER_XML, REST_LINE, XML
from portsip_api.store.paging import Slice

call_history = Resources("call history", __name__, REST_LINE, "Past calls")

_ROW: Final = Record(
    "Row",
    (
        Leaf("caller_aor"),
        Leaf("callee_aor"),
        Leaf("callee_contact"),
        Leaf("start_time", meaning="Such as `2024-05-01 07:30:00.0`, in UTC."),
        Leaf("duration", meaning="Seconds that were talked."),
        Leaf("termination", meaning="`C` completed, `T` transferred."),
        Leaf("callee_route"),
    ),
    "CdrRow",
)
_ROWS: Final = Record("Results", (Many("Row", _ROW, bare=True),), "CdrRows")
_MOST: Final = 1_000  # rows, unless a client asks for fewer; and of a page
_NUMBER: Final = {"type": "string", "pattern": "^[0-9]*$"}
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


@call_history.route("/rest/my/redirect/cdr/<name:user>")
@call_history.takes(
    Query("fromdate", "The first day, as yyyyMMdd, in the tenant's time zone.", {"type": "string"}),
    Query("limit", f"How many rows; {_MOST} when absent, and at most.", _NUMBER),
    Query("offset", "How many of the newest rows are passed over; 0 when absent, as in the later release.", _NUMBER),
)
@call_history.allowed(Access.USER)
@call_history.answers(
    _ROWS,
    media_types=(XML, OTHER_XML),
    errors=(403,),
    note="Only one's own. What is not known is the text `null`, as the system had it.",
)
def list_past_calls(user: str) -> dict[str, Any]:
    """List one's past calls that were answered, the newest first."""
    identity, tenant_id = current_identity(), current_tenant()
    if identity.name.rpartition("@")[0] != user:
        raise Forbidden("Another user's calls.")
    part = Slice(_number("offset", 0), min(_number("limit", _MOST), _MOST), descending=True)
    wanted = Wanted(Times(since=_first_day(tenant_id)), identity.account_id, is_answered=True)
    domain = tenants.domain_of(tenant_id)
    return {"Row": [_row(call, domain) for call in history.page(tenant_id, wanted, part).rows]}


def _row(call: PastCall, domain: str) -> dict[str, Any]:
    caller = Party(call.caller, call.caller_name, call.caller_domain)
    callee = Party(call.callee, call.callee_name, call.callee_domain)
    contact = Party(call.recipient)
    row = {
        "caller_aor": aor(caller, domain),
        "callee_aor": aor(callee, domain),
        "callee_contact": call.callee_contact or aor(contact, domain),
        "start_time": f"{datetime.fromtimestamp(call.started // 1000, UTC):%Y-%m-%d %H:%M:%S}.{call.started % 1000:03}",
        "duration": str(call.talk_seconds),
        "termination": "T" if call.end_reason == TRANSFERRED else "C",
        "callee_route": call.route,
    }
    return {name: text or "null" for name, text in row.items()}


def _number(name: str, usual: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return usual
    if not _DIGITS.fullmatch(text):
        raise Invalid({name: ["Must be a whole number."]})
    return int(text)


def _first_day(tenant_id: int) -> int | None:
    """Return the first moment of the day that is asked for, in milliseconds. Raises Invalid."""
    text = request.args.get("fromdate", "")
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=calendars.load(tenant_id).zone)
        return max(0, round(day.timestamp()) * 1000)
    except (ValueError, OverflowError):
        raise Invalid({"fromdate": ["Must be a date as yyyyMMdd."]}) from None
