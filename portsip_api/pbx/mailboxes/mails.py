"""The mail that tells of a message: which is due, and what it says.

FULL has all that is known, MEDIUM is a sentence, BRIEF fits a mobile phone's text message.
"""

import re
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
from portsip_api.pbx.mailboxes.mail_queue import MailQueue
from portsip_api.pbx.mailboxes.messages import Message
from portsip_api.pbx.mailboxes.tables import MailOutbox
from portsip_api.pbx.media.tables import VoiceMessage
from portsip_api.pbx.personal import attendants
from portsip_api.setting_kinds import DOMAIN
from portsip_api.store import database

# A dot-atom and a domain, which every mail server takes; what else profiles may hold is read differently by each.
_ADDRESS: Final = re.compile(
    rf"[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*@{DOMAIN}", re.ASCII | re.IGNORECASE
)
MEDIUM, BRIEF = "MEDIUM", "BRIEF"


class _OfMessages(MailQueue):
    """The mail that tells of messages, some of whom are deleted once all of it was sent."""

    def sent(self, mail_id: int) -> None:
        """Note that a mail was sent; with its audio, a message goes to `deleted` where its user wants so."""
        with database.writing():
            mail = MailOutbox.whole_pbx().select().where(MailOutbox.id == mail_id).first()
            super().sent(mail_id)
            if mail is not None and mail.with_audio:
                _delete_if_wanted(mail.message_id)


def _delete_if_wanted(message_id: int) -> None:
    found = _found(message_id)
    if found is None or MailOutbox.whole_pbx().select().where(MailOutbox.message_id == message_id).exists():
        return
    row, owner, _ = found
    if row.folder == messages.INBOX and attendants.voice(owner.tenant_id, owner.id).deletes_mailed:
        messages.delete(owner.tenant_id, ExtensionKey(id=owner.id), row.id)


QUEUE: Final = _OfMessages(MailOutbox)


@dataclass(frozen=True)
class Due:
    """A mail that is to be sent now: its id, where to, and as what."""

    id: int
    message_id: int
    address: str
    format: str
    with_audio: bool
    queue: MailQueue = QUEUE

    @property
    def about(self) -> dict[str, int]:
        """What it tells of."""
        return {"voice_message": self.message_id}

    def compose(self) -> EmailMessage | None:
        """Return the mail, as `compose` does."""
        return compose(self)


def claim_due(limit: int) -> list[Due]:
    """Return mail that is to be sent now, at most `limit`, the longest due first; see `MailQueue.claim`."""
    return [Due(row.id, row.message_id, row.address, row.format, row.with_audio) for row in QUEUE.claim(limit)]


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
    address(mail, due.address, tenant.domain, "Voicemail")
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


def address(mail: EmailMessage, to: str, domain: str, name: str) -> None:
    """Write who it is from, under a name, and to whom. Raises Unsupported for an address that a header cannot hold."""
    mail["From"] = _read(settings.current().mail_from or f"voicemail@{domain}", name)
    mail["To"] = _read(to)


def is_address(text: str) -> bool:
    """Tell whether mail can be sent to an address."""
    return _ADDRESS.fullmatch(text) is not None


def _read(text: str, name: str = "") -> Address:
    if not is_address(text):
        raise Unsupported("Mail cannot be sent to this address.")
    user, _, domain = text.rpartition("@")
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
