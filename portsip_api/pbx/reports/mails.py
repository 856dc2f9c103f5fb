"""The mail that brings a report to who asked for it: which is due, and what it says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from portsip_api.pbx.access.tables import Tenant
from portsip_api.pbx.mailboxes import mails as voice_mails
from portsip_api.pbx.mailboxes.mail_queue import MailQueue
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import CallReport
from portsip_api.pbx.reports.tables import ReportMail

QUEUE: Final = MailQueue(ReportMail)
MOST_BYTES: Final = 10 << 20  # of a file that is sent: more than that many servers refuse
_SUBTYPES: Final = {"CSV": "csv", "XML": "xml"}


@dataclass(frozen=True)
class Due:
    """A mail that is to be sent now: its id, where to, and the report."""

    id: int
    address: str
    report_id: int
    queue: MailQueue = QUEUE

    @property
    def about(self) -> dict[str, int]:
        """What it brings."""
        return {"call_report": self.report_id}

    def compose(self) -> EmailMessage | None:
        """Return the mail; None when the report is not there any more. Raises Unsupported."""
        row = CallReport.whole_pbx().select().where(CallReport.id == self.report_id).first()
        tenant = Tenant.get_or_none(Tenant.id == row.tenant_id) if row else None
        return None if row is None or tenant is None else _mail(self, row, tenant.domain)


def claim_due(limit: int) -> list[Due]:
    """Return mail that is to be sent now, at most `limit`, the longest due first; see `MailQueue.claim`."""
    return [Due(row.id, row.address, row.report_id) for row in QUEUE.claim(limit)]


def _mail(due: Due, row: CallReport, domain: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    voice_mails.address(mail, due.address, domain, "Call reports")
    mail["Subject"] = f"Call report {row.id}: {row.calls:,} calls"
    mail["Date"] = format_datetime(datetime.fromtimestamp(row.created, UTC))
    mail["Message-ID"] = f"<callreport.{due.id}.{row.id}.{row.created:.0f}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    is_sent = row.stored_size <= MOST_BYTES
    where = "comes with this mail" if is_sent else "is too large for a mail; call_reports/list has it"
    mail.set_content(f"The report of {row.calls:,} calls {where}.\n")
    if is_sent and row.blob is not None:
        try:
            content = FILES.locate(row.blob).read_bytes()
        except FileNotFoundError:  # it was removed a moment ago
            return mail
        name = f"call-report-{row.id}.{row.format.lower()}"
        mail.add_attachment(content, maintype="text", subtype=_SUBTYPES[row.format], filename=name)
    return mail
