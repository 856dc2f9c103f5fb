"""Ports for an engine, which has to be told them before it starts.

They are below those that the system gives to whoever asks for none in particular, so that no connection of another
program takes one before the engine does.
"""

import random
import socket
from contextlib import ExitStack, suppress
from typing import Final

_PORTS: Final = range(10_000, 20_000)
_FIRST_OF_AUDIO: Final = range(20_000, 30_000, 2)
_OF_AUDIO: Final = 2_000

_random = random.SystemRandom()  # two runs at a time take other ones, whatever seed a test sets


def free(*names: str) -> dict[str, int]:
    """Return a port of the loopback for each name, another one each, which nobody has now over TCP nor over UDP."""
    found: dict[str, int] = {}
    for port in _random.sample(_PORTS, len(_PORTS)):
        if len(found) == len(names):
            break
        with ExitStack() as stack, suppress(OSError):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            found[names[len(found)]] = port
    return found


def audio() -> str:
    """Return a range of ports for audio, as `pbx switch config` takes it."""
    first = _random.choice(_FIRST_OF_AUDIO)
    return f"{first}-{first + _OF_AUDIO}"
