"""A web server on a free port of the loopback, for tests that fetch; each path has an answer that the test wrote."""

import contextlib
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Notes the request, and answers as its path says."""

    protocol_version = "HTTP/1.1"
    server: "Web"

    def do_GET(self) -> None:
        """Answer a request, and end the connection."""
        self.close_connection = True
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.answers[self.path](self)

    def send(self, raw: bytes) -> None:
        """Send exactly this."""
        self.wfile.write(raw)
        self.wfile.flush()

    def wait_for_end(self) -> None:
        """Wait until the client ends the connection."""
        self.rfile.read()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Web(ThreadingHTTPServer):
    """The server: what it answers, what it was asked, and how many connections it has seen."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.connections = 0

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """The URL of a path."""
        return f"{scheme}://{host}:{self.port}{path}"

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection."""
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that ends the connection early is what many of these tests are about."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Run a server, with TLS or without, while the body runs."""
    with Web() as web:
        if tls:
            # The handshake belongs to the connection's own thread: here it would hold up all others.
            web.socket = tls.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield web
        finally:
            web.shutdown()
            thread.join()


def ok(content: bytes) -> Answer:
    """The answer that is a file."""
    return raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)


def redirect(location: str, status: int = 302) -> Answer:
    """The answer that leads elsewhere."""
    return raw(b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, location.encode("latin-1")))


def raw(reply: bytes) -> Answer:
    """The answer of exactly these bytes, after which the connection ends."""
    return lambda handler: handler.send(reply)
