"""`/api/call_reports`: past calls as reports show them, and as files. Source: contract `portsip-more.md`, section 2."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.access.links import REPORT, FileLink
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.mailboxes import mails
from portsip_api.pbx.reports import reports
from portsip_api.pbx.reports.files import CSV, FORMATS
from portsip_api.pbx.reports.reports import Report
from portsip_api.pbx.values import Choice, Rules, Text, Whole
from portsip_api.portsip import filedown
from portsip_api.portsip.call_lists import part_asked, zone_of_tenant
from portsip_api.portsip.call_logs import ANSWERED, UNANSWERED, status_of
from portsip_api.portsip.core import dialects, instants
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.dialects import Dialect
from portsip_api.portsip.core.fields import ID, Ruled, TenantRequest, schema_of
from portsip_api.portsip.core.instants import NEVER_ANSWERED
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

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


_FILE: Final[Rules] = {"format": Choice(FORMATS, CSV), "mail_to": Text(2_000)}
_REQUIRED: Final = ("date_from", "date_to", "format", "mail_to", "call_status", "source", "destination")
_BETWEEN: Final = re.compile(r"[,;\s]+")
_MOST_ADDRESSES: Final = 10


class ReportSearch(schema_of("ReportSearchFields", _FIELDS, ListRequest)):  # type: ignore[misc]
    """Which calls: from when to when (`MM/DD/YYYY HH:MM:SS` in the tenant's time zone), whose, and how long."""

    def load(self, data: Any, **options: Any) -> Any:
        """Return the values; in a query those of an object stand side by side, as the document says of queries."""
        objects = {name: rules for name, rules in _FIELDS.items() if isinstance(rules, Mapping) and name not in data}
        beside = {name: {key: data[key] for key in rules if key in data} for name, rules in objects.items()}
        return super().load({**data, **{name: found for name, found in beside.items() if found}}, **options)


class ReportFileRequest(
    schema_of("ReportFileFields", _FIELDS | _FILE, TenantRequest, required=_REQUIRED)  # type: ignore[misc]
):
    """Which calls, as which file, and to whom it is mailed: addresses with commas or semicolons between them."""


class ReportKey(TenantRequest):
    """Names a past call, or a report that was made."""

    id = Ruled(ID, metadata={"description": "Of `call_logs/list`, or of a row here."})
    report_id = Ruled(ID, metadata={"description": "Ours: of a report that `create` was asked for."})

    keys = ("id", "report_id")


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


class ReportFile(Schema):
    """A report that `create` was asked for."""

    id = ma.String(required=True)
    format = ma.String(required=True, metadata={"enum": list(FORMATS)})
    status = ma.String(required=True, metadata={"enum": [reports.PENDING, reports.READY, reports.FAILED]})
    file = ma.String(
        required=True,
        metadata={"description": "Its signed name below `/filedown/`, good for 24 hours; empty until it is made."},
    )
    filename = ma.String(required=True, metadata={"description": "Ours: what the file is called."})
    reason = ma.String(required=True, metadata={"description": "Ours: why it failed."})
    time = ma.String(required=True, metadata={"description": "Ours: when it was asked for."})
    calls = ma.Integer(required=True, metadata={"description": "Ours: how many calls are in it."})
    size = ma.Integer(required=True, metadata={"description": "Ours: bytes."})


class ShownReport(Schema):
    """A past call, or a report: the fields of the one or of the other, as `call_reports/list` has them."""

    id = ma.String(required=True)
    status = ma.String(required=True)
    call_id = ma.String()
    caller = ma.String()
    callee = ma.String()
    start_time = ma.String()
    answered_time = ma.String()
    end_time = ma.String()
    duration = ma.String()
    format = ma.String()
    file = ma.String()
    filename = ma.String()
    reason = ma.String()
    time = ma.String()
    calls = ma.Integer()
    size = ma.Integer()


class MadeReport(Success):
    """What is asked for is made soon."""

    id = ma.String(required=True, metadata={"description": "Of the report, in `reports` of `call_reports/list`."})


_LISTING: Final = Listing("call_reports")
_FILES: Final = ma.List(
    ma.Nested(ReportFile),
    required=True,
    metadata={"description": "Reports that `create` was asked for, the newest first: all, at most 100."},
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
    return _listed(given, _wanted(given, zone), zone)


@call_reports.route("/create/cdr_basic", methods=["POST"])
@call_reports.arguments(
    ReportFileRequest,
    example={
        "date_from": "05/01/2024 00:00:00",
        "date_to": "05/31/2024 23:59:59",
        "format": "CSV",
        "mail_to": "ana@example.com",
        "call_status": "ANSWERED",
        "source": {"source_type": "ANY"},
        "destination": {"dest_type": "NUMBER", "dest_value": "101"},
    },
)
@call_reports.allowed(*MANAGERS)
@call_reports.answers(MadeReport, example={"result": "success", "id": "1"})
def create_report(given: dict[str, Any]) -> dict[str, Any]:
    """Have a report of past calls made as a file, of all that fit, and mailed (`PBX_SMTP_URL`; otherwise only listed).

    A tenant has at most 100 reports, and in bytes `max_call_report_quota`: the oldest go for a new one, and those that
    are older than `auto_clean_call_reports_days`. Of more than 10 MiB the mail tells only that it is there (ours).
    """
    for name in ("date_from", "date_to"):
        if not given[name].strip():
            raise Invalid({name: ["Missing."]})
    addresses = _addresses(given["mail_to"])
    made = reports.create(current_tenant(), given["format"], _wanted(given, zone_of_tenant()), addresses)
    return {**SUCCESS, "id": str(made)}


@call_reports.route("/show")
@call_reports.arguments(ReportKey)
@call_reports.allowed(*MANAGERS)
@call_reports.answers(ShownReport)
def show_report(given: dict[str, Any]) -> dict[str, Any]:
    """Show one past call or, by `report_id` (ours), a report that was asked for."""
    zone = zone_of_tenant()
    if "id" in given:
        return _row(history.show(current_tenant(), given["id"]), zone)
    return _file(reports.show(current_tenant(), given["report_id"]), zone)


def _listed(given: dict[str, Any], wanted: Wanted, zone: tzinfo) -> dict[str, Any]:
    page = history.page(current_tenant(), wanted, part_asked(_LISTING, given))
    return _LISTING.reply(given, page, [_row(call, zone) for call in page.rows]) | {
        "reports": [_file(report, zone) for report in reports.all_of(current_tenant())]
    }


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


def _file(report: Report, zone: tzinfo) -> dict[str, Any]:
    link = FileLink(REPORT, current_tenant(), 0, report.id)
    return {
        "id": str(report.id),
        "format": report.format,
        "status": report.status,
        "file": "" if report.blob is None else filedown.path_to(link, report.format.lower()),
        "filename": report.filename,
        "reason": report.reason,
        "time": instants.in_zone(report.created, zone),
        "calls": report.calls,
        "size": report.size,
    }


def _wanted(given: Mapping[str, Any], zone: tzinfo) -> Wanted:
    caller, callee = given.get("source", {}), given.get("destination", {})
    seconds = given.get("duration", {})
    return Wanted(
        _times(given, zone),
        caller=_party(caller, "source", _NUMBER),
        callee=_party(callee, "dest", _NUMBER),
        caller_prefix=_party(caller, "source", _PREFIX),
        callee_prefix=_party(callee, "dest", _PREFIX),
        is_answered=given["call_status"] == ANSWERED if "call_status" in given else None,
        least_seconds=seconds.get("duration_from"),
        most_seconds=seconds.get("duration_to"),
    )


def _addresses(text: str) -> list[str]:
    """Return the addresses that a text names, each once. Raises Invalid."""
    found = list(dict.fromkeys(filter(None, _BETWEEN.split(text))))
    if not 1 <= len(found) <= _MOST_ADDRESSES or not all(map(mails.is_address, found)):
        raise Invalid({"mail_to": [f"Must be 1 to {_MOST_ADDRESSES} e-mail addresses."]})
    return found


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
