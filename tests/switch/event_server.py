"""An event socket for tests, on the loopback, which misbehaves as it is told: what no recording holds."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from portsip_api.switch.freeswitch.event_socket import Door

PASSWORD = "event-socket-secret"
GREETING = b"Content-Type: auth/request\n\n"
OK = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
REFUSED = b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"

Script = Callable[["Peer"], None]


class Peer:
    """The engine's end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._file = connection.makefile("rb")

    def send(self, *parts: bytes) -> None:
        """Send parts, each on its own."""
        for part in parts:
            self.connection.sendall(part)

    def command(self) -> list[str]:
        """Return the lines of the next command; none when the client has gone."""
        lines: list[str] = []
        while (line := self._file.readline()) not in {b"", b"\n"}:
            lines.append(line.decode().rstrip("\n"))
        return lines

    def let_in(self) -> None:
        """Greet, and take the password."""
        self.send(GREETING)
        self.send(OK if self.command() == [f"auth {PASSWORD}"] else REFUSED)

    def let_in_whatever_is_said(self) -> None:
        """Greet, and take any password."""
        self.send(GREETING)
        self.command()
        self.send(OK)

    def event(self, body: bytes) -> None:
        """Send an event."""
        self.send(b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(body), body))

    def reply(self, body: bytes) -> None:
        """Answer an api command."""
        self.send(b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body))


class EventServer:
    """It plays one script for each connection, the last one again and again."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._peers: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.failures: list[BaseException] = []
        self._threads[0].start()

    def door(self, password: str = PASSWORD, timeout: float = 5.0) -> Door:
        """How to reach it."""
        return Door("127.0.0.1", self._listening.getsockname()[1], password, timeout)

    def _accept(self) -> None:
        place = 0
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            script = self._scripts[min(place, len(self._scripts) - 1)]
            place += 1
            self._peers.append(connection)
            thread = threading.Thread(target=self._play, args=(script, connection), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, script: Script, connection: socket.socket) -> None:
        try:
            script(Peer(connection))
        except OSError:
            pass
        except BaseException as error:  # noqa: BLE001 — told to the test's own thread
            self.failures.append(error)
        _end(connection)

    def close(self) -> None:
        """End it, and tell what went wrong in a script."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for peer in self._peers:
            _end(peer)
        for thread in list(self._threads):
            thread.join(10)
        if self.failures:
            raise self.failures[0]


@contextmanager
def serving(*scripts: Script) -> Iterator[EventServer]:
    """An event socket while the block runs."""
    server = EventServer(*scripts)
    try:
        yield server
    finally:
        server.close()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
