"""Servers to measure: gunicorn as it is shipped, over data that `pbx seed` made."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.multiply import multiply

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "the password of a benchmark"
_PORT = re.compile(r"Listening at: http://127\.0\.0\.1:([0-9]+)")
_DEADLINE = 60.0  # seconds
_SEEDED = 100_000  # more extensions than these are multiplied by SQL, in a fraction of the time
# A small process between this one and a command, since the most memory that the system reports of a process is at least
# what its parent had when it started it.
_LAUNCHER = """
import os, sys
quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[quiet])
_, status, used = os.wait4(pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
_TICKS = os.sysconf("SC_CLK_TCK")
# A server that is measured has a processor to itself, as each worker has where there are as many as processors, and
# the load comes from the others.
ALL = os.sched_getaffinity(0)
OWN = {max(ALL)}
OTHERS = ALL - OWN or ALL


class Server:
    """A gunicorn of its own on a free port: its workers, what they cost, and a client for the calls in between."""

    def __init__(self, target: str, data: Path, *, everywhere: bool = False, **env: str) -> None:
        """Start it and wait until it answers. `target` is the module and name of the application.

        It runs on a processor of its own, or with `everywhere` on all of them. There its one worker is not replaced
        after 100,000 requests, since the replies of the floor would go with it.
        """
        if not everywhere:
            env["GUNICORN_CMD_ARGS"] = f"{env.get('GUNICORN_CMD_ARGS', '')} --max-requests 0"
        self.token = ""
        self._log = data.with_name(f"{data.name}-{time.monotonic_ns()}.log")
        began = time.perf_counter()
        with self._log.open("wb") as output, placed(ALL if everywhere else OWN):
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", target],
                cwd=ROOT,
                env=environment(data) | {"PBX_WORKERS": "1"} | env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self.port = self._wait_for_port()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.seconds_to_ready = time.perf_counter() - began

    def log_in(self) -> "Server":
        """Log in as the administrator, with a token that outlives the benchmark, and return the server."""
        fields = {"username": "admin", "password": PASSWORD}
        self.token = self.post("/api/account/credentials/verify", **fields)["access_token"]
        return self

    def get(self, path: str, **query: object) -> bytes:
        """Return the body of a GET, as the administrator. Raises HTTPError."""
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self._open("GET", f"{path}?{text}" if text else path, None)

    def post(self, path: str, **fields: object) -> Any:
        """Return the parsed reply to a POST, as the administrator. Raises HTTPError."""
        return json.loads(self._open("POST", path, json.dumps(fields).encode()))

    def put(self, path: str, body: bytes) -> None:
        """PUT `body`."""
        self._open("PUT", path, body)

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    def cpu(self) -> float:
        """Return the seconds of processor time that the workers have taken, in user and in system."""
        return sum(_cpu_of(pid) for pid in self.workers())

    def resident(self) -> float:
        """Return the resident memory of the largest worker in MiB."""
        return max(status_of(pid, "VmRSS") for pid in self.workers())

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(_DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for_port(self) -> int:
        until = time.monotonic() + _DEADLINE
        while time.monotonic() < until and self.process.poll() is None:
            if found := _PORT.search(self._log.read_text(encoding="utf-8")):
                return int(found[1])
            time.sleep(0.005)
        raise RuntimeError(f"the server did not start:\n{self._log.read_text(encoding='utf-8')}")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _DEADLINE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self._open("GET", "/healthz", None)
            except OSError:
                time.sleep(0.005)
            else:
                return
        raise RuntimeError(f"the server does not answer:\n{self._log.read_text(encoding='utf-8')}")

    def headers(self, path: str) -> Mapping[str, str]:
        """Return the headers of the reply to a GET, as the administrator."""
        with self._reply("GET", path, None) as reply:
            found: Mapping[str, str] = reply.headers
            return found

    def _open(self, method: str, path: str, body: bytes | None) -> bytes:
        with self._reply(method, path, body) as reply:
            content: bytes = reply.read()
            return content

    def _reply(self, method: str, path: str, body: bytes | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["access_token"] = self.token
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers, method=method)
        return urllib.request.urlopen(request, timeout=_DEADLINE)


@contextmanager
def placed(processors: set[int]) -> Iterator[None]:
    """Start processes on some processors while the body runs."""
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ALL)


@contextmanager
def serving(target: str, data: Path, *, everywhere: bool = False, **env: str) -> Iterator[Server]:
    """Run a server while the body does."""
    server = Server(target, data, everywhere=everywhere, **env)
    try:
        yield server
    finally:
        server.stop()


class Stores:
    """Data folders by their number of extensions, each made once, in a folder that goes at the end."""

    def __init__(self) -> None:
        """Make the folder; `close` removes it."""
        self._folder = tempfile.TemporaryDirectory(prefix="pbx-bench-")
        self.path = Path(self._folder.name)

    def of(self, extensions: int) -> Path:
        """Return the store with that many extensions; whoever changes it takes a `copy`."""
        data = self.path / str(extensions)
        if not data.exists():
            if extensions > _SEEDED:
                shutil.copytree(self.of(_SEEDED), data)
                multiply(data / "pbx.sqlite3", extensions)
            else:
                command(data, "init")
                command(data, "seed", "--extensions", str(extensions), "--groups", "50")
        return data

    def copy(self, extensions: int) -> Path:
        """Return a new store with that many extensions, for one row to change."""
        target = Path(tempfile.mkdtemp(prefix=f"{extensions}-", dir=self.path))
        return shutil.copytree(self.of(extensions), target, dirs_exist_ok=True)

    def empty(self) -> Path:
        """Return a new store without extensions."""
        target = Path(tempfile.mkdtemp(prefix="empty-", dir=self.path))
        command(target, "init")
        return target

    def close(self) -> None:
        """Remove everything."""
        self._folder.cleanup()


def environment(data: Path) -> dict[str, str]:
    """Return the variables of a server or a command over `data`: nothing of the caller's own settings."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PBX_")}
    inherited.pop("DATABASE_URL", None)
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # a server is started more than once, with modules compiled
    return inherited | {
        "PBX_DATA_DIR": str(data),
        "PBX_BIND": "127.0.0.1:0",
        "PBX_ADMIN_PASSWORD": PASSWORD,
        "PBX_TOKEN_TTL": "86400",
    }


@dataclass(frozen=True)
class Work:
    """What a command took: seconds, seconds of processor time, and the most memory it had, in MiB."""

    seconds: float
    cpu: float
    memory: float


def command(data: Path, *arguments: str) -> Work:
    """Run a `pbx` command over `data`. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, sys.executable, "-m", "portsip_api", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pbx {arguments[0]} ended with {done.returncode}: {done.stderr[-1000:].decode()}")
    cpu, memory = map(float, done.stdout.split())
    return Work(time.perf_counter() - began, cpu, memory / 1024)


def status_of(pid: int, name: str) -> float:
    """Return one of the sizes in a process's status in MiB."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"^{name}:\s+([0-9]+) kB", text, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
