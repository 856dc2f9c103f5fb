"""The one process that serves the sockets, in one thread for all: whoever holds a lock that dies with its holder.

Workers write events into an outbox with what makes them happen; here they are taken from it, several times a second.
Source: contract `portsip-more.md`, section 5; DESIGN, decision 13.
"""

import asyncio
import atexit
import http
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import peewee
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from portsip_api import settings
from portsip_api.pbx.events import outbox
from portsip_api.pbx.events.outbox import Happening
from portsip_api.portsip.events.asking import Askers
from portsip_api.portsip.events.sessions import Session
from portsip_api.setting_kinds import IPNetwork
from portsip_api.store import database
from portsip_api.store.files import FileLock
from portsip_api.store.sqlite_file import StoreUnavailable, is_unavailable

AddressOf = Callable[[str, str, Sequence[IPNetwork]], str]
PATHS: Final = ("/", "/wsi")
MOST_SOCKETS: Final = 1_000
MOST_WAITING: Final = 1_000  # messages to a client that reads slowly
LOG_IN_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 5.0  # until the lock or the address is tried again
_THREADS: Final = 4  # that ask the store; a log-in takes a while
_POLL_SECONDS: Final = 0.2
_CHECK_SECONDS: Final = 5.0  # between two looks at whether log-ins are still good, and the outbox's own cleaning
_PING_SECONDS: Final = 30.0
_LARGEST: Final = 32 << 10  # bytes of a command
_FORBIDDEN, _UNSUPPORTED, _BUSY = 1008, 1003, 1013  # why a socket is closed; RFC 6455, section 7.4

_log = logging.getLogger("pbx.events")


class _Client:
    """A socket, whoever is at its other end, and what waits to be sent to it."""

    def __init__(self, connection: ServerConnection, session: Session) -> None:
        self.connection = connection
        self.session = session
        self.is_busy = False  # with a command, before whose reply nothing else is told
        self.backlog: list[Happening] = []
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)

    def put(self, texts: Sequence[str | None]) -> None:
        """Let texts be sent; None closes the socket. A client that reads too slowly is cut off."""
        try:
            for text in texts:
                self._waiting.put_nowait(text)
        except asyncio.QueueFull:
            self.connection.transport.abort()

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Tell what of these events is for this client, behind the reply that it waits for."""
        if self.is_busy:
            self.backlog += happenings
        else:
            self.put(self.session.told(happenings))

    async def answer(self, text: str, askers: Askers) -> None:
        """Do a command."""
        self.is_busy = True
        replies = await askers.do(lambda: self.session.receive(text))
        self.is_busy = False
        backlog, self.backlog = self.backlog, []
        self.put([*replies, *self.session.told(backlog), *([None] if self.session.is_over else [])])

    async def write(self) -> None:
        """Send what waits, until the socket is closed."""
        while (text := await self._waiting.get()) is not None:
            await self.connection.send(text)
        await self.connection.close(_FORBIDDEN)


class Server:
    """Waits in a thread of its own to become the one that serves, and then does until it is stopped."""

    def __init__(self, address: str, lock: FileLock, address_of: AddressOf) -> None:
        """Nothing is served yet; `address_of` tells a client's address behind trusted proxies."""
        host, _, port = address.rpartition(":")
        self._place = (host.strip("[]"), int(port))
        self._lock = lock
        self._address_of = address_of
        self._askers = Askers(_THREADS)
        self._clients: set[_Client] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def stop(self) -> None:
        """Close all sockets and give the place to another."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._lock.acquire(wait=False):
                    try:
                        asyncio.run(self._serve())
                    finally:
                        self._lock.release()
            except OSError as error:
                _log.warning("Events cannot be served: %s.", error.strerror)
            self._stopping.wait(_RETRY_SECONDS)

    async def _serve(self) -> None:
        options: dict[str, Any] = {"ping_interval": _PING_SECONDS, "max_size": _LARGEST, "max_queue": 4}
        options |= {"process_request": _admit, "server_header": None, "logger": _log, "compression": None}
        async with serve(self._handle, *self._place, **options) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            _log.info("Process %d tells of events at port %d.", os.getpid(), port)
            last = await self._askers.do(outbox.listen)
            try:
                await self._tell(last)
            finally:
                outbox.stop()
                database.db.leave()

    async def _handle(self, connection: ServerConnection) -> None:
        if len(self._clients) >= MOST_SOCKETS:
            await connection.close(_BUSY)
            return
        client = _Client(connection, Session(self._address(connection)))
        self._clients.add(client)
        writer = asyncio.create_task(client.write())
        late = asyncio.get_running_loop().call_later(LOG_IN_SECONDS, _hang_up_on_nobody, client)
        try:
            async for message in connection:
                if not isinstance(message, str):
                    await connection.close(_UNSUPPORTED)
                    break
                await client.answer(message, self._askers)
                if client.session.is_over:
                    await writer  # which sends what is left, and closes
                    break
        except ConnectionClosed:
            pass
        finally:
            late.cancel()
            writer.cancel()
            self._clients.discard(client)

    async def _tell(self, last: int) -> None:
        """Take events from the outbox and tell them, until the server is stopped."""
        forgotten, checked = last, time.monotonic()
        while not self._stopping.is_set():
            happenings: list[Happening] = []
            try:
                happenings = await self._askers.do(partial(outbox.take, last))
                for client in list(self._clients) if happenings else ():
                    client.tell(happenings)
                last = happenings[-1].id if happenings else last
                if time.monotonic() - checked >= _CHECK_SECONDS:
                    checked = time.monotonic()
                    await self._hang_up_on_the_dead()
                    if last > forgotten:
                        await self._askers.do(partial(outbox.forget, last))
                        forgotten = last
            except (peewee.OperationalError, StoreUnavailable) as error:
                if not is_unavailable(error):
                    raise
            if not happenings:
                await asyncio.sleep(_POLL_SECONDS)

    async def _hang_up_on_the_dead(self) -> None:
        """Close the sockets of accounts and tokens that are not what they were when they logged in."""
        clients = [client for client in self._clients if client.session.identity is not None]
        dead = await self._askers.do(lambda: [client for client in clients if not client.session.lives()])
        for client in dead:
            client.put([None])

    def _address(self, connection: ServerConnection) -> str:
        peer = str(connection.remote_address[0])
        trusted = settings.current().trusted_proxies
        told = connection.request.headers.get_all("X-Forwarded-For") if connection.request is not None else []
        return self._address_of(peer, ",".join(told), trusted) if trusted and told else peer


def _hang_up_on_nobody(client: _Client) -> None:
    if client.session.identity is None:
        client.put([None])


def _admit(connection: ServerConnection, request: Request) -> Response | None:
    """Return the answer to a request for another address than that of the events."""
    if urlsplit(request.path).path in PATHS:
        return None
    return connection.respond(http.HTTPStatus.NOT_FOUND, "Events are told at /wsi.\n")


def start(address_of: AddressOf) -> None:
    """Serve events in this process, or stand by while another process does, where the settings say so."""
    configured = settings.current()
    if not configured.events:
        return
    server = Server(configured.events, FileLock(configured.data_path / "events.lock"), address_of)
    server.start()
    atexit.register(server.stop)
