"""Clients that people had beside sipXcom, over a socket, each as it spoke: a skill, scripts, a portal, PHP."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from tests.contract.servers import Server

SECONDS: Final = 60
PHP: Final = shutil.which("php")  # with the module curl, as Debian's php-cli and php-curl have it
ANGULAR: Final = "application/json, text/plain, */*"  # what AngularJS asks for by itself
SCRIPTS: Final = Path(__file__).with_name("scripts")


class Skill:
    """A softphone's skill in Python: Basic at once, JSON where it reads JSON, and XML where nothing is asked for."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self._my = f"{server.url}/sipxconfig/rest/my"
        self._auth = (user, password)

    def speed_dials(self) -> dict[str, str]:
        """Return numbers by label."""
        found = self._ask("GET", "speeddial").json()
        return {button["label"]: button["number"] for button in found["buttons"]}

    def phonebook(self) -> bytes:
        """Return the phonebook as it comes."""
        return self._ask("GET", "phonebook").content

    def call(self, number: str) -> int:
        """Place a call as HTTP libraries do that cannot PUT nothing; return the status."""
        return self._send("PUT", f"call/{number}", data="\n").status_code

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        reply = self._send(method, path, **options)
        assert reply.status_code == 200, reply.text
        return reply

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"{self._my}/{path}", auth=self._auth, timeout=SECONDS, **options)


class Browser:
    """A page of the portal itself, written with AngularJS."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self._url = f"{server.url}/sipxconfig"
        self._session = requests.Session()
        self._session.auth = (user, password)
        self._session.headers.update(
            {"Accept": ANGULAR, "Referer": f"{server.url}/", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        )

    def ask(self, method: str, path: str, *, accept: str = ANGULAR, **options: Any) -> requests.Response:
        """Send a request below `/sipxconfig/`; what changes something names the page's origin."""
        headers = {"Accept": accept} | ({} if method == "GET" else {"Origin": self._url.removesuffix("/sipxconfig")})
        url = f"{self._url}/{path}"
        return self._session.request(method, url, headers=headers, timeout=SECONDS, allow_redirects=False, **options)


@dataclass(frozen=True)
class Printed:
    """What a script printed: the status of its last exchange and the body, and what it said of all of them."""

    status: int
    text: str
    exchanges: str


def shell(server: Server, script: str, folder: Path, **variables: str) -> list[str]:
    """Run a shell script of SCRIPTS in a folder; return the lines that it prints."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PBX": f"{server.url}/sipxconfig/rest/my", **variables}
    command = ["/bin/sh", "-eu", str(SCRIPTS / script)]
    outcome = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert outcome.returncode == 0, (outcome.stdout, outcome.stderr)
    return outcome.stdout.splitlines()


def php(server: Server, method: str, path: str, user: str, password: str) -> Printed:
    """Let PHP send a request by Digest."""
    assert PHP
    command = [PHP, "-n", *_MODULES, str(SCRIPTS / "click_to_call.php"), f"{server.url}{path}", user, password, method]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    status, _, text = outcome.stdout.partition("\n")
    return Printed(int(status), text, outcome.stderr)


def has_php() -> bool:
    """Tell whether there is a PHP whose curl can be used."""
    if not PHP:
        return False
    asked = [PHP, "-n", *_MODULES, "-r", "exit(function_exists('curl_init') ? 0 : 1);"]
    return subprocess.run(asked, capture_output=True, check=False, timeout=SECONDS).returncode == 0


_MODULES: Final = ("-d", "extension=curl")
