"""A client that watches over WebSocket: its socket, and its commands."""

import json
import re
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.contract.servers import Server, wait_until

SECONDS = 60
_SERVING = re.compile(r"Process (\d+) tells of events at port (\d+)\.")


def serving(server: Server) -> list[tuple[str, str]]:
    """The processes that have served the sockets, the last one last, each with its port."""
    return _SERVING.findall(server.log())


def opened(server: Server, path: str = "/wsi") -> ClientConnection:
    """A socket to whichever process serves them."""
    found = wait_until(lambda: serving(server), "a process serves the events")
    return connect(f"ws://127.0.0.1:{found[-1][1]}{path}", open_timeout=SECONDS)


def say(socket: ClientConnection, **command: Any) -> str:
    """Send a command and return the next message, as it is."""
    socket.send(json.dumps(command))
    return str(socket.recv(timeout=SECONDS))
