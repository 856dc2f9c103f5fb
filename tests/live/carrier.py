"""A small carrier, at an address of its own on the loopback: gateways register there, calls come and go."""

import hashlib
import itertools
import queue
import re
import uuid
from collections.abc import Callable

from tests.live.phone import Call, Phone, Wire
from tests.live.sip import SipMessage, address_in

_HOSTS = itertools.count(2)
_NONCE = "5ccb70a1f3"


class Carrier(Phone):
    """Takes the calls of anybody, as a phone does; who registers needs one of `accounts`, passwords by user."""

    def __init__(self, server: tuple[str, int], hertz: float = 440, wire: Callable[[str], Wire] | None = None) -> None:
        """Make one; `wire` makes what carries its messages, for an address of its own."""
        self.host = f"127.0.0.{next(_HOSTS)}"
        self.accounts: dict[str, str] = {}
        self.contacts: dict[str, str] = {}  # of who is registered, by user
        self.registrations: queue.Queue[tuple[str, int]] = queue.Queue()  # users, and for how many seconds
        self.refused: queue.Queue[str] = queue.Queue()
        super().__init__(server, "carrier", self.host, "", hertz, wire(self.host) if wire else None)

    @property
    def address(self) -> str:
        """Where it is, as a URI has it."""
        return f"{self.host}:{self.port}"

    def call_in(self, number: str, caller: str = "+493012345", user: str = "", *headers: tuple[str, str]) -> Call:
        """Call a number of the PBX, at its address, or where a `user` has registered."""
        self.user = caller
        call = Call(self, f"{uuid.uuid4()}@carrier", self.hertz)
        self.calls[call.call_id] = call
        here = f"{self._server[0]}:{self._server[1]}"
        uri = self.contacts[user] if user else f"sip:{number}@{here}"
        call.invite = self._invite(call, uri, headers)
        to = ("To", f"<sip:{number}@{here}>")
        call.invite.headers = [to if name == "To" else (name, value) for name, value in call.invite.headers]
        self.send(call.invite)
        return call

    def _take_request(self, message: SipMessage) -> None:
        if message.method == "REGISTER":
            self._register(message)
        else:
            super()._take_request(message)

    def _register(self, message: SipMessage) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', message.get("authorization")))
        user = given.get("username", "")
        if not given:
            self._reply_to(
                message, "401 Unauthorized", ("WWW-Authenticate", f'Digest realm="{self.host}", nonce="{_NONCE}"')
            )
        elif given["response"] != self._proof(user, given["realm"], given["uri"]):
            self.refused.put(user)
            self._reply_to(message, "403 Forbidden")
        else:
            found = re.search(r"expires=(\d+)", message.get("contact"))
            seconds = int(found[1]) if found else int(message.get("expires") or 300)
            self.contacts[user] = address_in(message.get("contact"))
            self.registrations.put((user, seconds))
            contact = f"<{self.contacts[user]}>;expires={seconds}"
            self._reply_to(message, "200 OK", ("Contact", contact), ("Expires", str(seconds)))

    def _proof(self, user: str, realm: str, uri: str) -> str:
        ha1 = _md5(f"{user}:{realm}:{self.accounts.get(user, uuid.uuid4().hex)}")
        return _md5(f"{ha1}:{_NONCE}:{_md5(f'REGISTER:{uri}')}")

    def _reply_to(self, message: SipMessage, status: str, *more: tuple[str, str]) -> None:
        headers = [("Via", via) for via in message.all("via")]
        headers += [(name, message.get(name.lower())) for name in ("From", "Call-ID", "CSeq")]
        headers += [("To", f"{message.get('to')};tag=carrier"), *more]
        self.send(SipMessage(f"SIP/2.0 {status}", headers))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
