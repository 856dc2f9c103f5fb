"""A client as CRMs have it, over Flask's test client; one line of a test states one behaviour."""

import re
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ADMIN_PASSWORD = "an administrator's passphrase"
WEB_PASSWORD = "web-secret-1"
SIP_PASSWORD = "sip-secret-1"
VOICE_PIN = "864209"
PIN = "98765432101234567890"
CANARIES = (ADMIN_PASSWORD, WEB_PASSWORD, SIP_PASSWORD, PIN)
_TOKEN = re.compile(rb"(?<![0-9A-Za-z])[0-9A-F]{32}(?![0-9A-Za-z])")
# An id of a request that has decimal digits only, as one of three millions of them has, looks like one.
_DECIMAL_ID = re.compile(rb'"request_id":"[0-9]{12}4[0-9]{3}[89][0-9]{15}"')
_DIGITS = bytes(ord("F") if byte in b"0123456789ABCDEF" else ord(" ") for byte in range(256))


class Crm:
    """Sends its token in the `access_token` header, as long as it has one."""

    def __init__(self, http: FlaskClient, token: str = "") -> None:
        self.http = http
        self.token = token

    def _headers(self) -> dict[str, str]:
        return {"access_token": self.token} if self.token else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET `/api/<path>`."""
        return self.http.get(f"/api/{path}", query_string=query, headers=self._headers())

    def post(self, path: str, **fields: Any) -> TestResponse:
        """POST `fields` as JSON to `/api/<path>`."""
        return self.http.post(f"/api/{path}", json=fields, headers=self._headers())

    def read(self, path: str, **query: Any) -> Any:
        """GET what must succeed."""
        reply = self.get(path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json

    def do(self, path: str, **fields: Any) -> Any:
        """POST what must succeed."""
        reply = self.post(path, **fields)
        assert reply.status_code == 200, reply.text
        return reply.json

    def log_in(self, name: str, password: str, **fields: Any) -> "Crm":
        """Return a client with the token of that account."""
        reply = self.do("account/credentials/verify", username=name, password=password, **fields)
        return Crm(self.http, reply["access_token"])

    def make_extension(self, number: str, **fields: Any) -> int:
        """Create an extension with known passwords and return its id."""
        fields = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD} | fields
        reply = self.do("extensions/create", extension_number=number, **fields)
        assert reply["extension_number"] == number
        return reply["id"]

    def make_group(self, name: str, **fields: Any) -> Any:
        """Create an extension group and return the reply."""
        permissions = {
            "enable_intercom": True,
            "enable_external_call": True,
            "enable_management_console_access": False,
        }
        return self.do("extensions/group/create", group_name=name, **permissions | fields)


def check_refused(reply: TestResponse, err_code: str, *fields: str) -> None:
    """The reply is the contract's error body with that code, naming those fields."""
    body = reply.json
    assert body is not None, reply.text
    assert (body.get("err_code"), set(body) - {"errors"}) == (err_code, {"err_code", "msg"}), body
    assert isinstance(body["msg"], str)
    assert reply.status_code == STATUSES[err_code], reply.status_code
    if fields:
        assert set(body["errors"]) == set(fields), body
    assert all(isinstance(text, str) for texts in body.get("errors", {}).values() for text in texts)


STATUSES = {
    "400.1": 400,
    "400.2": 400,
    "401.2": 400,
    "403.2": 400,
    "1040001": 400,
    "1050005": 400,
    "403.3": 400,
    "403.4": 401,
    "403.1": 403,
    "404.1": 404,
    "404.2": 404,
    "404.3": 404,
    "405.1": 405,
    "409.1": 409,
    "413.1": 413,
    "415.1": 415,
    "416.1": 416,
    "403.5": 429,
    "500": 500,
    "503.1": 503,
}


def check_no_secret(content: bytes, where: str) -> None:
    """No password or PIN of the suite, and nothing that looks like a token, stands in `content`."""
    for canary in CANARIES:
        assert canary.encode() not in content, f"{where} holds a secret of the suite"
    # Looking for 32 digits in a row alone is ten times as fast, and almost always enough.
    if b"F" * 32 in content.translate(_DIGITS):
        assert not _TOKEN.search(_DECIMAL_ID.sub(b"", content)), f"{where} holds a token"


def check_no_secret_in_store(folder: Path) -> None:
    """No secret stands in clear in the database of `folder`, its write-ahead log included."""
    for path in folder.glob("*.sqlite3*"):
        check_no_secret(path.read_bytes(), path.name)
