"""Digests as `requests` computes them, over Flask's test client."""

from flask.testing import FlaskClient
from requests.auth import HTTPDigestAuth
from urllib3 import HTTPResponse
from werkzeug.test import TestResponse


class Digest(HTTPDigestAuth):
    """Holds one server nonce and counts its uses, as a session does."""

    def __init__(self, name: str, password: str) -> None:
        super().__init__(name, password)
        self.init_per_thread_state()

    def challenged_by(self, reply: TestResponse | HTTPResponse, algorithm: str) -> "Digest":
        """Take up the challenge of `reply`, of the test client or the `raw` one of requests, for `algorithm`."""
        for challenge in reply.headers.getlist("WWW-Authenticate"):
            if challenge.startswith("Digest") and f"algorithm={algorithm}" in challenge:
                fields = dict(part.split("=", 1) for part in challenge.removeprefix("Digest ").split(", "))
                self._thread_local.chal = {name: text.strip('"') for name, text in fields.items()}
                return self
        raise AssertionError(reply.headers)

    def header(self, method: str, path: str) -> dict[str, str]:
        """Return the header for a request to `path`."""
        return {"Authorization": self.build_digest_header(method, f"http://localhost{path}") or ""}

    def send(self, http: FlaskClient, method: str, path: str, **options: object) -> TestResponse:
        """Send a request."""
        return http.open(path, method=method, headers=self.header(method, path), **options)  # type: ignore[arg-type]
