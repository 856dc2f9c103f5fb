"""A client as portals and scripts have it, over Flask's test client: it logs in with every request."""

from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

XML = "text/xml"
JSON = "application/json"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


class Portal:
    """Sends HTTP Basic, as long as it has a name."""

    def __init__(self, http: FlaskClient, name: str = "", password: str = "") -> None:
        self.http = http
        self.auth = (name, password) if name else None

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Send a request to `/sipxconfig/<path>`: text is XML, anything else JSON; `accept` and `type` as given."""
        headers = dict(options.pop("headers", {}))
        if "accept" in options:
            headers["Accept"] = options.pop("accept")
        content_type = options.pop("type", None)
        if isinstance(body, str | bytes):
            options |= {"data": body, "content_type": content_type or XML}
        elif body is not None:
            options |= {"json": body}
        return self.http.open(f"/sipxconfig/{path}", method=method, auth=self.auth, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.ask("GET", path, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """PUT."""
        return self.ask("PUT", path, body, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """POST."""
        return self.ask("POST", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """DELETE."""
        return self.ask("DELETE", path, body, **options)

    def read(self, path: str, **options: Any) -> Any:
        """GET as JSON what must succeed."""
        reply = self.get(path, accept=JSON, **options)
        assert reply.status_code == 200, reply.text
        return reply.json

    def read_xml(self, path: str, **options: Any) -> Element:
        """GET as XML what must succeed, and return the root element."""
        reply = self.get(path, accept=XML, **options)
        assert reply.status_code == 200, reply.text
        return fromstring(reply.text)

    def make(self, path: str, body: Any) -> int:
        """Create an object by PUT under `/rest` or POST under `/api`, and return its id."""
        reply = self.ask("PUT" if path.startswith("rest/") else "POST", path, body)
        if path.startswith("rest/"):
            check_outcome(reply, 201, "SUCCESS_CREATED", "Created")
            return int(fromstring(reply.text).findtext("data/id") or "0")
        assert reply.status_code == 200, reply.text
        return int(reply.text)


def check_outcome(reply: TestResponse, status: int, code: str, message: str | None = None, **data: Any) -> None:
    """The reply is the `response` body with that code, in one line, and that data when any is given."""
    assert reply.status_code == status, (reply.status_code, reply.text)
    assert reply.content_type == "text/xml; charset=UTF-8"
    assert reply.text.startswith(f"{DECLARATION}<response><code>{code}</code><message>"), reply.text
    assert "\n" not in reply.text
    root = fromstring(reply.text)
    assert message is None or root.findtext("message") == message, reply.text
    if data:
        found = {child.tag: child.text for child in root.find("data") or ()}
        assert found == {name: str(value) for name, value in data.items()}, reply.text


def check_refused(reply: TestResponse, status: int, *words: str) -> None:
    """The reply is an error of either stack with that status, whose sentence holds `words` and no trace of a stack."""
    assert reply.status_code == status, (reply.status_code, reply.text)
    for word in words:
        assert word in reply.text, reply.text
    assert "Traceback" not in reply.text
    assert reply.content_type in {"text/xml; charset=UTF-8", "text/plain; charset=UTF-8", JSON}, reply.content_type
