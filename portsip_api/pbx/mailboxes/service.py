"""The voicemail service of a tenant: the number at which messages are heard, and what becomes of messages.

Source: contract `portsip-more.md`, section 1, row 11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.mailboxes import waiting
from portsip_api.pbx.mailboxes.messages import INBOX
from portsip_api.pbx.mailboxes.tables import VoiceMailService
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import VoiceMessage
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import Rules, Whole, checked
from portsip_api.store import database
from portsip_api.store.clock import clock

LEAST_SECONDS: Final = Whole(0, 60, 3)
KEEP_DAYS: Final = Whole(0, 3650, 0)  # 0: for ever
SERVICE: Final[Rules] = {
    "voice_mail_number": NUMBER,
    "voice_mail_not_save_if_less_seconds": LEAST_SECONDS,
    "auto_cleaning_voicemail_days": KEEP_DAYS,
}
_COLUMNS: Final = {
    "voice_mail_number": "number",
    "voice_mail_not_save_if_less_seconds": "least_seconds",
    "auto_cleaning_voicemail_days": "keep_days",
}
_QUOTA_DAYS: Final = "auto_clean_voicemail_days"
_DAY: Final = 86_400  # seconds
_BATCH: Final = 500  # messages that are removed in one transaction


@dataclass(frozen=True)
class Service:
    """A voicemail service; the number is empty where there is none, and `used_bytes` is what a quota counts."""

    number: str
    least_seconds: int
    keep_days: int
    used_bytes: int


def show(tenant_id: int) -> Service:
    """Return the voicemail service of a tenant. Raises NotFound (there is no such tenant)."""
    row = VoiceMailService.get(tenant_id)
    return Service(row.number or "", row.least_seconds, row.keep_days, tenant_limits.of(tenant_id).voicemail_bytes)


def least_seconds(tenant_id: int) -> int:
    """Return how many seconds a message that a caller leaves has at least. Raises NotFound (no such tenant)."""
    return int(VoiceMailService.get(tenant_id).least_seconds)


def update(tenant_id: int, fields: Mapping[str, object]) -> None:
    """Change the voicemail service of a tenant by the fields of SERVICE; what is not sent stays.

    Raises Invalid and Duplicate (the number is taken).
    """
    values = checked(SERVICE, fields)
    with database.writing(), refusing({DIALLED: taken("voice_mail_number")}):
        VoiceMailService.update(tenant_id, {_COLUMNS[name]: value for name, value in values.items()})


def clean() -> int:
    """Remove for good the messages that tenants keep no longer, and return how many there were.

    A tenant's days are those of its voicemail service or of its quota, whichever are fewer; 0 is no days at all.
    """
    row = VoiceMailService
    services = list(row.whole_pbx().select(row.tenant_id, row.keep_days).tuples())
    return sum(_clean_tenant(tenant_id, days) for tenant_id, days in services)


def _clean_tenant(tenant_id: int, keep_days: int) -> int:
    quota_days = tenant_limits.of(tenant_id).by_name[_QUOTA_DAYS]
    days = min(filter(None, (keep_days, quota_days)), default=0)
    return _clean(tenant_id, clock.wall() - days * _DAY) if days else 0


def _clean(tenant_id: int, before: float) -> int:
    removed = 0
    past = VoiceMessage.select(tenant_id).where(VoiceMessage.received < before)
    while rows := list(past.limit(_BATCH)):
        with database.writing():
            VoiceMessage.delete(tenant_id, VoiceMessage.id.in_([row.id for row in rows]))
            waiting.note(tenant_id, {row.extension_id for row in rows if row.folder == INBOX})
        FILES.remove([row.blob for row in rows])
        removed += len(rows)
    return removed
