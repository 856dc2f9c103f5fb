"""Requests that two servers could read in two ways, and such as no client sends: a clean refusal, and no second reply.

Each case hides a request to `/readyz` in what is a body, or none, by one of the readings. What must never
come is a reply to it, a server error, or silence.
"""

import pytest

from tests.contract.servers import Server
from tests.security.raw import exchange, statuses

HIDDEN = b"GET /readyz HTTP/1.1\r\nHost: pbx.local\r\nConnection: close\r\n\r\n"
PATHS = ("/api/account/credentials/verify", "/sipxconfig/api/orbits", "/nothing")


def post(path: str, *headers: bytes, body: bytes = b"") -> bytes:
    head = [f"POST {path} HTTP/1.1".encode(), b"Host: pbx.local", b"Content-Type: application/json", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


CHUNKED_END = b"0\r\n\r\n"
AMBIGUOUS = {
    "length and chunks": ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], CHUNKED_END),
    "chunks and length": ([b"Transfer-Encoding: chunked", b"Content-Length: 5"], CHUNKED_END),
    "two lengths": ([b"Content-Length: 2", b"Content-Length: 0"], b"{}"),
    "two lengths in one": ([b"Content-Length: 0, 2"], b"{}"),
    "signed length": ([b"Content-Length: +2"], b"{}"),
    "negative length": ([b"Content-Length: -2"], b"{}"),
    "length with an underscore": ([b"Content-Length: 1_0"], b"{}"),
    "length in hexadecimal": ([b"Content-Length: 0x2"], b"{}"),
    "length in other digits": (["Content-Length: \u0662".encode()], b"{}"),
    "chunked twice": ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"], CHUNKED_END),
    "chunked, then not": ([b"Transfer-Encoding: chunked, identity"], CHUNKED_END),
    "chunked with a tab": ([b"Transfer-Encoding:\tchunked", b"Content-Length: 5"], CHUNKED_END),
    "chunked in quotes": ([b'Transfer-Encoding: "chunked"', b"Content-Length: 5"], CHUNKED_END),
    "xchunked": ([b"Transfer-Encoding: xchunked", b"Content-Length: 5"], CHUNKED_END),
    "chunked with a vertical tab": ([b"Transfer-Encoding: \x0bchunked", b"Content-Length: 5"], CHUNKED_END),
    "space before the colon": ([b"Transfer-Encoding : chunked", b"Content-Length: 5"], CHUNKED_END),
    "folded": ([b"Transfer-Encoding:\r\n chunked", b"Content-Length: 5"], CHUNKED_END),
    "bare line feed": ([b"X: a\nTransfer-Encoding: chunked", b"Content-Length: 5"], CHUNKED_END),
    "bare carriage return": ([b"X: a\rTransfer-Encoding: chunked", b"Content-Length: 5"], CHUNKED_END),
    "underscore": ([b"Transfer_Encoding: chunked", b"Content_Length: 5"], b""),
    "chunk size with an underscore": ([b"Transfer-Encoding: chunked"], b"0_0\r\n\r\n"),
    "chunk size with a sign": ([b"Transfer-Encoding: chunked"], b"+0\r\n\r\n"),
    "chunk size with a prefix": ([b"Transfer-Encoding: chunked"], b"0x0\r\n\r\n"),
    "chunk size beyond 64 bits": ([b"Transfer-Encoding: chunked"], b"1" + b"0" * 17 + b"\r\n"),
    "chunk without its end": ([b"Transfer-Encoding: chunked"], b"2\r\n{}X" + CHUNKED_END),
    "chunk shorter than it says": ([b"Transfer-Encoding: chunked"], b"ff\r\n{}\r\n" + CHUNKED_END),
    "NUL in a name": ([b"X\0: a", b"Content-Length: 0"], b""),
    "NUL in a value": ([b"X: a\0b", b"Content-Length: 0"], b""),
    "empty name": ([b": a", b"Content-Length: 0"], b""),
}


# These end where any reader says that they end, so that what follows is a request of its own.
UNAMBIGUOUS = {"underscore"}


@pytest.mark.parametrize("path", PATHS)
def test_an_ambiguous_request_is_answered_once_or_not_at_all(gunicorn: Server, path: str):
    problems: list[tuple[object, ...]] = []
    for name, (headers, body) in AMBIGUOUS.items():
        got = statuses(received := exchange(gunicorn, post(path, *headers, body=body) + HIDDEN))
        # 501: an unknown transfer coding, as RFC 9112, section 6.1, has it.
        # A second one may only say that what follows is no request.
        good = all(status in {*range(400, 500), 501} for status in got[:1]) and got[1:] in ([], [400])
        if not good and name not in UNAMBIGUOUS:
            problems.append((name, got, received[:200]))
        if b"ready" in received and name not in UNAMBIGUOUS:
            problems.append((name, "smuggled", received[:500]))
    assert not problems, "\n".join(map(str, problems))


LONG = b"a" * 10_000
ODD = {
    "a long request line": b"GET /healthz?" + LONG + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + LONG + b"\r\n\r\n",
    "a long header's name": b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + LONG + b": x\r\n\r\n",
    "a thousand headers": b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
    + b"".join(b"X%d: a\r\n" % n for n in range(1000))
    + b"\r\n",
    "a megabyte of header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n",
    "HTTP/0.9 with a version": b"GET /healthz HTTP/0.9\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz HTTP/\r\nHost: a\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method of controls": b"G\x01T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(64) + b"\r\n\r\n",
    "nothing but line ends": b"\r\n" * 200,
    "nothing": b"",
    "binary": bytes(range(256)) * 8 + b"\r\n\r\n",
    "an unfinished head": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
    "a header that is no header": b"GET /healthz HTTP/1.1\r\nHost a\r\n\r\n",
    "an unfinished body": post("/api/account/credentials/verify", b"Content-Length: 100", body=b"{"),
    "an unfinished chunk": post("/sipxconfig/api/orbits", b"Transfer-Encoding: chunked", body=b"5\r\n{"),
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "TRACE": b"TRACE /healthz HTTP/1.1\r\nHost: a\r\nX-Secret: s3cret-trace\r\nConnection: close\r\n\r\n",
    "an upgrade": b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
    "an unknown expectation": post("/nothing", b"Expect: 200-maybe", b"Content-Length: 0", b"Connection: close"),
    "a PROXY line": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
}


def test_what_no_client_sends_is_refused_or_the_connection_closed(gunicorn: Server):
    problems: list[tuple[object, ...]] = []
    for name, sent in ODD.items():
        received = exchange(gunicorn, sent)
        got = statuses(received)
        if (received and not got) or any(status not in range(400, 500) for status in got):
            problems.append((name, received[:300]))
        if b"s3cret-trace" in received or b"Traceback" in received or LONG[:100] in received:
            problems.append((name, "echoed", received[:300]))
    assert not problems, "\n".join(map(str, problems))


@pytest.mark.parametrize("path", PATHS)
def test_the_body_of_a_refused_request_is_no_request(gunicorn: Server, path: str):
    """The body is a request itself: whoever leaves it unread on a connection that lives on answers it."""
    received = exchange(gunicorn, post(path, b"Content-Length: %d" % len(HIDDEN), body=HIDDEN))
    assert [status for status in statuses(received) if status < 400] == [], received
    assert b"ready" not in received


@pytest.mark.parametrize("path", PATHS[:2])
def test_a_body_above_its_limit_is_no_request_either(gunicorn: Server, path: str):
    body = HIDDEN * ((2 << 20) // len(HIDDEN))
    received = exchange(gunicorn, post(path, b"Content-Length: %d" % len(body), body=body))
    assert b"ready" not in received
    assert set(statuses(received)) <= {401, 413}


def test_requests_one_behind_the_other_are_answered_in_order(gunicorn: Server):
    asked = [b"/healthz", b"/api/nothing", b"/readyz"]
    sent = b"".join(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path for path in asked)
    received = exchange(gunicorn, sent)
    assert statuses(received) in ([200], [200, 404], [200, 404, 200]), received


def test_the_server_is_well_afterwards(gunicorn: Server):
    received = exchange(gunicorn, b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert statuses(received) == [200]
    assert "s3cret-trace" not in gunicorn.log()
    assert all(line.startswith("{") for line in gunicorn.log().splitlines() if line.strip())
