"""What a person at a terminal is told when the server answers. A log has no use for it."""

import os
import sys
from collections.abc import Iterable

from portsip_api.pbx.access.administrators import FIRST_NAME


def say(addresses: Iterable[str]) -> None:
    """Print the addresses (`http://host:port`), the page to open and how to log in, where the output is a terminal."""
    terminal = next((stream for stream in (sys.stdout, sys.stderr) if stream.isatty()), None)
    if terminal is None:
        return
    lines = [f"The PBX answers at {address}\nOpen {address}/docs in a browser" for address in addresses]
    lines.append(
        f"Log in as {FIRST_NAME} with the password that `pbx init` has printed once;"
        f" `pbx admin passwd {FIRST_NAME}` sets another one.\nCtrl+C stops the server."
    )
    # In one piece, past the buffers: other processes write log lines to the same terminal.
    terminal.flush()
    os.write(terminal.fileno(), "\n".join(["", *lines, ""]).encode())
