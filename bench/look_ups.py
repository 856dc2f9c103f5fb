"""What FreeSWITCH asks for a call, as it was seen to ask: `forms/` has a field a line, with places for what differs."""

import base64
import urllib.request
import uuid
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from bench.load import post

SECRET: Final = "a-secret-of-the-engine-in-a-benchmark"
_LOGIN: Final = base64.b64encode(f"freeswitch:{SECRET}".encode()).decode()
_HEADERS: Final = {
    "User-Agent": "freeswitch-xml/1.0",
    "Accept": "*/*",
    "Authorization": f"Basic {_LOGIN}",
    "Content-Type": "application/x-www-form-urlencoded",
}


def form(section: str, caller: str, called: str) -> bytes:
    """Return what is asked for a new call: of the directory whether the caller may call, of the dialplan what then."""
    text = _template(section).replace("=UUID", f"={uuid.uuid4()}")
    return text.replace("CALLER", quote(caller)).replace("CALLED", quote(called)).encode()


def request(path: str, content: bytes) -> bytes:
    """Return the request that asks with a form."""
    return post(f"/engine/freeswitch/{path}", content, **_HEADERS)


def ask(port: int, section: str, content: bytes) -> bytes:
    """Ask, and return the document. Raises HTTPError."""
    address = f"http://127.0.0.1:{port}/engine/freeswitch/{section}"
    with urllib.request.urlopen(urllib.request.Request(address, content, _HEADERS), timeout=30) as reply:
        document: bytes = reply.read()
        return document


@cache
def _template(section: str) -> str:
    return "&".join((Path(__file__).with_name("forms") / f"{section}.txt").read_text(encoding="ascii").splitlines())
