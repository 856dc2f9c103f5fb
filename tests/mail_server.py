"""A mail server for tests, on the loopback: it keeps what it takes, and refuses as it is told."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "pbx", "mail-secret@:/"


class MailServer:
    """What was sent to it, and what it answers: by address, the reply to RCPT, or one for every message."""

    def __init__(self) -> None:
        """It takes everything."""
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.refused: dict[str, str] = {}
        self.answer = "250 OK"
        self.encrypted: list[bool] = []
        self.logins: list[bytes] = []
        self.controller: Any = None

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.controller.server.sockets[0].getsockname()[1]
        return port

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take an address or refuse it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message or refuse it."""
        if self.answer == "hang up":
            server.transport.abort()
            return "421 Bye"
        if not self.answer.startswith("250"):
            return self.answer
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))
        self.recipients += envelope.rcpt_tos
        self.senders.append(envelope.mail_from)
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("cipher") is not None)
        return self.answer

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        """Take the one password that there is."""
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login)
        is_right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)  # or nothing would be answered


class _AnyPort(Controller):
    """A controller whose port the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, **options: Any
) -> Iterator[MailServer]:
    """Run a mail server while the body runs; with `tls` it speaks TLS from the first byte."""
    server = MailServer()
    server.controller = _AnyPort(
        server, hostname=host, port=port, ssl_context=tls, authenticator=server.authenticate, **options
    )
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()
