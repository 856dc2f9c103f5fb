"""curl as the vendor's pages use it."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD

CURL = shutil.which("curl") or "curl"


@dataclass(frozen=True)
class Answer:
    """What curl printed, and the status."""

    status: int
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def xml(self) -> Element:
        root: Element = fromstring(self.text)
        return root


class Curl:
    """curl with the page's options."""

    def __init__(self, server: Server) -> None:
        self._host = server.url.removeprefix("http://")

    def __call__(self, *options: str, path: str, user: str = "superadmin") -> Answer:
        """Run `curl -k <options> http://<user>:<password>@<host>/sipxconfig/<path>`."""
        password = ADMIN_PASSWORD if user == "superadmin" else WEB_PASSWORD
        url = f"http://{user}:{password.replace(' ', '%20')}@{self._host}/sipxconfig/{path}"
        command = [CURL, "-k", "--silent", "--show-error", "--write-out", "\n%{http_code}", *options, url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        text, _, status = printed.rpartition("\n")
        return Answer(int(status), text)
