"""`/api/call_reports`: past calls as reports show them. Source: contract `portsip-more.md`, section 2.

What the page lets be mailed as a file is not made here.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.values import Choice, Rules, Text, Whole
from portsip_api.portsip.call_lists import part_asked, zone_of_tenant
from portsip_api.portsip.call_logs import ANSWERED, UNANSWERED, status_of
from portsip_api.portsip.core import dialects, instants
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.dialects import Dialect
from portsip_api.portsip.core.fields import ID, Ruled, TenantRequest, schema_of
from portsip_api.portsip.core.instants import NEVER_ANSWERED
from portsip_api.portsip.core.lists import Listing, ListRequest

call_reports = ResourceBlueprint(
    "call reports", __name__, url_prefix="/api/call_reports", description="Past calls as reports show them"
)

_ANY, _NUMBER, _PREFIX = _TYPES = ("ANY", "NUMBER", "PREFIX")
_TYPE: Final = Choice(_TYPES, _ANY)
_VALUE: Final = Text(64)
_MOMENT: Final = Text(64)
_SECONDS: Final = Whole(0, 10**9, 0)
_FIELDS: Final[Rules] = {
    "date_from": _MOMENT,
    "date_to": _MOMENT,
    "call_status": Choice((ANSWERED, "NOT_ANSWERED"), ANSWERED),
    "source": {"source_type": _TYPE, "source_value": _VALUE},
    "destination": {"dest_type": _TYPE, "dest_value": _VALUE},
    "duration": {"duration_from": _SECONDS, "duration_to": _SECONDS},
}


class ReportSearch(schema_of("ReportSearchFields", _FIELDS, ListRequest)):  # type: ignore[misc]
    """Which calls: from when to when (`MM/DD/YYYY HH:MM:SS` in the tenant's time zone), whose, and how long."""


class ReportKey(TenantRequest):
    """Names a past call."""

    id = Ruled(ID, required=True, metadata={"description": "Of `call_logs/list`, or of a row here."})


class ReportRow(Schema):
    """A past call. The id and the duration are texts of digits in a v12 request, whole numbers in a v9 one."""

    id = ma.String(required=True)
    call_id = ma.String(required=True)
    caller = ma.String(required=True)
    callee = ma.String(required=True)
    start_time = ma.String(required=True, metadata={"description": "Such as `2024-05-01 09:30:00 GMT+02:00`."})
    answered_time = ma.String(required=True, metadata={"description": f"`{NEVER_ANSWERED}` when nobody answered."})
    end_time = ma.String(required=True)
    duration = ma.String(required=True, metadata={"description": "Seconds from the beginning to the end."})
    status = ma.String(required=True, metadata={"enum": [ANSWERED, UNANSWERED]})


_LISTING: Final = Listing("call_reports")
_FILES: Final = ma.List(
    ma.Dict(), required=True, metadata={"description": "Reports that were made as files: none, since none are made."}
)
_LIST: Final = _LISTING.schema("CallReportList", ReportRow, reports=_FILES)


@call_reports.route("/list")
@call_reports.arguments(ListRequest)
@call_reports.allowed(*MANAGERS)
@call_reports.answers(_LIST)
def list_reports(given: dict[str, Any]) -> dict[str, Any]:
    """List past calls, the newest first."""
    return _listed(given, Wanted(), zone_of_tenant())


@call_reports.route("/search", methods=["GET", "POST"])
@call_reports.arguments(ReportSearch, example={"date_from": "05/01/2024 00:00:00", "call_status": "ANSWERED"})
@call_reports.allowed(*MANAGERS)
@call_reports.answers(_LIST)
def search_reports(given: dict[str, Any]) -> dict[str, Any]:
    """Find past calls, the newest first; with more than times the newest 10,000 that are left are looked through.

    A type is `ANY`, `NUMBER` or, ours, `PREFIX`.
    """
    zone = zone_of_tenant()
    caller, callee = given.get("source", {}), given.get("destination", {})
    seconds = given.get("duration", {})
    wanted = Wanted(
        _times(given, zone),
        caller=_party(caller, "source", _NUMBER),
        callee=_party(callee, "dest", _NUMBER),
        caller_prefix=_party(caller, "source", _PREFIX),
        callee_prefix=_party(callee, "dest", _PREFIX),
        is_answered=given["call_status"] == ANSWERED if "call_status" in given else None,
        least_seconds=seconds.get("duration_from"),
        most_seconds=seconds.get("duration_to"),
    )
    return _listed(given, wanted, zone)


@call_reports.route("/show")
@call_reports.arguments(ReportKey)
@call_reports.allowed(*MANAGERS)
@call_reports.answers(ReportRow)
def show_report(given: dict[str, Any]) -> dict[str, Any]:
    """Show one past call."""
    return _row(history.show(current_tenant(), given["id"]), zone_of_tenant())


def _listed(given: dict[str, Any], wanted: Wanted, zone: tzinfo) -> dict[str, Any]:
    page = history.page(current_tenant(), wanted, part_asked(_LISTING, given))
    return _LISTING.reply(given, page, [_row(call, zone) for call in page.rows]) | {"reports": []}


def _row(call: PastCall, zone: tzinfo) -> dict[str, Any]:
    numbers = {"id": call.id, "duration": call.seconds}
    is_old = dialects.current() is Dialect.V9
    return {
        **{name: number if is_old else str(number) for name, number in numbers.items()},
        "call_id": call.call_id,
        "caller": call.caller,
        "callee": call.callee,
        "start_time": instants.with_zone(call.started, zone),
        "answered_time": instants.with_zone(call.answered, zone) or NEVER_ANSWERED,
        "end_time": instants.with_zone(call.last, zone),
        "status": status_of(call),
    }


def _times(given: Mapping[str, Any], zone: tzinfo) -> Times:
    since, until = (
        instants.read(name, given[name], zone) if given.get(name, "").strip() else None
        for name in ("date_from", "date_to")
    )
    return Times(since, None if until is None else until + 999)


def _party(given: Mapping[str, Any], name: str, wanted: str) -> str:
    """Return the value of a side of a call when its type is the wanted one, else nothing. Raises Invalid."""
    if given.get(f"{name}_type", _ANY) != wanted:
        return ""
    value: str = given.get(f"{name}_value", "").strip()
    if not value:
        raise Invalid({f"{name}_value": ["Missing."]})
    return value
