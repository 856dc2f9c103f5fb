"""A proxy on the loopback between the engine and this server."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Seen = Callable[[str, bytes, int, bytes], None]  # a path and what was sent there, a status and what was replied


@contextmanager
def before(url: str, *, first: Callable[[], object] = lambda: None, seen: Seen = lambda *_: None) -> Iterator[str]:
    """Stand between the engine and the server at `url`, and yield where.

    `first` is done before a request is passed on, and each is `seen` with its reply; a server that is away is a 502.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Pass a request on."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            first()
            status, content = self.asked(body)
            seen(self.path, body, status, content)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def asked(self, body: bytes) -> tuple[int, bytes]:
            """Ask the server."""
            kept = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            asked = urllib.request.Request(url + self.path, body, headers, method="POST")
            try:
                with urllib.request.urlopen(asked, timeout=30) as reply:
                    return reply.status, reply.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()
            except OSError:
                return 502, b""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Proxy(ThreadingHTTPServer):
        request_queue_size = 200
        daemon_threads = True

    with Proxy(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_address[1]}"
        finally:
            proxy.shutdown()
            thread.join()
