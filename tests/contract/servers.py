"""Real servers for tests: gunicorn and uWSGI, each a process of its own on a free port of the loopback.

The server itself picks the port (it is told port 0) and names it in its log, so that no two tests can race for one.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import requests

from tests.crm import check_no_secret, check_no_secret_in_store

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("gunicorn", "uwsgi")
DEADLINE = 60.0  # seconds; generous, since a test machine may be busy

_COMMANDS = {"gunicorn": ("gunicorn", "app:app"), "uwsgi": ("uwsgi", "--ini", "wsgi.ini")}
_PORT = re.compile(r"(?:Listening at: http://|bound to TCP address )127\.0\.0\.1:([0-9]+)")

_LOADED = "WSGI app 0 (mountpoint='') ready"

T = TypeVar("T")


def wait_until(probe: Callable[[], T], what: str, seconds: float = DEADLINE) -> T:
    """Return the first truthy result of `probe`. Fails with `what` when there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := probe()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)
    return result


class Server:
    """One server: its master process, the port it listens on, and all it has said so far."""

    may_start = True  # whether the test that runs has asked for the fixture `servers`

    def __init__(self, kind: str, data_dir: Path, wrap: Sequence[str] = (), **env: str) -> None:
        """Launch it; `wait_ready` tells when it answers. `env` are variables beside PBX_DATA_DIR and PBX_BIND.

        `wrap` is a command that runs the one behind it in its own place.
        """
        assert self.may_start, "a test that starts a server asks for the fixture `servers`"
        self.kind = kind
        self.data_dir = data_dir
        self.given = env
        self._workers = int(env.get("PBX_WORKERS", "2"))
        descriptor, log_path = tempfile.mkstemp(".log", f"{kind}-", data_dir.parent)
        self._log = Path(log_path)
        program, *arguments = _COMMANDS[kind]
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("PBX_")}
        inherited.pop("DATABASE_URL", None)
        with os.fdopen(descriptor, "wb") as output:
            self.process = subprocess.Popen(
                [*wrap, Path(sys.executable).with_name(program), *arguments],
                cwd=ROOT,
                env=inherited | {"PBX_DATA_DIR": str(data_dir), "PBX_BIND": "127.0.0.1:0"} | env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id of the master."""
        return self.process.pid

    @property
    def port(self) -> int:
        """The port, once the server has named it."""
        return wait_until(lambda: int(found[1]) if (found := _PORT.search(self.log())) else 0, "a port in the log")

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        """Return all output so far, of the master and of its workers."""
        return self._log.read_text(encoding="utf-8", errors="backslashreplace")

    def worker_pids(self) -> list[int]:
        """Return the process ids of the workers that live now."""
        return [pid for pid, parent, state in _processes() if parent == self.pid and state != "Z"]

    def wait_ready(self) -> "Server":
        """Return the server when it answers /healthz. Fails with its log when it ends instead."""
        wait_until(lambda: self.process.poll() is not None or self._answers(), f"{self.kind} answers")
        assert self.process.poll() is None, self.log()
        return self

    def wait_end(self) -> int:
        """Return the exit status when it has ended by itself."""
        return self.process.wait(DEADLINE)

    def stop(self) -> None:
        """End it as an administrator does; when it does not listen, end its processes the hard way."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            # The group holds nothing but this server: it was started as a session of its own.
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def _answers(self) -> bool:
        log = self.log()
        # A worker of uWSGI that is told to end while it loads the application does not hear it, and stays for 30 s.
        if not _PORT.search(log) or (self.kind == "uwsgi" and log.count(_LOADED) < self._workers):
            return False
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        return False


def start_server(kind: str, data_dir: Path, wrap: Sequence[str] = (), **env: str) -> Server:
    """Start a server of `kind` ("gunicorn" or "uwsgi") over `data_dir` and return it when it answers.

    `env` are further variables for it, and `wrap` a command to run it in. The caller stops it.
    """
    server = Server(kind, data_dir, wrap, **env)
    try:
        return server.wait_ready()
    except BaseException:
        server.stop()
        raise


@contextlib.contextmanager
def running(kind: str, data_dir: Path, **env: str) -> Iterator[Server]:
    """Run a server while the body does, and see that no secret of the suite was left in its log, metrics or store."""
    server = start_server(kind, data_dir, **env)
    try:
        yield server
        check_no_secret(requests.get(f"{server.url}/metrics", timeout=30).content, "the metrics")
    finally:
        server.stop()
    check_no_secret(server.log().encode(), "the log")
    check_no_secret_in_store(data_dir)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Yield (process id, parent's process id, state) of every process of this machine."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has ended since
                state, parent = (entry / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()[:2]
                yield int(entry.name), int(parent), state
