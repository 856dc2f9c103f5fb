"""Fetching from a real web server on the loopback, which the operator has allowed."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPResponse

import pytest

from portsip_api.ops import fetch as fetching
from portsip_api.ops.fetch import FAILED, TOO_LARGE, TOO_SLOW, FetchFailed, fetch
from portsip_api.ops.fetch_network import Endpoint, Network, Wire
from tests.conftest import SetClock
from tests.web import Handler, Web, ok, raw, redirect, serving

FILE = b"RIFF" + bytes(range(256)) * 200
PATIENCE = 30  # seconds
HUGE = b"HTTP/1.1 200 OK\r\n" + b"X-Padding: " + b"x" * 200_000 + b"\r\n\r\n"


@pytest.fixture
def web(allow: Callable[[str], None]) -> Iterator[Web]:
    """A server that may be asked."""
    allow("127.0.0.1")
    with serving() as web:
        yield web


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """A lower limit of bytes, and the limit."""
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    return 100_000


class Names(Network):
    """A resolver that knows a few names; a connection goes where `real` says, as if the machine had that address."""

    def __init__(self, names: dict[str, list[str]], real: dict[str, str] | None = None) -> None:
        self.names = names
        self.real = real or {}
        self.reached: list[str] = []

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """Return the addresses of a name that it knows, or of an address."""
        return [found for name in self.names.get(host, [host]) for found in super(Names, self).resolve(name, port)]

    def connect(self, endpoint: Endpoint, seconds: float) -> socket.socket:
        """Note the address, and connect."""
        self.reached.append(endpoint.host)
        address = (self.real.get(endpoint.host, endpoint.host), *endpoint.address[1:])
        return super().connect(Endpoint(endpoint.family, address), seconds)


def check_fails(web: Web, reason: str, network: Network | None = None) -> FetchFailed:
    """The file at /a cannot be had for that reason."""
    with pytest.raises(FetchFailed) as caught:
        fetch(web.url("/a?token=hunter22"), network)
    assert caught.value.reason == reason
    assert "hunter22" not in str(caught.value)
    return caught.value


def answer(web: Web, reply: Callable[[Handler], None]) -> None:
    """Let the server answer so at /a."""
    web.answers["/a?token=hunter22"] = reply


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a chunked reply."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + end


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(FILE) + FILE,
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(FILE) + FILE + b"more than was told",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: identity\r\n\r\n" + FILE,
        b"HTTP/1.0 200 OK\r\nContent-Length: nonsense\r\n\r\n" + FILE,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + FILE,
        chunked(FILE[:7], FILE[7:]),
        chunked(FILE, end=b"0\r\nX-Trailer: x\r\n\r\n"),
    ],
)
def test_a_file_is_fetched(web: Web, reply: bytes) -> None:
    answer(web, raw(reply))
    assert fetch(web.url("/a?token=hunter22#fragment")) == FILE


def test_the_request_says_what_is_needed_and_no_more(web: Web) -> None:
    web.answers["/a?b=c"] = ok(FILE)
    fetch(web.url("/a?b=c"))
    [(path, headers)] = web.requests
    assert path == "/a?b=c"
    assert headers == {
        "Host": f"127.0.0.1:{web.port}",
        "User-Agent": "portsip-api",
        "Accept": "audio/wav, audio/*;q=0.9, */*;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def test_a_name_is_asked_by_its_name_at_the_address_that_was_judged(web: Web) -> None:
    network = Names({"media.example": ["8.8.8.8"]}, {"8.8.8.8": "127.0.0.1"})
    web.answers["/a"] = ok(FILE)
    assert fetch(web.url("/a", "Media.example"), network) == FILE
    assert network.reached == ["8.8.8.8"]
    assert web.requests[0][1]["Host"] == f"media.example:{web.port}"


def test_a_name_may_be_allowed_wherever_it_is(web: Web, allow: Callable[[str], None]) -> None:
    allow("media.example")
    web.answers["/a"] = ok(FILE)
    assert fetch(web.url("/a", "media.example"), Names({"media.example": ["127.0.0.1"]})) == FILE


def test_the_next_address_is_tried_when_one_does_not_answer(web: Web) -> None:
    network = Names({"media.example": ["8.8.4.4", "8.8.8.8"]}, {"8.8.4.4": "127.0.0.9", "8.8.8.8": "127.0.0.1"})
    web.answers["/a"] = ok(FILE)
    assert fetch(web.url("/a", "media.example"), network) == FILE
    assert network.reached == ["8.8.4.4", "8.8.8.8"]


@pytest.mark.parametrize("status", fetching._REDIRECT)
def test_redirects_are_followed(web: Web, status: int) -> None:
    answer(web, redirect("b/c?d", status))
    web.answers["/b/c?d"] = redirect("../e", status)
    web.answers["/e"] = redirect(web.url("/f#x"), status)
    web.answers["/f"] = ok(FILE)
    assert fetch(web.url("/a?token=hunter22")) == FILE
    assert all({"Cookie", "Referer", "Authorization"}.isdisjoint(headers) for _, headers in web.requests)


def test_a_cookie_is_not_kept(web: Web) -> None:
    answer(web, raw(b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"))
    web.answers["/b"] = ok(FILE)
    fetch(web.url("/a?token=hunter22"))
    assert "Cookie" not in web.requests[1][1]


@pytest.mark.parametrize("scheme", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_proxies_of_the_environment_are_ignored(web: Web, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    answer(web, ok(FILE))
    with serving() as proxy:
        monkeypatch.setenv(scheme, proxy.url(""))
        monkeypatch.delenv("no_proxy", raising=False)
        assert fetch(web.url("/a?token=hunter22")) == FILE
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "reply",
    [
        *(b"HTTP/1.1 %d No\r\nContent-Length: 4\r\n\r\nRIFF" % code for code in (201, 204, 206, 304, 401, 404, 500)),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 300 Choices\r\nLocation: /b\r\n\r\n",
        b"",
        b"RIFF and no header at all",
        b"HTTP/1.1 99999 No\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        HUGE,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nRIFF",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(FILE),
        chunked(FILE, end=b""),
        chunked(FILE, end=b"xyz\r\n"),
        chunked(FILE, end=b"ffff\r\nshort"),
        chunked(b"x", end=b"1;" + b"y" * 100_000),
    ],
)  # fmt: skip
def test_whatever_is_no_whole_file_fails_alike(web: Web, reply: bytes) -> None:
    answer(web, raw(reply))
    assert check_fails(web, FAILED).is_transient


def test_a_closed_port_fails_like_all_else(allow: Callable[[str], None]) -> None:
    allow("127.0.0.1")
    with socket.socket() as held:  # taken, so that nobody else listens there
        held.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed) as caught:
            fetch(f"http://127.0.0.1:{held.getsockname()[1]}/")
    assert (caught.value.reason, caught.value.is_transient) == (FAILED, True)


def test_a_file_of_the_greatest_size_is_fetched(web: Web, small: int) -> None:
    answer(web, ok(b"x" * small))
    assert len(fetch(web.url("/a?token=hunter22"))) == small


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 100001\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n" + b"x" * 100_001,
        b"\r\n" + b"x" * 100_001,
        b"Transfer-Encoding: chunked\r\n\r\n" + b"186a1\r\n" + b"x" * 100_001 + b"\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + b"186a1\r\n" + b"x" * 100_001 + b"\r\n0\r\n\r\n",
    ],
)
def test_a_file_over_the_limit_is_too_large(web: Web, small: int, head: bytes) -> None:
    answer(web, raw(b"HTTP/1.1 200 OK\r\n" + head))
    assert not check_fails(web, TOO_LARGE).is_transient


def test_a_file_without_end_is_left_at_the_limit(web: Web, small: int) -> None:
    def pour(handler: Handler) -> None:
        handler.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.send(b"x" * 4096)

    answer(web, pour)
    check_fails(web, TOO_LARGE)


def test_the_framing_of_chunks_has_a_limit_too(web: Web, small: int) -> None:
    answer(web, raw(chunked(*[b"x"] * 50_000)))
    check_fails(web, FAILED)


@pytest.mark.parametrize(
    ("head", "drop", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x", TOO_SLOW),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x", TOO_SLOW),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", TOO_SLOW),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", FAILED),
        (b"HTTP/1.1 200 ", b"x", FAILED),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", FAILED),
    ],
)
def test_who_drips_comes_to_the_deadline(
    web: Web, time: SetClock, monkeypatch: pytest.MonkeyPatch, head: bytes, drop: bytes, reason: str
) -> None:
    begun, read_body = threading.Event(), fetching._read_body

    def read(response: HTTPResponse, wire: Wire) -> bytes:
        begun.set()
        return read_body(response, wire)

    def drip(handler: Handler) -> None:
        handler.send(head)
        assert reason == FAILED or begun.wait(PATIENCE)
        while True:
            time.pass_seconds(1)
            handler.send(drop)

    monkeypatch.setattr(fetching, "_read_body", read)
    answer(web, drip)
    assert check_fails(web, reason).is_transient


def test_the_deadline_is_that_of_all_redirects_together(web: Web, time: SetClock) -> None:
    def hesitate(handler: Handler) -> None:
        time.pass_seconds(fetching.SECONDS / 2 + 1)
        redirect("/a?token=hunter22")(handler)

    answer(web, hesitate)
    check_fails(web, FAILED)
    assert web.connections == 2


def test_silence_comes_to_the_deadline(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    answer(web, Handler.wait_for_end)
    check_fails(web, FAILED)


def test_a_resolver_that_hangs_comes_to_the_deadline(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    released, answered = threading.Event(), threading.Event()

    class Hanging(Network):
        def resolve(self, host: str, port: int) -> list[Endpoint]:
            released.wait(PATIENCE)
            answered.set()
            return super().resolve(host, port)

    check_fails(web, FAILED, Hanging())
    assert not answered.is_set()
    released.set()
    assert web.connections == 0
