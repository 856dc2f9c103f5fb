"""The network under a fetch: names, connections, TLS, and a wire that keeps to a deadline and to a number of bytes."""

import http.client
import io
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from portsip_api.store.clock import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True)
class Endpoint:
    """One address to connect to, as the resolver told it."""

    family: int
    address: tuple[Any, ...]  # as `socket.connect` takes it: host, port and, for IPv6, two numbers more

    @property
    def host(self) -> str:
        """The IP address."""
        return str(self.address[0])


class Network:
    """The system's resolver, its sockets and its certificate authorities. A test puts another in its place."""

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """Return every address of `host`. Raises socket.gaierror."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        return [Endpoint(family, address) for family, _, _, _, address in found]

    def connect(self, endpoint: Endpoint, seconds: float) -> socket.socket:
        """Return a connection to exactly this endpoint, made within `seconds`. Raises OSError."""
        connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(endpoint.address)
        except BaseException:
            connection.close()
            raise
        return connection

    def tls(self) -> ssl.SSLContext:
        """Return a context that checks certificates and host names."""
        return ssl.create_default_context()

    def resolve_within(self, host: str, port: int, deadline: Deadline) -> list[Endpoint]:
        """Return every address of `host`. Raises socket.gaierror, and TimeoutError at the deadline.

        The system's resolver takes no deadline, so it is asked in a thread that may outlive the question.
        """
        answer: Future[list[Endpoint]] = Future()
        threading.Thread(target=_answer, args=(answer, self.resolve, host, port), name="resolve", daemon=True).start()
        return answer.result(max(deadline.remaining(), 0))


def _answer(
    answer: Future[list[Endpoint]], resolve: Callable[[str, int], list[Endpoint]], host: str, port: int
) -> None:
    try:
        answer.set_result(resolve(host, port))
    except OSError as error:
        answer.set_exception(error)


class Wire(io.RawIOBase):
    """A connection that http.client reads from: each read ends at the deadline, and all of them at a number of bytes.

    A time limit for a single read would not do: whoever sends a byte before each of them ends could go on for ever.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, allowance: int) -> None:
        """`allowance` is how many more bytes may be read; it can be set anew."""
        self._connection = connection
        self._deadline = deadline
        self.allowance = allowance

    def sendall(self, data: bytes) -> None:
        """Send it all. Raises OSError, and TimeoutError at the deadline."""
        self._await()
        self._connection.sendall(data)

    def response(self) -> http.client.HTTPResponse:
        """Return the reply to a GET, of which nothing has been read yet."""
        # All it asks of a socket is a file to read from; `makefile` below gives it one that minds the deadline.
        return http.client.HTTPResponse(cast("socket.socket", self), method="GET")

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the file to read from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read what has come, at least a byte. Raises OSError, TimeoutError and, over the allowance, HTTPException."""
        if self.allowance <= 0:
            raise http.client.HTTPException
        self._await()
        count = self._connection.recv_into(memoryview(buffer)[: self.allowance])
        self.allowance -= count
        return count

    def _await(self) -> None:
        seconds = self._deadline.remaining()
        if seconds <= 0:
            raise TimeoutError
        self._connection.settimeout(seconds)
