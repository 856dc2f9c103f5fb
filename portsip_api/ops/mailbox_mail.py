"""Sending the mail that tells of messages and brings reports, in a thread of its own: no job waits for a mail server.

The thread is a daemon: a process that ends does not wait for a slow server. What was not sent then is handed out again.
The log names mails by their ids: an address, and what a server says of it, is somebody's.
"""

import logging
import smtplib
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import peewee

from portsip_api import settings
from portsip_api.pbx.errors import PbxError, Unsupported
from portsip_api.pbx.mailboxes import mails
from portsip_api.pbx.mailboxes.mail_queue import Mail
from portsip_api.pbx.reports import mails as report_mails
from portsip_api.setting_kinds import SmtpServer
from portsip_api.store import database
from portsip_api.store.database import StoreUnavailable

BATCH: Final = 20  # mails of each kind in one connection: less than a lease, however slow the server
SECONDS: Final = 20.0  # for each answer of the server

_log = logging.getLogger("pbx.mail")
_threads: list[threading.Thread] = []


def start_due() -> None:
    """Begin to send what is due, unless that is under way. Only one thread at a time may call it."""
    server = settings.current().smtp_url
    _threads[:] = [thread for thread in _threads if thread.is_alive()]
    if server is not None and not _threads:
        due: list[Mail] = [*mails.claim_due(BATCH), *report_mails.claim_due(BATCH)]
        if due:
            thread = threading.Thread(target=_run, args=(server, due), name="mail", daemon=True)
            _threads.append(thread)
            thread.start()


def _run(server: SmtpServer, due: Sequence[Mail]) -> None:
    try:
        send(server, due)
    except (PbxError, StoreUnavailable, peewee.DatabaseError) as error:  # they are handed out again
        _log.error("Mail could not be sent.", exc_info=error)
    finally:
        database.db.leave()


def send(server: SmtpServer, due: Sequence[Mail]) -> None:
    """Send mails over one connection, and note what becomes of each.

    What fails for a while is tried again: no connection, a refused log-in or sender, and an answer of 4xx. Where the
    connection is lost over one mail, those behind it have not been tried.
    """
    waiting, is_connected = list(due), False
    try:
        with _connected(server) as smtp:
            is_connected = True
            for mail in due:
                _send(smtp, mail)
                waiting.remove(mail)
    except OSError as error:  # SMTPException is one
        tried = waiting[:1] if is_connected else waiting
        given_up = [mail.id for mail in tried if mail.queue.fail(mail.id, retry=True)]
        for mail in waiting[len(tried) :]:
            mail.queue.put_back([mail.id])
        told = {"cause": type(error).__name__, "mails": len(tried), "given_up": given_up}
        _log.warning("The mail server could not be used.", extra={"fields": told})


def _send(smtp: smtplib.SMTP, mail: Mail) -> None:
    """Send one mail. Raises OSError when the connection cannot be used any more."""
    try:
        composed = mail.compose()
        if composed is None:
            return
        smtp.send_message(composed, to_addrs=[mail.address])
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused):
        raise
    except smtplib.SMTPRecipientsRefused as error:
        _refused(mail, next((code for code, _ in error.recipients.values()), 0))
    except smtplib.SMTPResponseException as error:
        _refused(mail, error.smtp_code)
    except (smtplib.SMTPNotSupportedError, UnicodeError, Unsupported):
        _refused(mail, 550)  # an address that this server, or any, takes no mail for
    else:
        mail.queue.sent(mail.id)
        _log.info("A mail was sent.", extra={"fields": {"mail": mail.id, **mail.about}})


def _refused(mail: Mail, code: int) -> None:
    given_up = mail.queue.fail(mail.id, retry=code < 500)
    told = {"mail": mail.id, **mail.about, "code": code, "given_up": given_up}
    _log.warning("A mail was refused.", extra={"fields": told})


@contextmanager
def _connected(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """Give the body a connection. Raises OSError; SMTPNotSupportedError when a password would go unencrypted."""
    if server.is_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        # A server on this machine needs no TLS, and often offers a certificate that nobody signed.
        if not server.is_tls and not server.is_local:
            smtp.ehlo_or_helo_if_needed()
            if server.user or smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
    finally:
        with suppress(OSError):
            smtp.quit()
        smtp.close()
