"""Reports of past calls as files: asked for by a request, made by a job, kept for as long as the tenant's quota says.

A tenant has at most MOST_REPORTS, and in bytes `max_call_report_quota`: the oldest go for a new one. There is no way to
remove one. Source: contract `portsip-more.md`, section 1, "Tenants", and section 2.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

import orjson
from peewee import fn

from portsip_api import settings
from portsip_api.pbx.access import tenant_limits, tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import CallReport
from portsip_api.pbx.reports import files
from portsip_api.pbx.reports.tables import ReportMail
from portsip_api.store import database
from portsip_api.store.clock import clock

PENDING, READY, FAILED = "PENDING", "READY", "FAILED"
MOST_REPORTS: Final = 100  # of a tenant
MOST_CALLS: Final = 1_000_000  # of a report
_ATTEMPTS: Final = 3
_LEASE_SECONDS: Final = 900.0  # after which another attempt is made: the process that made it has ended
_QUOTA: Final = "max_call_report_quota"
_DAYS: Final = "auto_clean_call_reports_days"


@dataclass(frozen=True)
class Report:
    """A report: `status` is PENDING, READY or FAILED, with a sentence in `reason`; `created` in seconds since 1970."""

    id: int
    format: str
    status: str
    reason: str
    created: float
    calls: int
    size: int
    blob: str | None

    @property
    def filename(self) -> str:
        """What the file is called."""
        return f"call-report-{self.id}.{self.format.lower()}"


class TooMany(Exception):
    """There are more calls than a report may have."""


def create(tenant_id: int, format_: str, wanted: Wanted, mail_to: Iterable[str]) -> int:
    """Ask for a report in one of `files.FORMATS`, which a job makes and sends to addresses; return its id."""
    asked = {"wanted": orjson.dumps(asdict(wanted)).decode(), "mail_to": orjson.dumps(list(mail_to)).decode()}
    now = clock.wall()
    with database.writing():
        blobs = _make_place(tenant_id)
        made = CallReport.insert(tenant_id, format=format_, status=PENDING, created=now, next_attempt=now, **asked)
    FILES.remove(blobs)
    return made


def all_of(tenant_id: int) -> list[Report]:
    """Return the reports of a tenant, the newest first."""
    rows = CallReport.page(tenant_id, order=(CallReport.id.desc(),))
    return [_report(row) for row in rows]


def show(tenant_id: int, report_id: int) -> Report:
    """Return one report. Raises NotFound."""
    return _report(CallReport.get(tenant_id, id=report_id))


def is_any_due() -> bool:
    """Tell whether a report waits to be made."""
    return _due(clock.wall()) is not None


def make_next() -> int | None:
    """Make the report that waits the longest and return its id, None when none waits.

    One whose making was cut off is made anew, three times at the most.
    """
    row = _claim()
    if row is None:
        return None
    wanted = _wanted(row.wanted)
    zone = calendars.load(row.tenant_id).zone
    count = _Counted(call for call in history.every(row.tenant_id, wanted.times) if wanted.fits(call))
    try:
        blob, size = FILES.put_parts(files.parts(row.format, count, zone))
    except TooMany:
        _fail(row, f"There are more than {MOST_CALLS:,} calls: ask for fewer days.")
        return int(row.id)
    _finish(row, blob, size, count.calls)
    return int(row.id)


def clean() -> int:
    """Delete for good the reports that tenants keep no longer, by `auto_clean_call_reports_days`; return how many.

    Where a tenant's quota names no days, they are kept for as long as its past calls.
    """
    deleted = 0
    for tenant_id in tenants.all_ids():
        days = tenant_limits.of(tenant_id).by_name[_DAYS] or settings.current().call_history_days
        deleted += _delete_before(tenant_id, clock.wall() - days * 86_400) if days else 0
    return deleted


def _delete_before(tenant_id: int, instant: float) -> int:
    rows = CallReport.page(tenant_id, CallReport.created < instant, order=(CallReport.id,))  # at most MOST_REPORTS
    if rows:
        with database.writing():
            blobs = _delete(tenant_id, rows)
        FILES.remove(blobs)
    return len(rows)


class _Counted:
    """Calls that are counted on their way. Raises TooMany."""

    def __init__(self, calls: Iterable[PastCall]) -> None:
        self.calls = 0
        self._source = calls

    def __iter__(self) -> Iterator[PastCall]:
        for call in self._source:
            self.calls += 1
            if self.calls > MOST_CALLS:
                raise TooMany
            yield call


def _due(now: float) -> CallReport | None:
    query = CallReport.whole_pbx().select().where(CallReport.next_attempt <= now)
    row: CallReport | None = query.order_by(CallReport.next_attempt, CallReport.id).first()
    return row


def _claim() -> CallReport | None:
    now = clock.wall()
    if _due(now) is None:
        return None
    with database.writing():
        while (row := _due(now)) is not None and row.attempts >= _ATTEMPTS:
            CallReport.update(row.tenant_id, _failed("It could not be made."), id=row.id)
        if row is not None:
            columns = {"attempts": row.attempts + 1, "next_attempt": now + _LEASE_SECONDS}
            CallReport.update(row.tenant_id, columns, id=row.id)
    return row


def _finish(row: CallReport, blob: str, size: int, calls: int) -> None:
    """Let a report have its file, if there is room for it, and put out the mail that brings it."""
    most = tenant_limits.of(row.tenant_id).by_name[_QUOTA]
    if most and size > most:
        FILES.remove([blob])
        _fail(row, f"It has {size} bytes, which is more than {_QUOTA}: {most}.")
        return
    with database.writing():
        blobs = _make_room(row.tenant_id, most - size) if most else []
        columns = {"status": READY, "blob": blob, "stored_size": size, "calls": calls, "next_attempt": None}
        is_there = CallReport.update(row.tenant_id, columns, id=row.id)
        if is_there and settings.current().smtp_url is not None:
            now = clock.wall()
            addresses = orjson.loads(row.mail_to)
            mails = [{"report_id": row.id, "address": address, "next_attempt": now} for address in addresses]
            ReportMail.insert_all(row.tenant_id, mails)
    FILES.remove([*blobs, *(() if is_there else (blob,))])


def _fail(row: CallReport, reason: str) -> None:
    with database.writing():
        CallReport.update(row.tenant_id, _failed(reason), id=row.id)


def _failed(reason: str) -> dict[str, object]:
    return {"status": FAILED, "reason": reason, "next_attempt": None}


def _make_place(tenant_id: int) -> list[str]:
    """Delete the oldest reports until there may be one more, and return their files."""
    more = CallReport.count(tenant_id) + 1 - MOST_REPORTS
    rows = CallReport.page(tenant_id, order=(CallReport.id,), limit=more) if more > 0 else []
    return _delete(tenant_id, rows)


def _make_room(tenant_id: int, most: int) -> list[str]:
    """Delete the oldest files until they take `most` bytes at the most, and return them."""
    taken = CallReport.select(tenant_id, fn.SUM(CallReport.stored_size)).scalar() or 0  # of at most MOST_REPORTS
    rows = []
    for row in CallReport.page(tenant_id, CallReport.status == READY, order=(CallReport.id,)):
        if taken <= most:
            break
        rows.append(row)
        taken -= row.stored_size
    return _delete(tenant_id, rows)


def _delete(tenant_id: int, rows: Iterable[CallReport]) -> list[str]:
    found = list(rows)
    CallReport.delete(tenant_id, CallReport.id.in_([row.id for row in found]))
    return [row.blob for row in found if row.blob is not None]


def _report(row: CallReport) -> Report:
    return Report(row.id, row.format, row.status, row.reason, row.created, row.calls, row.stored_size, row.blob)


def _wanted(text: str) -> Wanted:
    given = orjson.loads(text)
    return Wanted(**given | {"times": Times(**given["times"])})
