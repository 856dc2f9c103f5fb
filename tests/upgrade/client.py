"""A client of both APIs over a socket."""

from typing import Any

import requests

from tests.upgrade.ask import password_of


class Api:
    """Both APIs of a running server, as the administrator unless another is named; what fails ends the recording."""

    def __init__(self, url: str, host: str, tenant_id: int) -> None:
        self._url, self._host, self._tenant_id = url, host, tenant_id
        self._session = requests.Session()
        login = {"username": "admin", "password": password_of("admin")}
        self._token = self._send("POST", "api/account/credentials/verify", json=login).json()["access_token"]

    def crm(self, path: str, **fields: Any) -> Any:
        """POST `fields` to `/api/<path>` and return the JSON."""
        fields = {"access_token": self._token, "tenant_id": self._tenant_id} | fields
        return self._send("POST", f"api/{path}", json=fields).json()

    def shown(self, path: str, **query: str) -> Any:
        """GET `/api/<path>` and return the JSON."""
        query = {"access_token": self._token, "tenant_id": str(self._tenant_id)} | query
        return self._send("GET", f"api/{path}", params=query).json()

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """POST a form with a file to `/api/<path>` and return the JSON."""
        form = {"access_token": self._token, "tenant_id": str(self._tenant_id)} | fields
        return self._send("POST", f"api/{path}", data=form, files={"file": (name, content)}).json()

    def portal(self, method: str, path: str, body: Any = None, user: str = "superadmin", **options: Any) -> Any:
        """Send JSON, or text as it is, to `/sipxconfig/<path>`, and return the JSON or text of the reply."""
        if isinstance(body, str):
            options |= {"data": body, "headers": {"Content-Type": "text/plain"}}
        elif body is not None:
            options["json"] = body
        options["headers"] = {"Accept": "application/json", "Host": self._host} | options.get("headers", {})
        reply = self._send(method, f"sipxconfig/{path}", auth=(user, password_of(user)), **options)
        return reply.json() if reply.headers.get("Content-Type", "").startswith("application/json") else reply.text

    def made(self, path: str, body: Any) -> int:
        """Make an object by PUT under `rest/` or POST under `api/`, and return its id."""
        reply = self.portal("PUT" if path.startswith("rest/") else "POST", path, body)
        return int(reply["response"]["data"]["id"] if path.startswith("rest/") else reply)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        reply = self._session.request(method, f"{self._url}/{path}", timeout=60, **options)
        assert reply.ok, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply
