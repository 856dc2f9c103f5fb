"""`/api/cdrs/reports`: past calls as PDF, for printing.

Source: contract `sipxcom-user.md`, section 8 (CDR over JAX-RS); the addresses, the title and the name of the file are
the system's, what the pages look like is ours.
"""

import hashlib
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, Final

from flask import Response

from portsip_api.framework import file_replies
from portsip_api.framework.turns import Turns
from portsip_api.pbx.calls.registrations import id_of_user
from portsip_api.sipxcom.admin import call_records
from portsip_api.sipxcom.admin.call_records import BY_USER, ORDERED, QUERY
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, Resources
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API
from portsip_api.store.paging import Page

call_reports = Resources("call record reports", __name__, API, "Call detail records as PDF")

REPORTS: Final = Turns("reports")
MEDIA_TYPE: Final = "application/pdf"
_NAME: Final = "cdr-table"
_TITLE: Final = "CDR Table Report"
_FILE: Final = "cdr-table-report.pdf"
_REPORT: Final = Record("File", (Leaf("name"), Leaf("type"), Leaf("path")), "CallReport")
_LIST: Final = Record("Files", (Many("files", _REPORT, bare=True),), "CallReports")
_COLUMNS: Final = (
    ("From", 24),
    ("To", 14),
    ("Answered by", 14),
    ("Start", 14),
    ("Duration", 8),
    ("Termination", 12),
)
_PAGES: Final = f"The calls of `history`, by the same query. {ORDERED} 503 while others wait for theirs."


@call_reports.route("/api/cdrs/reports")
@call_reports.allowed(Access.ADMINISTRATION)
@call_reports.answers(_LIST)
def list_reports() -> dict[str, Any]:
    """List the reports that there are: one."""
    return {"files": [{"name": _NAME, "type": MEDIA_TYPE, "path": f"reports/{_NAME}"}]}


@call_reports.route(f"/api/cdrs/reports/{_NAME}")
@call_reports.takes(*QUERY)
@call_reports.limits(turns=REPORTS)
@call_reports.allowed(Access.ADMINISTRATION)
@call_reports.answers(FILE, media_types=(MEDIA_TYPE,), errors=(416, 503), note=_PAGES)
def report_past() -> Response:
    """Print past calls."""
    zone = call_records.zone_of_tenant()
    return _report(call_records.found(zone, newest_first=False), zone)


@call_reports.route(f"/api/cdrs/user/<name:user>/reports/{_NAME}")
@call_reports.takes(*QUERY)
@call_reports.limits(turns=REPORTS)
@call_reports.allowed(Access.ADMINISTRATION)
@call_reports.answers(FILE, media_types=(MEDIA_TYPE,), errors=(404, 416, 503), note=f"{BY_USER} {_PAGES}")
def report_past_of_user(user: str) -> Response:
    """Print a user's past calls."""
    zone = call_records.zone_of_tenant()
    return _report(call_records.found(zone, id_of_user(current_tenant(), user), newest_first=True), zone)


def _report(page: Page, zone: tzinfo) -> Response:
    since, until = call_records.times_shown(zone)
    shown, total = len(page.rows), page.total
    calls = f"{shown:,} of {total:,} calls" if shown < total else f"{total:,} calls"
    from portsip_api.framework.pdf_tables import table  # noqa: PLC0415 — 7 MiB in each process, and rarely asked for

    content = table(_TITLE, f"{since} – {until}: {calls}", _COLUMNS, _rows(page, zone))
    tag = hashlib.sha256(content).hexdigest()
    return file_replies.reply(content, MEDIA_TYPE, _FILE, tag, as_attachment=True)


def _rows(page: Page, zone: tzinfo) -> Iterator[tuple[str, ...]]:
    for row in call_records.shown(page, zone)["cdrs"]:
        yield (
            row["caller"],
            row["callee"],
            row["recipient"] or "",
            row["startAt"],
            row["duration"],
            row["termination"],
        )
