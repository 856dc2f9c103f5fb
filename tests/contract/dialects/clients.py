"""How kinds of clients write requests and read replies: where the token stands, what a body is labelled, what fails."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from tests.contract.servers import Server

SECONDS = 30


class Client:
    """One log-in. `places` are where its token stands (query, body, header, bearer); `label` is a body's type."""

    places: tuple[str, ...] = ("query", "body")
    label: str | None = "application/json"

    def __init__(self, server: Server) -> None:
        self.url = f"{server.url}/api"
        self.token = ""
        self.http = requests.Session()

    def log_in(self, path: str = "account/credentials/verify", **fields: Any) -> Any:
        """Log in and keep the token, which must be one."""
        reply = self.post(path, **fields)
        self.token = reply["access_token"]
        assert len(self.token) == 32
        assert reply["expires"] > 0
        return reply

    def get(self, path: str, **query: Any) -> Any:
        """GET what must succeed."""
        return self.read(self.send("GET", path, query))

    def post(self, path: str, **fields: Any) -> Any:
        """POST what must succeed."""
        return self.read(self.send("POST", path, fields))

    def refused(self, method: str, path: str, **fields: Any) -> tuple[int, str]:
        """Return status and code of what must fail."""
        reply = self.send(method, path, fields)
        return reply.status_code, reply.json()["err_code"]

    def read(self, reply: requests.Response) -> Any:
        """Return the reply as every known client reads it: 200 is a success, and any `err_code` is a failure."""
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert "err_code" not in body, body
        return body

    def rows(self, array: str, reply: Mapping[str, Any]) -> list[Any]:
        """Return the rows of a list, taken one after the other as far as `count` says."""
        return [reply[array][at] for at in range(reply["count"])]

    def sign_out(self) -> None:
        """Sign out; the token must be dead then."""
        assert self.post("account/sign_out") == {"result": "success"}
        assert self.refused("GET", "extensions/list") == (401, "403.4")

    def send(self, method: str, path: str, fields: Mapping[str, Any]) -> requests.Response:
        """Send a request in this client's own form."""
        headers = self._headers()
        own: dict[str, Any] = {"access_token": self.token} if self.token else {}
        in_query: dict[str, Any] = (
            own if "query" in self.places and (method == "GET" or "body" not in self.places) else {}
        )
        if method == "GET":
            return self.http.get(f"{self.url}/{path}", params=in_query | dict(fields), headers=headers, timeout=SECONDS)
        in_body: dict[str, Any] = own if "body" in self.places else {}
        body = self.encode(dict(fields) | in_body)
        headers |= {"Content-Type": self.label} if self.label else {}
        return self.http.post(f"{self.url}/{path}", params=in_query, data=body, headers=headers, timeout=SECONDS)

    def encode(self, fields: Mapping[str, Any]) -> bytes:
        """Return the body."""
        return json.dumps(fields).encode()

    def _headers(self) -> dict[str, str]:
        headers = {}
        if self.token and "header" in self.places:
            headers["access_token"] = self.token
        if self.token and "bearer" in self.places:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


class OldConsole(Client):
    """The administration console: its token in the query and the body, whole numbers in the place of names."""


class LaterConsole(Client):
    """A later console: its token in the header."""

    places = ("header",)


class BackOffice(Client):
    """A back office: its token in both headers, ids as texts."""

    places = ("header", "bearer")


class CrmBackEnd(Client):
    """The back end of a CRM: JSON that is labelled as a form."""

    label = "application/x-www-form-urlencoded"


class CrmInBrowser(Client):
    """A CRM in the browser: JSON that is labelled as text, so that the browser asks for no permission."""

    label = "text/plain;charset=UTF-8"


class Softphone(Client):
    """A softphone of the desk: it sends what it has as text."""

    places = ("header",)

    def encode(self, fields: Mapping[str, Any]) -> bytes:
        """Return the body, every number and flag as text."""
        return json.dumps({name: _as_text(value) for name, value in fields.items()}).encode()


class MobileSoftphone(Client):
    """A softphone of the pocket, which reads whole numbers as floating ones: none may lose a digit by that."""

    places = ("query",)

    def read(self, reply: requests.Response) -> Any:
        """Return the reply, whose numbers are compared with what a double makes of them."""
        body = super().read(reply)
        doubles = json.loads(reply.text, parse_int=float)
        assert doubles == body
        return body


class RecordingScript(Client):
    """A script that fetches recordings and past calls: it sends a body with what it only asks for."""

    places = ("header",)

    def send(self, method: str, path: str, fields: Mapping[str, Any]) -> requests.Response:
        """Send a request in this client's own form."""
        if method != "GET":
            return super().send(method, path, fields)
        headers = self._headers() | {"Content-Type": "application/json"}
        return self.http.get(f"{self.url}/{path}", params=fields, data="{}", headers=headers, timeout=SECONDS)


class Connector(Client):
    """A connector between a CRM and the PBX, with its token in the query; it calls by addresses without one."""

    places = ("query",)

    def call(self, extension: str, auth: str, to: str) -> requests.Response:
        """Place a call as a link does; only a reply without a body is a success."""
        fields = {"extension": extension, "auth": auth, "to": to, "sendsdp": "true"}
        return requests.get(f"{self.url}/extensions/call", params=fields, timeout=SECONDS)


class FormClient(Client):
    """A desktop CRM that sends forms."""

    label = "application/x-www-form-urlencoded"

    def encode(self, fields: Mapping[str, Any]) -> bytes:
        """Return a form."""
        return urlencode({name: _as_text(value) for name, value in fields.items()}, doseq=True).encode()


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return value
