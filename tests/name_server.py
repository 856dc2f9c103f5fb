"""A name server of our own on loopback, for what asks one."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

ZONE = """\
pbx.local. 60 IN NAPTR 0 0 "s" "SIP+D2U" "" _sip._udp.pbx.local.
pbx.local. 60 IN NAPTR 1 0 "s" "SIP+D2T" "" _sip._tcp.PBX.local.
_sip._udp.pbx.local. 60 IN SRV 1 0 5060 pbx.local.
_sip._tcp.pbx.local. 60 IN SRV 1 0 5060 PBX.local.
pbx.local. 60 IN A 127.0.0.1
"""
NOTHING = """\
;; Missing naptr records
pbx.local. IN NAPTR 0 0 "s" "SIP+D2U" "" _sip._udp.pbx.local.
pbx.local. IN NAPTR 1 0 "s" "SIP+D2T" "" _sip._tcp.pbx.local.

;; Missing srv records
_sip._udp.pbx.local. IN SRV 1 0 5060 pbx.local.
_sip._tcp.pbx.local. IN SRV 1 0 5060 pbx.local.

;; Missing a records
pbx.local. IN A 127.0.0.1
"""


class Zone:
    """What a server answers: the records of a zone file, or a refusal."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rcode = dns.rcode.NOERROR
        self.truncated = False
        self.asked: list[str] = []

    def answer(self, wire: bytes, over_tcp: bool) -> bytes:
        """Return the answer to a query."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        self.asked.append(question.to_text())
        response = dns.message.make_response(query)
        response.set_rcode(self.rcode)
        if self.truncated and not over_tcp:
            response.flags |= dns.flags.TC
            return response.to_wire()
        for line in self.lines:
            name, ttl, _, kind, text = line.split(" ", 4)
            record = dns.rrset.from_text(name, int(ttl), "IN", kind, text)
            if (record.name, record.rdtype) == (question.name, question.rdtype):
                response.answer.append(record)
        return response.to_wire()


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sender = self.request
        sender.sendto(self.server.zone.answer(wire, over_tcp=False), self.client_address)  # type: ignore[attr-defined]


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        wire = self.rfile.read(int.from_bytes(self.rfile.read(2), "big"))
        answer = self.server.zone.answer(wire, over_tcp=True)  # type: ignore[attr-defined]
        self.wfile.write(len(answer).to_bytes(2, "big") + answer)


def _at_one_port() -> tuple[socketserver.TCPServer, socketserver.UDPServer]:
    """Return servers over both transports: a port that is free over one may be somebody's over the other."""
    while True:
        stream = socketserver.TCPServer(("127.0.0.1", 0), _Stream)
        try:
            return stream, socketserver.UDPServer(stream.server_address, _Datagram)
        except OSError:
            stream.server_close()


@contextmanager
def serving(zone: Zone) -> Iterator[int]:
    """Answer from `zone` on 127.0.0.1, over UDP and TCP, at the port that is yielded."""
    servers = _at_one_port()
    with servers[0], servers[1]:
        for server in servers:
            server.zone = zone  # type: ignore[attr-defined]
        threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers]
        for thread in threads:
            thread.start()
        try:
            yield servers[0].server_address[1]
        finally:
            for server in servers:
                server.shutdown()
            for thread in threads:
                thread.join()
