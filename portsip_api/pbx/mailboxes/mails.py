"""The mail that tells of a message: which is due, what it says, and what becomes of it.

A mail is sent at least once: whoever receives it twice, since a server was killed in between, tells so by its
Message-ID, which stays. FULL has all that is known, MEDIUM is a sentence, BRIEF fits a mobile phone's text message.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

import orjson

from portsip_api import settings
from portsip_api.pbx.access.tables import Tenant
from portsip_api.pbx.errors import FileNotThere, Unsupported
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions.tables import Extension, ExtensionSettings
from portsip_api.pbx.hours import zones
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.mailboxes.messages import Message
from portsip_api.pbx.mailboxes.tables import MailOutbox
from portsip_api.pbx.media.tables import VoiceMessage
from portsip_api.setting_kinds import DOMAIN
from portsip_api.store import database
from portsip_api.store.clock import clock

RETRY_SECONDS: Final = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)  # before each repetition
LEASE_SECONDS: Final = 900.0
# A dot-atom and a domain, which every mail server takes; what else profiles may hold is read differently by each.
_ADDRESS: Final = re.compile(
    rf"[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*@{DOMAIN}", re.ASCII | re.IGNORECASE
)
MEDIUM, BRIEF = "MEDIUM", "BRIEF"
STALE_SECONDS: Final = 259_200.0  # after which nobody is told any more


@dataclass(frozen=True)
class Due:
    """A mail that is to be sent now: its id, where to, and as what."""

    id: int
    message_id: int
    address: str
    format: str
    with_audio: bool


def claim_due(limit: int) -> list[Due]:
    """Return mail that is to be sent now, at most `limit`, the longest due first, and count an attempt of each.

    One that is not reported on, by `sent`, `fail` or `put_back`, within LEASE_SECONDS is handed out again, unless that
    was its last attempt. What could not be sent for three days, since no server was running, is dropped.
    """
    now = clock.wall()
    whole = MailOutbox.whole_pbx()
    if not whole.select(MailOutbox.id).where(MailOutbox.next_attempt <= now).exists():
        return []
    with database.writing():
        whole.delete().where(MailOutbox.next_attempt < now - STALE_SECONDS).execute()
        whole.delete().where(MailOutbox.next_attempt <= now, MailOutbox.attempts > len(RETRY_SECONDS)).execute()
        query = whole.select().where(MailOutbox.next_attempt <= now)
        rows = list(query.order_by(MailOutbox.next_attempt, MailOutbox.id).limit(limit))
        leased = {"attempts": MailOutbox.attempts + 1, "next_attempt": now + LEASE_SECONDS}
        whole.update(leased).where(MailOutbox.id.in_([row.id for row in rows])).execute()
    return [Due(row.id, row.message_id, row.address, row.format, row.with_audio) for row in rows]


def sent(mail_id: int) -> None:
    """Note that a mail was sent."""
    with database.writing():
        MailOutbox.whole_pbx().delete().where(MailOutbox.id == mail_id).execute()


def fail(mail_ids: Iterable[int], *, retry: bool) -> list[int]:
    """Note that mails could not be sent; with `retry` they are tried again later. Return the ids of those given up."""
    given_up = []
    with database.writing():
        whole = MailOutbox.whole_pbx()
        for row in list(whole.select().where(MailOutbox.id.in_(list(mail_ids)))):
            if retry and 0 < row.attempts <= len(RETRY_SECONDS):
                columns = {"next_attempt": clock.wall() + RETRY_SECONDS[row.attempts - 1]}
                whole.update(columns).where(MailOutbox.id == row.id).execute()
            else:
                whole.delete().where(MailOutbox.id == row.id).execute()
                given_up.append(row.id)
    return given_up


def put_back(mail_ids: Iterable[int]) -> None:
    """Note that nobody has tried to send these mails: they are due as they were before they were claimed."""
    with database.writing():
        columns = {"attempts": MailOutbox.attempts - 1, "next_attempt": clock.wall()}
        MailOutbox.whole_pbx().update(columns).where(MailOutbox.id.in_(list(mail_ids))).execute()


def compose(due: Due) -> EmailMessage | None:
    """Return the mail as it is sent; None when the message is not there any more, and with it the mail.

    Raises Unsupported: mail cannot be sent to such an address.
    """
    found = _found(due.message_id)
    if found is None:
        return None
    row, owner, tenant = found
    shown = messages.as_shown(owner.tenant_id, [row])[0]
    mail = EmailMessage(policy=SMTP)
    _address(mail, due.address, tenant.domain)
    mail["Subject"] = _title(shown)
    at = datetime.fromtimestamp(row.received, _zone(owner, tenant))
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<voicemail.{due.id}.{row.id}.{row.received:.0f}@{tenant.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply answers it
    if row.urgent:
        mail["Importance"] = "high"
    mail.set_content(_text(due.format, shown, at, owner))
    if due.with_audio:
        _attach(mail, row)
    return mail


def _found(message_id: int) -> tuple[VoiceMessage, Extension, Tenant] | None:
    row = VoiceMessage.whole_pbx().select().where(VoiceMessage.id == message_id).first()
    owner = Extension.whole_pbx().select().where(Extension.id == row.extension_id).first() if row else None
    tenant = Tenant.get_or_none(Tenant.id == owner.tenant_id) if owner else None
    return (row, owner, tenant) if row and owner and tenant else None


def _address(mail: EmailMessage, address: str, domain: str) -> None:
    """Write who it is from and to. Raises Unsupported for an address that a header cannot hold."""
    mail["From"] = _read(settings.current().mail_from or f"voicemail@{domain}", "Voicemail")
    mail["To"] = _read(address)


def _read(address: str, name: str = "") -> Address:
    if not _ADDRESS.fullmatch(address):
        raise Unsupported("Mail cannot be sent to this address.")
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


def _title(message: Message) -> str:
    urgent = "Urgent voice message" if message.urgent else "Voice message"
    return f"{urgent} from {_caller(message)}, {_length(message)}"


def _text(format_: str, message: Message, at: datetime, owner: Extension) -> str:
    if format_ == BRIEF:
        return f"{_caller(message)}, {_length(message)}, {at:%H:%M}\n"
    if format_ == MEDIUM:
        subject = f" Its subject: {message.subject}" if message.subject else ""
        return f"{_caller(message)} left a message of {_length(message)} on {at:%A %d %B %Y} at {at:%H:%M}.{subject}\n"
    waiting = messages.counts(owner.tenant_id, ExtensionKey(id=owner.id))
    lines = {
        "From": _caller(message),
        "To": owner.number,
        "Received": f"{at:%A %d %B %Y, %H:%M} {at.tzinfo}",
        "Length": _length(message),
        "Subject": message.subject,
        "Urgent": "yes" if message.urgent else "no",
        "In the inbox": f"{waiting.new} new ({waiting.new_urgent} urgent), {waiting.old} heard",
    }
    return "".join(f"{name}: {text}\n" for name, text in lines.items() if text)


def _caller(message: Message) -> str:
    if message.caller_name and message.caller:
        return f"{message.caller_name} ({message.caller})"
    return message.caller_name or message.caller or "an unknown caller"


def _length(message: Message) -> str:
    """Return minutes and seconds."""
    seconds = max(1, round(message.duration))
    return f"{seconds // 60}:{seconds % 60:02}"


def _attach(mail: EmailMessage, row: VoiceMessage) -> None:
    try:
        audio = messages.content(row)
    except FileNotThere:  # it was removed a moment ago
        return
    mail.add_attachment(audio, maintype="audio", subtype="wav", filename=f"message-{row.id}.wav")


def _zone(owner: Extension, tenant: Any) -> Any:
    row = ExtensionSettings.find(owner.tenant_id, extension_id=owner.id)
    own = orjson.loads(row.office_hours).get("time_zone") if row else ""
    return zones.first(filter(None, (own, tenant.time_zone, settings.current().time_zone)))[0]
