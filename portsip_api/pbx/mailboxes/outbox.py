"""What is written into the outbox beside a new message: a mail to each address that its mailbox tells.

Whom it tells is a preference of the user. Source: contract (sipXcom, user services), section 6.2.
"""

from portsip_api import settings
from portsip_api.pbx.mailboxes.tables import MailOutbox
from portsip_api.pbx.personal import voicemail_preferences
from portsip_api.store.clock import clock


def put_out(tenant_id: int, extension_id: int, message_id: int) -> None:
    """Write the mail that tells of a new message, inside the transaction that writes the message.

    Nothing where the server has no mail server: nobody is told later of what is old by then.
    """
    if settings.current().smtp_url is None:
        return
    preferred, now = voicemail_preferences.show(tenant_id, extension_id), clock.wall()
    given = (preferred.alternate, preferred.notice) if preferred.permitted else ()
    found = {notice.address: notice for notice in given if notice is not None and notice.address}
    rows: list[dict[str, object]] = [
        {
            "message_id": message_id,
            "address": notice.address,
            "format": notice.form,
            "with_audio": notice.audio,
            "next_attempt": now,
        }
        for notice in reversed(found.values())
    ]
    MailOutbox.insert_all(tenant_id, rows)
