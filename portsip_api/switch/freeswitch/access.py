"""The two secrets between this server and FreeSWITCH, each in a file, and where its event socket is.

A file is read again when it was replaced, so that a secret is changed without a restart.
"""

import secrets
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from portsip_api import settings
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.store.files import write_atomically
from portsip_api.switch.freeswitch.event_socket import Door


def door() -> Door:
    """Return how the event socket is reached. Raises SwitchUnavailable, without the file of its password."""
    parts = urlsplit(settings.current().switch_url)
    return Door(parts.hostname or "", parts.port or 0, _read(settings.current().switch_password_path))


def secret() -> str:
    """Return what FreeSWITCH proves with that it asks. Raises SwitchUnavailable, without its file."""
    return _read(settings.current().switch_secret_path)


def _read(path: Path) -> str:
    try:
        status = path.stat()
        text = _content(path, status.st_mtime_ns, status.st_ino, status.st_size)
    except (OSError, UnicodeDecodeError) as error:
        raise SwitchUnavailable(f"The SIP engine's secret in {path.name} cannot be read.") from error
    if not text:
        raise SwitchUnavailable(f"There is no secret in {path.name}.")
    return text


@lru_cache(maxsize=4)  # asked for with each look-up, of which reading the file took a thirtieth
def _content(path: Path, *_: int) -> str:
    return path.read_text(encoding="ascii").strip()


def make() -> None:
    """Make the two secrets, each in a file that its owner alone can read, where they are missing."""
    for path in (settings.current().switch_password_path, settings.current().switch_secret_path):
        if not path.exists():
            write_atomically(path, f"{secrets.token_urlsafe(32)}\n".encode())
