"""Many phones in one thread and at one port, which call each other by a clock: a load, and no audio.

Each call that is answered talks a moment and is ended by its caller. A request that nobody answers is sent again, as
phones do: an engine that is held up for a moment loses what its socket has no room for. Source: RFC 3261, section 17.1.
"""

import heapq
import itertools
import select
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from tests.live.sip import SipMessage, address_in, authorization

_BUFFER = 8 << 20  # bytes
_AT_A_TIME = 50  # phones that register together
_AGAIN = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # seconds after which a request is sent once more


@dataclass
class Call:
    """A call as its caller sees it: seconds of the clock, 0 for what has not happened, and the last status."""

    caller: str
    called: str
    began: float
    rang: float = 0.0
    answered: float = 0.0
    ended: float = 0.0
    status: int = 0
    invite: SipMessage | None = field(default=None, repr=False)
    remote: str = ""
    target: str = ""


@dataclass
class _Incoming:
    """A call as the one who is called sees it: its INVITE, and the last answer to that."""

    invite: SipMessage
    to: str
    answer: tuple[int, str] = (180, "Ringing")
    is_confirmed: bool = False  # by an ACK


class Callers:
    """The phones of some extensions of a tenant; `server` is the engine's address of SIP."""

    def __init__(self, server: tuple[str, int], domain: str, password: str, *, rings: float, talks: float) -> None:
        """Calls are answered after having rung for some seconds, and end after having talked for some."""
        self._server, self._domain, self._password = server, domain, password
        self._rings, self._talks = rings, talks
        self._socket, self._audio = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        for one in (self._socket, self._audio):
            one.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._number = itertools.count(1)
        self._ended, self._heard = 0, 0.0  # how many calls have, and when the last one did
        self._todo: list[tuple[float, int, Callable[[], None]]] = []
        self._calls: dict[str, Call] = {}
        self._incoming: dict[str, _Incoming] = {}
        self._unanswered: set[tuple[str, str]] = set()  # Call-ID and CSeq of requests
        self._registering: dict[str, str] = {}  # numbers by Call-ID
        self.registered: dict[str, int] = {}  # the last status by number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._audio.close()

    def register(self, numbers: Sequence[str], within: float) -> None:
        """Register phones, and return when each has an answer, or after some seconds."""
        waiting = list(reversed(numbers))
        until = time.perf_counter() + within
        while (waiting or self._registering) and time.perf_counter() < until:
            while waiting and len(self._registering) < _AT_A_TIME:
                call_id = f"{uuid.uuid4()}@phones"
                self._registering[call_id] = waiting.pop()
                self.registered.pop(self._registering[call_id], None)
                self._send_register(call_id)
            self._turn(0.05)

    def call(self, pairs: Sequence[tuple[str, str]], rate: float, within: float) -> list[Call]:
        """Let callers call so many times a second, at the most; return when all calls have ended, or none of them does
        for some seconds.
        """
        calls = [Call(caller, called, 0.0) for caller, called in pairs]
        self._begin(iter(calls), 1 / rate)
        all_ended, self._heard = self._ended + len(calls), time.perf_counter()
        while self._ended < all_ended and time.perf_counter() - self._heard < within:
            self._turn(0.05)
        return calls

    def _turn(self, longest: float) -> None:
        """Do what is to be done now, and take what has come, waiting for either."""
        now = time.perf_counter()
        while self._todo and self._todo[0][0] <= now:
            heapq.heappop(self._todo)[2]()
        wait = min(longest, self._todo[0][0] - now) if self._todo else longest
        if not select.select([self._socket], [], [], max(0.0, wait))[0]:
            return
        while True:
            try:
                message = SipMessage.parse(self._socket.recv(65_535))
            except BlockingIOError:
                return
            (self._take_response if message.status else self._take_request)(message)

    def _later(self, at: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._todo, (at, next(self._number), what))

    def _begin(self, calls: Iterator[Call], pause: float) -> None:
        """Begin the next call, and the one after it some seconds later: where all is held up there is no burst."""
        call = next(calls, None)
        if call is None:
            return
        call.began = time.perf_counter()
        self._later(call.began + pause, lambda: self._begin(calls, pause))
        call_id = f"{uuid.uuid4()}@phones"
        self._calls[call_id] = call
        self._invite(call, call_id)

    def _invite(self, call: Call, call_id: str, *headers: tuple[str, str]) -> None:
        uri = f"sip:{call.called}@{self._domain}"
        call.invite = self._request("INVITE", uri, call.caller, f"<{uri}>", call_id)
        call.invite.headers += [("Contact", self._contact(call.caller)), ("Content-Type", "application/sdp"), *headers]
        call.invite.body = self._sdp()
        self._ask(call.invite)

    def _take_response(self, message: SipMessage) -> None:
        call_id = message.get("call-id")
        self._unanswered.discard((call_id, message.get("cseq")))
        if call_id in self._registering:
            self._take_registered(message, call_id)
        elif (call := self._calls.get(call_id)) is None:
            return
        elif message.method == "INVITE":
            self._take_progress(call, call_id, message)
        elif message.method == "BYE":
            self._end(call)

    def _take_registered(self, message: SipMessage, call_id: str) -> None:
        if message.status == 401 and not self.registered.get(self._registering[call_id]):
            self.registered[self._registering[call_id]] = message.status
            self._send_register(call_id, message.get("www-authenticate"))
        elif message.status >= 200:
            self.registered[self._registering.pop(call_id)] = message.status

    def _take_progress(self, call: Call, call_id: str, message: SipMessage) -> None:
        now = time.perf_counter()
        assert call.invite is not None
        if message.status >= 200:
            self._acknowledge(call, message)
        is_challenged = "Proxy-Authorization" in dict(call.invite.headers)
        if message.status == 407:
            if not is_challenged:
                given = authorization(message.get("proxy-authenticate"), "INVITE", call.invite.uri, call.caller,
                                      self._password)  # fmt: skip
                self._invite(call, call_id, ("Proxy-Authorization", given))
        elif message.status in {180, 183}:
            call.rang = call.rang or now
        elif message.status >= 200 and not call.status:
            call.status = message.status
            if message.status >= 300:
                self._end(call)
                return
            call.answered = now
            call.remote, call.target = message.get("to"), address_in(message.get("contact"))
            self._later(now + self._talks, lambda: self._hang_up(call, call_id))

    def _end(self, call: Call) -> None:
        if not call.ended:
            self._ended += 1
            call.ended = self._heard = time.perf_counter()

    def _hang_up(self, call: Call, call_id: str) -> None:
        self._ask(self._request("BYE", call.target, call.caller, call.remote, call_id))

    def _acknowledge(self, call: Call, message: SipMessage) -> None:
        assert call.invite is not None
        own = dict(call.invite.headers)
        is_good = message.status < 300
        target = address_in(message.get("contact")) if is_good else call.invite.uri
        self._send(SipMessage(f"ACK {target} SIP/2.0", [
            ("Via", f"{own['Via']}a" if is_good else own["Via"]), ("Max-Forwards", "70"), ("From", own["From"]),
            ("To", message.get("to")), ("Call-ID", own["Call-ID"]),
            ("CSeq", f"{message.get('cseq').split(' ')[0]} ACK"),
        ]))  # fmt: skip

    def _take_request(self, message: SipMessage) -> None:
        call_id = message.get("call-id")
        if message.method == "INVITE":
            if call_id not in self._incoming:
                found = self._incoming[call_id] = _Incoming(message, f"{message.get('to')};tag={uuid.uuid4().hex[:8]}")
                self._later(time.perf_counter() + self._rings, lambda: self._answer(found))
            self._respond(message, self._incoming[call_id].to, *self._incoming[call_id].answer)
        elif message.method == "CANCEL" and call_id in self._incoming:
            found = self._incoming[call_id]
            self._respond(message, found.to, 200, "OK")
            found.answer = (487, "Request Terminated")
            self._respond(found.invite, found.to, *found.answer)
        elif message.method == "ACK":
            if call_id in self._incoming:
                self._incoming[call_id].is_confirmed = True
        else:
            self._respond(message, message.get("to"), 200, "OK")
            call = self._calls.get(call_id)
            if message.method == "BYE" and call is not None:  # the engine has ended it
                self._end(call)

    def _answer(self, found: _Incoming, times: int = 0) -> None:
        """Answer a call that rings, and again until that is confirmed."""
        if found.is_confirmed or found.answer[0] == 487:
            return
        found.answer = (200, "OK")
        self._respond(found.invite, found.to, *found.answer)
        if times < len(_AGAIN):
            self._later(time.perf_counter() + _AGAIN[times], lambda: self._answer(found, times + 1))

    def _respond(self, request: SipMessage, to: str, status: int, phrase: str) -> None:
        headers = [("Via", via) for via in request.all("via")]
        headers += [("From", request.get("from")), ("To", to), ("Call-ID", request.get("call-id"))]
        headers += [("CSeq", request.get("cseq")), ("Contact", self._contact(request.uri[4:].partition("@")[0]))]
        is_answer = status == 200 and request.method == "INVITE"
        headers += [("Content-Type", "application/sdp")] * is_answer
        self._send(SipMessage(f"SIP/2.0 {status} {phrase}", headers, self._sdp() if is_answer else ""))

    def _send_register(self, call_id: str, challenge: str = "") -> None:
        number, uri = self._registering[call_id], f"sip:{self._domain}"
        message = self._request("REGISTER", uri, number, f"<sip:{number}@{self._domain}>", call_id)
        message.headers += [("Contact", self._contact(number)), ("Expires", "600")]
        if challenge:
            given = authorization(challenge, "REGISTER", uri, number, self._password)
            message.headers.append(("Authorization", given))
        self._ask(message)

    def _request(self, method: str, uri: str, number: str, to: str, call_id: str) -> SipMessage:
        return SipMessage(f"{method} {uri} SIP/2.0", [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{uuid.uuid4().hex}"), ("Max-Forwards", "70"),
            ("From", f"<sip:{number}@{self._domain}>;tag={call_id[:8]}"), ("To", to), ("Call-ID", call_id),
            ("CSeq", f"{next(self._number)} {method}"),
        ])  # fmt: skip

    def _ask(self, request: SipMessage, times: int = 0) -> None:
        """Send a request, and again until it is answered."""
        headers = dict(request.headers)
        key = (headers["Call-ID"], headers["CSeq"])
        if times == 0:
            self._unanswered.add(key)
        if key in self._unanswered:
            self._send(request)
            if times < len(_AGAIN):
                self._later(time.perf_counter() + _AGAIN[times], lambda: self._ask(request, times + 1))

    def _send(self, message: SipMessage) -> None:
        self._socket.sendto(message.bytes(), self._server)

    @property
    def _port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def _contact(self, number: str) -> str:
        return f"<sip:{number}@127.0.0.1:{self._port}>"

    def _sdp(self) -> str:
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self._audio.getsockname()[1]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
        )
