"""A load generator that costs a fraction of what it measures.

Requests are bytes made beforehand, replies are read by their Content-Length, and one thread serves all connections,
each with one request under way at a time. It runs in a process of its own, so that it never shares the server's
interpreter.
"""

import multiprocessing
import re
import selectors
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\nTransfer-Encoding: chunked\r\n", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_OPEN = 1 << 62
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
ALL = "all"  # the kind of all calls together
_PATIENCE = 30.0  # seconds without any reply after which the server counts as dead
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Call:
    """A request as it is sent; `kind` is the name under which its latency is kept."""

    data: bytes
    kind: str = "call"


@dataclass(frozen=True)
class Result:
    """What a run of load saw; latencies are in seconds."""

    seconds: float
    count: int
    statuses: Counter[int]
    p50: dict[str, float] = field(default_factory=dict)
    p99: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count / self.seconds

    def require(self, *statuses: int) -> "Result":
        """Return the result when every reply had one of `statuses`. Raises RuntimeError."""
        if not self.count or set(self.statuses) - set(statuses):
            raise RuntimeError(f"replies that a measurement cannot use: {dict(self.statuses)}")
        return self


def get(path: str, token: str = "", **headers: str) -> bytes:
    """Return a GET request."""
    return _request("GET", path, token, b"", headers)


def post(path: str, body: bytes, token: str = "", **headers: str) -> bytes:
    """Return a POST request, with a JSON body unless the headers say otherwise."""
    return _request("POST", path, token, body, {"Content-Type": "application/json", **headers})


def _request(method: str, path: str, token: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {text}" for name, text in headers.items())]
    lines += [f"access_token: {token}"] * bool(token) + [f"Content-Length: {len(body)}"] * (method != "GET")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(  # noqa: PLR0913 — what a run of load is
    port: int,
    calls: Sequence[Call],
    *,
    seconds: float = 0.0,
    count: int = 0,
    connections: int = 4,
    anew: bool = False,
) -> Result:
    """Send `calls` again and again for `seconds`, or the first `count` of them, from another process.

    With `anew` each goes over a connection of its own.
    """
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(sending, port, calls, seconds, count, connections, anew))
    process.start()
    try:
        result: Result | BaseException = receiving.recv()
    finally:
        process.join()
    if isinstance(result, BaseException):
        raise result
    return result


def _report(sending: Any, *arguments: Any) -> None:
    try:
        sending.send(_Generator(*arguments).run())
    except (OSError, RuntimeError, EOFError) as error:
        sending.send(error)


class _Connection:
    """One connection and the reply that it is reading."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.received = b""
        self.total = 0  # bytes of the reply, head included; 0 while it is not known, _OPEN of one in chunks
        self.began = 0.0
        self.kind = ""

    def send(self, call: Call) -> None:
        self.received, self.total, self.kind = b"", 0, call.kind
        self.began = time.perf_counter()
        if self.socket.send(call.data) != len(call.data):
            raise RuntimeError("a request does not fit into the socket's buffer")

    def read(self) -> bool:
        """Read what is there; tell whether the reply is complete."""
        piece = self.socket.recv(_CHUNK)
        if not piece:
            raise EOFError("the server closed a connection in the middle of a reply")
        self.received = self.received + piece if self.received else piece
        if not self.total:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _LENGTH.search(self.received, 0, end + 2)
            is_chunked = _CHUNKED.search(self.received, 0, end + 2) is not None
            self.total = _OPEN if is_chunked else end + 4 + (int(length[1]) if length else 0)
        if self.total == _OPEN:
            return self.received.endswith(_LAST_CHUNK)
        return len(self.received) >= self.total

    def status(self) -> int:
        return int(self.received[9:12])

    def closes(self) -> bool:
        return _CLOSES.search(self.received, 0, min(self.total, 2048)) is not None


class _Generator:
    """Keeps every connection busy until the time or the calls are over."""

    def __init__(  # noqa: PLR0913, PLR0917 — as `run`
        self, port: int, calls: Sequence[Call], seconds: float, count: int, connections: int, anew: bool
    ) -> None:
        self.anew = anew
        self.port = port
        self.calls = iter(calls[:count]) if count else cycle(calls)
        self.seconds = seconds
        self.connections = min(connections, count or connections)
        self.selector = selectors.EpollSelector()
        self.statuses: Counter[int] = Counter()
        self.latencies: dict[str, list[float]] = defaultdict(list)

    def run(self) -> Result:
        began = time.perf_counter()
        until = began + self.seconds if self.seconds else float("inf")
        open_connections = sum(self._start(_Connection(self.port)) for _ in range(self.connections))
        while open_connections:
            events = self.selector.select(_PATIENCE)
            if not events:
                raise RuntimeError(f"no reply within {_PATIENCE:.0f} seconds")
            for key, _ in events:
                connection: _Connection = key.data
                if not connection.read():
                    continue
                now = time.perf_counter()
                self.latencies[connection.kind].append(now - connection.began)
                self.statuses[connection.status()] += 1
                open_connections -= not self._go_on(connection, over=now >= until)
        ended = time.perf_counter() - began
        self.latencies[ALL] = [seconds for times in self.latencies.values() for seconds in times]
        p50, p99 = ({kind: _quantile(times, at) for kind, times in self.latencies.items()} for at in (0.5, 0.99))
        return Result(ended, self.statuses.total(), self.statuses, p50, p99)

    def _go_on(self, connection: _Connection, *, over: bool) -> bool:
        """Send the next call, over a new connection where this one ends; tell whether there was one."""
        if not over and not self.anew and not connection.closes():
            call = next(self.calls, None)
            if call is not None:
                connection.send(call)
                return True
            over = True
        self.selector.unregister(connection.socket)
        connection.socket.close()
        return not over and self._start(_Connection(self.port))

    def _start(self, connection: _Connection) -> bool:
        call = next(self.calls, None)
        if call is None:
            connection.socket.close()
            return False
        self.selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(call)
        return True


def _quantile(times: list[float], at: float) -> float:
    times.sort()
    return times[min(len(times) - 1, int(len(times) * at))]
