"""What carries the SIP messages of a phone or a carrier of the tests: datagrams, or streams with TLS or without."""

import queue
import re
import select
import socket
import ssl
import threading
import time

_ENOUGH = re.compile(rb"\ncontent-length: *(\d+)", re.IGNORECASE)


class Datagrams:
    """UDP at a free port of an address."""

    name = "UDP"
    parameter = ""

    def __init__(self, host: str, server: tuple[str, int]) -> None:
        self._server = server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.settimeout(0.2)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    def send(self, data: bytes) -> None:
        """Send a message to the engine."""
        self._socket.sendto(data, self._server)

    def receive(self) -> bytes:
        """Return the next message, or nothing where none comes for a moment."""
        try:
            return self._socket.recv(65_535)
        except TimeoutError:
            return b""

    def close(self) -> None:
        """End it."""
        self._socket.close()


class _Messages:
    """Takes a stream to pieces: each message says how long it is."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> list[bytes]:
        """Return the messages that are whole now."""
        self._rest += data
        found: list[bytes] = []
        while True:
            self._rest = self._rest.lstrip(b"\r\n")  # which keeps a connection open
            head, end, body = self._rest.partition(b"\r\n\r\n")
            told = _ENOUGH.search(head)
            if not end or told is None or len(body) < int(told[1]):
                return found
            length = int(told[1])
            found.append(head + end + body[:length])
            self._rest = body[length:]


class Streams:
    """Connections: those that come to a free port of an address, and one to the engine where none has come.

    `listening` and `calling` are how TLS is spoken there; None: it is not.
    """

    def __init__(
        self, host: str, server: tuple[str, int], listening: ssl.SSLContext | None, calling: ssl.SSLContext | None
    ) -> None:
        self.name = "TLS" if calling else "TCP"
        self.parameter = f";transport={self.name.lower()}"
        self._host, self._server, self._listening, self._calling = host, server, listening, calling
        self._socket = socket.create_server((host, 0))
        self._socket.settimeout(0.2)
        self._received: queue.Queue[bytes] = queue.Queue()
        self._connection: socket.socket | None = None
        self._ended = threading.Event()
        self._speaking = threading.Lock()  # OpenSSL lets no two threads at one connection
        self.failures: queue.Queue[str] = queue.Queue()  # of those who were not let in, or went at once
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def port(self) -> int:
        """Where it is reached: a phone that has a connection of its own is reached over that."""
        connection = self._connection if self._listening is None and self.name == "TLS" else None
        port: int = (connection or self._socket).getsockname()[1]
        return port

    def connect(self) -> None:
        """Open a connection to the engine. Raises ssl.SSLError where it is not who it should be."""
        plain = socket.create_connection(self._server, 5, (self._host, 0))
        made = self._calling.wrap_socket(plain, server_hostname=self._server[0]) if self._calling else plain
        self._serve(made)

    def send(self, data: bytes) -> None:
        """Send a message over the last connection that there is."""
        if self._connection is None:
            self.connect()
        connection = self._connection
        assert connection is not None
        with self._speaking:
            connection.settimeout(5)
            connection.sendall(data)

    def receive(self) -> bytes:
        """Return the next message, or nothing where none comes for a moment."""
        try:
            return self._received.get(timeout=0.2)
        except queue.Empty:
            return b""

    def close(self) -> None:
        """End all."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _start(self, what: object, *arguments: object) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                plain = self._socket.accept()[0]
            except TimeoutError:
                continue
            plain.settimeout(5)
            try:
                made = self._listening.wrap_socket(plain, server_side=True) if self._listening else plain
            except (OSError, ssl.SSLError) as error:
                self.failures.put(str(error))
                plain.close()
                continue
            self._serve(made)

    def _serve(self, connection: socket.socket) -> None:
        self._connection = connection
        self._start(self._read, connection)

    def _read(self, connection: socket.socket) -> None:
        messages, has_come = _Messages(), False
        with connection:
            while not self._ended.is_set():
                if not select.select([connection], [], [], 0.2)[0]:
                    continue
                data = self._taken(connection)
                if data is None:
                    continue
                if not data:
                    break
                for message in messages.take(data):
                    has_come = True
                    self._connection = connection  # over which it is answered
                    self._received.put(message)
        if not has_come:
            self.failures.put("nothing was said")
        if self._connection is connection:
            self._connection = None

    def _taken(self, connection: socket.socket) -> bytes | None:
        """Return what has come: None while that is not whole yet, nothing at the end."""
        with self._speaking:
            connection.settimeout(0)
            try:
                return connection.recv(65_535)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            except OSError:
                return b""


def wait_failure(wire: Streams, within: float = 15.0) -> str:
    """Return why somebody was not let in, or went, waiting for it."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        if not wire.failures.empty():
            return wire.failures.get()
        time.sleep(0.05)
    raise AssertionError("nobody has gone")
