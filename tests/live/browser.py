"""A phone in a browser, over WebSockets: JsSIP in Debian's Chromium, both as they are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.contract.servers import wait_until
from tests.contract.test_docs_page import CHROMIUM, FLAGS
from tests.contract.test_generated_clients import MODULES
from tests.web import Web, raw

__all__ = ["CHROMIUM", "FLAGS", "HAS_JSSIP", "OF_SOUND", "PAGE", "Softphone"]
HAS_JSSIP = (MODULES / "jssip").is_dir()
# Addresses of this machine are told as they are, and sound may come and go by itself.
OF_SOUND = (
    "allow-loopback-in-peer-connection",
    "disable-features=WebRtcHideLocalIpsWithMdns",
    "autoplay-policy=no-user-gesture-required",
)
_PACKAGES = ("jssip", "debug", "ms", "events", "sdp-transform")
_SCRIPT = Path(__file__).with_name("softphone.js")
PAGE = raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<!doctype html>")


class Softphone:
    """A page with a phone in it."""

    def __init__(self, page: Any, web: Web, url: str, address: str, password: str, hertz: float) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(web.url("/"))  # of this machine, where a page may use sound and reach the engine
        page.add_script_tag(
            content=f"const modules = {json.dumps(dict(_sources()))}; const mains = {json.dumps(_mains())};"
        )
        page.add_script_tag(content=_SCRIPT.read_text())
        page.evaluate("told => start(...told)", [url, address, password, hertz])

    def wait(self, *wanted: str) -> str:
        """Return which of some things has happened, waiting for it."""

        def found() -> str:
            return next((one for one in self.page.evaluate("seen") if one in wanted), "")

        try:
            return wait_until(found, f"{wanted}", 20)
        finally:
            assert self.complaints == []

    def forget(self) -> None:
        """Forget what has happened."""
        self.page.evaluate("void (seen.length = 0)")

    def call(self, number: str) -> None:
        """Call a number."""
        self.page.evaluate("number => call(number)", number)

    def answer(self) -> None:
        """Take the call that rings."""
        self.page.evaluate("answer()")

    def hang_up(self) -> None:
        """End the call."""
        self.page.evaluate("session.terminate()")

    def hears(self, hertz: float) -> bool:
        """Tell whether that tone is the loudest that comes, waiting for it."""
        wait_until(lambda: abs(self.page.evaluate("loudest()") - hertz) < 15, f"{hertz} Hz", 15)
        return True


def _mains() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        told = json.loads((MODULES / name / "package.json").read_text())
        main = (MODULES / name / (told.get("browser") or told["main"])).resolve()
        places = (main, main.with_suffix(".js"), main / "index.js")
        found[name] = str(next(one for one in places if one.is_file()).relative_to(MODULES.resolve()))
    return found


def _sources() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        folder = MODULES / name
        for path in (*folder.rglob("*.js"), folder / "package.json"):
            if "test" not in path.parts and "tests" not in path.parts:
                yield str(path.relative_to(MODULES)), path.read_text(encoding="utf-8")
