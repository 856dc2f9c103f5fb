"""A server that is slow: a proxy on the loopback between the engine and this server, which waits before it asks."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Slowness:
    """How many seconds each answer takes longer, from the next request on; and how many requests have waited."""

    seconds = 0.0
    waited = 0


@contextmanager
def before(url: str, slowness: Slowness) -> Iterator[str]:
    """Stand between the engine and the server at `url`, and yield where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Wait, and pass it on."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if slowness.seconds:
                slowness.waited += 1
                time.sleep(slowness.seconds)
            kept = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            asked = urllib.request.Request(url + self.path, body, headers, method="POST")
            try:
                with urllib.request.urlopen(asked, timeout=30) as reply:
                    status, content = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, content = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

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
