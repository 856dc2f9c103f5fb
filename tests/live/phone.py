"""A small SIP phone, for tests with a real engine: it registers, calls, rings, answers, and hears tones."""

import queue
import re
import threading
import time
import uuid
from typing import Self
from urllib.parse import quote

from tests.live.audio import Stream
from tests.live.sip import SipMessage, address_in, authorization
from tests.live.srtp import Secret
from tests.live.wire import Datagrams, Streams

Wire = Datagrams | Streams
PATIENCE = 20  # seconds for what should happen at once


class Call:
    """A call of a phone, in or out. What happened to it stands in `seen`: statuses, and the methods of requests."""

    def __init__(self, phone: "Phone", call_id: str, hertz: float) -> None:
        self.phone = phone
        self.call_id = call_id
        self.stream = Stream(hertz)
        self.local = self.remote = self.target = ""
        self.invite: SipMessage | None = None
        self.seen: list[str] = []
        self.last: SipMessage | None = None
        self.changed = threading.Condition()
        self.is_incoming = False
        self.is_answered = False
        self.is_held = False

    def note(self, what: str, message: SipMessage) -> None:
        """Keep that something happened."""
        with self.changed:
            self.seen.append(what)
            self.last = message
            self.changed.notify_all()

    def wait(self, *wanted: str, within: float = PATIENCE) -> str:
        """Return which of some things has happened, waiting for it."""
        with self.changed:
            assert self.changed.wait_for(lambda: set(wanted) & set(self.seen), within), (wanted, self.seen)
            return next(one for one in self.seen if one in wanted)

    def sdp(self) -> str:
        """What the phone offers or answers."""
        own = self.stream.own
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.stream.port} RTP/{'SAVP' if own else 'AVP'} 0 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            f"a={'sendonly' if self.is_held else 'sendrecv'}\r\n{own.line if own else ''}"
        )

    def respond(self, status: int, phrase: str = "x") -> None:
        """Answer the INVITE."""
        assert self.invite is not None
        self.phone.respond(self.invite, status, phrase, self)

    def answer(self) -> None:
        """Take the call."""
        assert self.invite is not None
        self.is_answered = True
        self.respond(200, "OK")
        self.talk(self.invite.body)

    def talk(self, sdp: str) -> None:
        """Send sound to where an SDP says."""
        self.stream.other = Secret.named_in(sdp)
        port = re.search(r"m=audio (\d+)", sdp)
        if port:
            self.stream.talk_to(("127.0.0.1", int(port[1])))

    def hang_up(self) -> None:
        """End an answered call."""
        self.request("BYE")
        self.wait("200 BYE")

    def press(self, keys: str) -> None:
        """Press keys, one after the other, in RTP, as most phones do."""
        for key in keys:
            self.stream.press(key)
            time.sleep(0.15)

    def press_by_info(self, keys: str) -> None:
        """Press keys, one after the other, in requests of SIP."""
        for key in keys:
            body = f"Signal={key}\r\nDuration=160\r\n"
            self.request("INFO", body, ("Content-Type", "application/dtmf-relay"))
            time.sleep(0.3)

    def hold(self) -> None:
        """Put the other side on hold; the phone is the caller."""
        self.is_held = True
        self.phone.invite_again(self)

    def refer(self, number: str) -> None:
        """Transfer the other side."""
        self.request("REFER", "", ("Refer-To", f"<sip:{number}@{self.phone.domain}>"),
                     ("Referred-By", f"<sip:{self.phone.user}@{self.phone.domain}>"))  # fmt: skip

    def refer_to(self, other: "Call") -> None:
        """Connect the other side with that of another call of this phone's."""
        tags = [re.search(r"tag=([^;>]+)", header) for header in (other.remote, other.local)]
        remote, local = (tag[1] if tag else "" for tag in tags)
        replaces = quote(f"{other.call_id};to-tag={remote};from-tag={local}", safe="")
        target = address_in(other.remote)
        self.request("REFER", "", ("Refer-To", f"<{target}?Replaces={replaces}>"),
                     ("Referred-By", f"<sip:{self.phone.user}@{self.phone.domain}>"))  # fmt: skip

    def cancel(self) -> None:
        """Give up a call that rings."""
        assert self.invite is not None
        kept = [pair for pair in self.invite.headers if pair[0] in {"Via", "From", "To", "Call-ID", "Max-Forwards"}]
        number = dict(self.invite.headers)["CSeq"].split(" ")[0]
        self.phone.send(SipMessage(f"CANCEL {self.target_of_invite()} SIP/2.0", [*kept, ("CSeq", f"{number} CANCEL")]))

    def target_of_invite(self) -> str:
        """The URI that was called."""
        assert self.invite is not None
        return self.invite.uri

    def request(self, method: str, body: str = "", *headers: tuple[str, str]) -> None:
        """Send a request within the call."""
        self.phone.in_call(self, method, body, *headers)


class Phone:
    """One phone of an extension; `server` is the engine's address of SIP."""

    host = "127.0.0.1"

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        domain: str,
        password: str,
        hertz: float = 440,
        wire: Wire | None = None,
    ) -> None:
        self.user, self.domain, self.password, self.hertz = user, domain, password, hertz
        self.agent = "Test phone 1.0"
        self.encrypts = False  # the sound of the calls that it makes
        self._server = server
        self.wire = wire or Datagrams(self.host, server)
        self._number = 0
        self._tag = uuid.uuid4().hex[:8]
        self._registration = f"{uuid.uuid4()}@phone"
        self._replies: queue.Queue[SipMessage] = queue.Queue()
        self.calls: dict[str, Call] = {}
        self._incoming: queue.Queue[Call] = queue.Queue()
        self.notified: list[SipMessage] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let it vanish, without a word."""
        self._ended.set()
        self._thread.join()
        for call in self.calls.values():
            call.stream.close()
        self.wire.close()

    @property
    def port(self) -> int:
        """Where the phone listens."""
        return self.wire.port

    @property
    def contact(self) -> str:
        """Where the phone is."""
        return f"sip:line-{self._tag}@{self.host}:{self.port}{self.wire.parameter}"  # which need not name the extension

    def register(self, expires: int = 300, *, auth_user: str | None = None) -> int:
        """Register, or with 0 unregister, and return the last status."""
        uri = f"sip:{self.domain}"
        own = [("Contact", f"<{self.contact}>"), ("Expires", str(expires))]
        headers: list[tuple[str, str]] = []
        status = 0
        for _ in range(2):
            message = self._request("REGISTER", uri, self._registration, f"<sip:{self.user}@{self.domain}>")
            message.headers += own + headers
            self.send(message)
            reply = self._reply()
            status = reply.status
            if status != 401 or headers:
                break
            who = auth_user or self.user
            given = authorization(reply.get("www-authenticate"), "REGISTER", uri, who, self.password)
            headers = [("Authorization", given)]
        return status

    def subscribe(self, package: str, user: str = "") -> int:
        """Subscribe to what is told of the own extension, or of somebody else, and return the last status."""
        uri = f"sip:{user or self.user}@{self.domain}"
        headers: list[tuple[str, str]] = []
        status = 0
        for _ in range(2):
            message = self._request("SUBSCRIBE", uri, f"{uuid.uuid4()}@phone", f"<{uri}>")
            message.headers += [("Contact", f"<{self.contact}>"), ("Event", package), ("Expires", "300"), *headers]
            self.send(message)
            reply = self._reply()
            status = reply.status
            if status not in {401, 407} or headers:
                break
            challenge = reply.get("www-authenticate") or reply.get("proxy-authenticate")
            given = authorization(challenge, "SUBSCRIBE", uri, self.user, self.password)
            headers = [("Authorization" if status == 401 else "Proxy-Authorization", given)]
        return status

    def call(self, number: str, *headers: tuple[str, str], domain: str = "") -> Call:
        """Call a number."""
        call = Call(self, f"{uuid.uuid4()}@phone", self.hertz)
        call.stream.own = Secret.new() if self.encrypts else None
        self.calls[call.call_id] = call
        uri = f"sip:{number}@{domain or self.domain}"
        call.invite = self._invite(call, uri, headers)
        self.send(call.invite)
        return call

    def incoming(self, within: float = PATIENCE) -> Call:
        """Return the next call that comes, waiting for it."""
        return self._incoming.get(timeout=within)

    def is_left_alone(self, seconds: float) -> bool:
        """Tell whether no call comes for some time."""
        try:
            self._incoming.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def redirect(self, call: Call, number: str) -> None:
        """Answer a call with where else to look."""
        assert call.invite is not None
        headers = [("Via", via) for via in call.invite.all("via")]
        headers += [(name, call.invite.get(name.lower())) for name in ("From", "Call-ID", "CSeq")]
        headers += [("To", call.local), ("Contact", f"<sip:{number}@{self.domain}>")]
        self.send(SipMessage("SIP/2.0 302 Moved Temporarily", headers))

    def send(self, message: SipMessage) -> None:
        """Send a message to the engine."""
        self.wire.send(message.bytes())

    def respond(self, request: SipMessage, status: int, phrase: str, call: Call | None = None) -> None:
        """Answer a request."""
        headers = [("Via", via) for via in request.all("via")]
        headers += [("Record-Route", route) for route in request.all("record-route")]
        to = request.get("to")
        headers += [
            ("From", request.get("from")),
            ("To", to if "tag=" in to else f"{to};tag={self._tag}"),
            ("Call-ID", request.get("call-id")),
            ("CSeq", request.get("cseq")),
            ("Contact", f"<{self.contact}>"),
        ]
        has_sdp = call is not None and status == 200 and request.method == "INVITE"
        if has_sdp:
            headers.append(("Content-Type", "application/sdp"))
        self.send(SipMessage(f"SIP/2.0 {status} {phrase}", headers, call.sdp() if call and has_sdp else ""))

    def in_call(self, call: Call, method: str, body: str, *headers: tuple[str, str]) -> None:
        """Send a request within a call."""
        message = self._request(method, call.target, call.call_id, call.remote, call.local)
        message.headers += headers
        message.body = body
        self.send(message)

    def invite_again(self, call: Call) -> None:
        """Send an INVITE within a call that the phone began."""
        message = self._request("INVITE", call.target, call.call_id, call.remote, call.local)
        message.headers += [("Contact", f"<{self.contact}>"), ("Content-Type", "application/sdp")]
        message.body = call.sdp()
        call.invite = message
        self.send(message)

    def _request(self, method: str, uri: str, call_id: str, to: str, own: str = "") -> SipMessage:
        self._number += 1
        return SipMessage(f"{method} {uri} SIP/2.0", [
            ("Via", f"SIP/2.0/{self.wire.name} {self.host}:{self.port};branch=z9hG4bK{uuid.uuid4().hex};rport"),
            ("Max-Forwards", "70"),
            ("From", own or f"<sip:{self.user}@{self.domain}>;tag={self._tag}"),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{self._number} {method}"),
            ("User-Agent", self.agent),
        ])  # fmt: skip

    def _invite(self, call: Call, uri: str, headers: tuple[tuple[str, str], ...]) -> SipMessage:
        message = self._request("INVITE", uri, call.call_id, f"<{uri}>")
        message.headers += [("Contact", f"<{self.contact}>"), ("Content-Type", "application/sdp"), *headers]
        message.body = call.sdp()
        call.local = dict(message.headers)["From"]
        return message

    def _reply(self) -> SipMessage:
        return self._replies.get(timeout=PATIENCE)

    def _listen(self) -> None:
        while not self._ended.is_set():
            data = self.wire.receive()
            if data.strip():
                message = SipMessage.parse(data)
                (self._take_response if message.status else self._take_request)(message)

    def _take_response(self, message: SipMessage) -> None:
        call = self.calls.get(message.get("call-id"))
        if call is None:
            self._replies.put(message)
        elif message.method == "INVITE":
            self._take_progress(call, message)
        else:
            call.note(f"{message.status} {message.method}", message)

    def _take_progress(self, call: Call, message: SipMessage) -> None:
        assert call.invite is not None
        if message.status >= 200:
            self._acknowledge(call, message)
        if message.status in {401, 407} and "Proxy-Authorization" not in dict(call.invite.headers):
            given = authorization(message.get("proxy-authenticate") or message.get("www-authenticate"), "INVITE",
                                  call.invite.uri, self.user, self.password)  # fmt: skip
            call.invite = self._invite(call, call.invite.uri, (("Proxy-Authorization", given),))
            self.send(call.invite)
            return
        if message.status >= 180:
            call.remote, call.target = message.get("to"), address_in(message.get("contact")) or call.invite.uri
        if message.body:
            call.talk(message.body)
        call.note(str(message.status), message)

    def _acknowledge(self, call: Call, message: SipMessage) -> None:
        assert call.invite is not None
        own = dict(call.invite.headers)
        target = address_in(message.get("contact")) if message.status < 300 else call.invite.uri
        ack = SipMessage(f"ACK {target} SIP/2.0", [
            ("Via", own["Via"] if message.status >= 300 else own["Via"] + "a"),
            ("Max-Forwards", "70"), ("From", own["From"]), ("To", message.get("to")),
            ("Call-ID", call.call_id), ("CSeq", f"{own['CSeq'].split(' ')[0]} ACK"),
        ])  # fmt: skip
        self.send(ack)

    def _take_request(self, message: SipMessage) -> None:
        call = self.calls.get(message.get("call-id"))
        match message.method:
            case "INVITE" if call is None:
                self._ring(message)
            case "INVITE" if call is not None and call.is_answered:
                self.respond(message, 200, "OK", call)
            case "INVITE":
                pass  # once more
            case "ACK":
                if call:
                    call.note("ACK", message)
            case "CANCEL":
                self.respond(message, 200, "OK")
                if call is not None and call.invite is not None and not call.is_answered:
                    self.respond(call.invite, 487, "Request Terminated")
                    call.note("CANCEL", message)
            case _:
                self.respond(message, 200, "OK")
                if call:
                    call.note(message.method, message)
                else:
                    self.notified.append(message)

    def _ring(self, message: SipMessage) -> None:
        call = Call(self, message.get("call-id"), self.hertz)
        self.calls[call.call_id] = call
        call.invite, call.is_incoming = message, True
        to = message.get("to")
        call.local, call.remote = f"{to};tag={self._tag}", message.get("from")
        call.target = address_in(message.get("contact"))
        call.respond(180, "Ringing")
        self._incoming.put(call)
