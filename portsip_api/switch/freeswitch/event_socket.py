"""A client of FreeSWITCH's event socket: commands with their replies, and events, over one connection.

The rules of the protocol are small and unforgiving: a line break within an argument would be a second command, and
events come between a command and its reply. Source: FreeSWITCH, mod_event_socket.
"""

import socket
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import orjson

from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.switch.freeswitch.messages import Garbled, Message, Reader

Event = dict[str, Any]  # names and values as FreeSWITCH writes them: texts, and lists where a name stands twice
MOST_WAITING: Final = 10_000  # events that wait while a reply is awaited
_CHUNK: Final = 1 << 16
_REPLIES: Final = frozenset({"command/reply", "api/response"})


@dataclass(frozen=True)
class Door:
    """Where an event socket is, its password, and how many seconds a connection or a reply may take."""

    host: str
    port: int
    password: str
    timeout: float = 5.0


class EventSocket:
    """One connection that has logged in; it belongs to one thread. Every function raises SwitchUnavailable."""

    def __init__(self, door: Door) -> None:
        """Connect and log in."""
        self._timeout = door.timeout
        self._reader = Reader()
        self._arrived: deque[Message] = deque()
        self._events: deque[Event] = deque()
        self.lost = False  # whether events had to be let go, so that what is known is to be asked for again
        try:
            self._socket = socket.create_connection((door.host, door.port), door.timeout)
        except OSError as error:
            raise SwitchUnavailable("The SIP engine cannot be reached.") from error
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._log_in(door.password)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def api(self, *words: str) -> str:
        """Return what a command replies. What went wrong in it is in its words, which often begin with `-ERR`."""
        return self._ask(f"api {_line(words)}", "api/response").body.decode("utf-8", "replace").strip()

    def background(self, job: str, *words: str) -> None:
        """Begin a command whose end an event BACKGROUND_JOB tells, with the name `job`."""
        self._command(f"bgapi {_line(words)}\nJob-UUID: {_line([job])}")

    def subscribe(self, names: Iterable[str], subclasses: Iterable[str] = ()) -> None:
        """Let the events with these names come, and of CUSTOM ones those of some subclasses."""
        custom = [*subclasses]
        self._command(f"event json {_line([*names, *(['CUSTOM', *custom] if custom else [])])}")

    def send_event(self, name: str, headers: Iterable[tuple[str, str]]) -> None:
        """Let an event happen in the engine."""
        lines = [f"{_line([key])}: {_line([value])}" for key, value in headers]
        self._command("\n".join([f"sendevent {_line([name])}", *lines]))

    def event(self, seconds: float) -> Event | None:
        """Return the next event, or None when none comes within that time."""
        ends = time.monotonic() + seconds
        while not self._events:
            message = self._receive(ends)
            if message is None:
                return None
            self._sort(message)
        return self._events.popleft()

    def _log_in(self, password: str) -> None:
        ends = time.monotonic() + self._timeout
        greeting = self._receive(ends)
        if greeting is None or greeting.kind != "auth/request":
            raise SwitchUnavailable("What answers at the address of the SIP engine is none, or does not let us in.")
        self._command(f"auth {_line([password])}", "The SIP engine refuses its password.")

    def _command(self, line: str, why: str = "The SIP engine refuses a command.") -> None:
        if not self._ask(line, "command/reply").headers.get("reply-text", "").startswith("+OK"):
            raise SwitchUnavailable(why)

    def _ask(self, line: str, kind: str) -> Message:
        try:
            self._socket.settimeout(self._timeout)
            self._socket.sendall(f"{line}\n\n".encode())
        except OSError as error:
            raise SwitchUnavailable("The connection to the SIP engine broke.") from error
        ends = time.monotonic() + self._timeout
        while (message := self._receive(ends)) is not None:
            if message.kind == kind:
                return message
            self._sort(message)
        # A reply that comes later would be taken for that to the next command.
        self.close()
        raise SwitchUnavailable("The SIP engine does not answer.")

    def _sort(self, message: Message) -> None:
        """Keep an event, and see to everything else that comes unasked."""
        if message.kind == "text/disconnect-notice":
            raise SwitchUnavailable("The SIP engine ended the connection.")
        if message.kind in _REPLIES:
            raise SwitchUnavailable("The SIP engine answers what it was not asked.")
        if message.kind != "text/event-json":
            return
        try:
            event = orjson.loads(message.body)
        except orjson.JSONDecodeError as error:
            raise SwitchUnavailable("The SIP engine sends what is no event.") from error
        if len(self._events) >= MOST_WAITING:
            self._events.clear()
            self.lost = True
        self._events.append(event)

    def _receive(self, ends: float) -> Message | None:
        """Return the next message, or None when none is whole before `ends`."""
        while not self._arrived:
            left = ends - time.monotonic()
            if left <= 0:
                return None
            try:
                self._socket.settimeout(left)
                data = self._socket.recv(_CHUNK)
                self._arrived.extend(self._reader.feed(data))
            except TimeoutError:
                return None
            except (OSError, Garbled) as error:
                raise SwitchUnavailable("The connection to the SIP engine broke.") from error
            if not data:
                raise SwitchUnavailable("The SIP engine ended the connection.")
        return self._arrived.popleft()


def _line(words: Iterable[str]) -> str:
    """Return the words of a command in one line. Raises ValueError for what would be more than one."""
    line = " ".join(words)
    if any(char in line for char in "\r\n\0"):
        raise ValueError("No argument of a command has a line break in it.")
    return line
