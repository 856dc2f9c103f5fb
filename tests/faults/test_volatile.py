"""The file of what may be lost is lost, damaged or of another boot, or its writer is killed: nothing of before that was
ended is good again, and the service comes up by itself.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from portsip_api import settings
from portsip_api.store import volatile
from tests.contract.servers import KINDS, Server, running, start_server, wait_until
from tests.contract.test_servers import log_in
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD
from tests.faults.form import LONG
from tests.faults.test_unavailable import locked_by_another
from tests.ops.commands import run, start
from tests.sipxcom.digests import Digest

BRANCHES = "/sipxconfig/rest/branch"
LIST = "/api/extensions/list"


def file_in(data: Path) -> Path:
    return volatile.beside(data / "pbx.sqlite3")


def nothing(_: Path) -> None:
    pass


def reboot(data: Path) -> None:
    """Leave what another boot of the machine has left: times of another clock, behind an id that is not this boot's."""
    with closing(sqlite3.connect(file_in(data))) as connection:
        connection.execute("UPDATE life SET boot_id = 'an earlier one'")
        connection.commit()


def truncate(data: Path) -> None:
    for path in data.glob("pbx-volatile*"):
        os.truncate(path, path.stat().st_size // 2)


def remove(data: Path) -> None:
    for path in data.glob("pbx-volatile*"):
        path.unlink()


def restore(data: Path) -> None:
    result = run(data, "restore", "--yes", str(data.parent / "backup.tar.gz"))
    assert result.returncode == 0, result.stderr


# What happens while no server runs, and whether a token that was good before is good afterwards.
EVENTS: dict[Callable[[Path], None], bool] = {
    nothing: True, reboot: False, truncate: False, remove: False, restore: False,
}  # fmt: skip


def status(server: Server, token: str) -> int:
    return requests.get(server.url + LIST, headers={"access_token": token}, timeout=30).status_code


# In short each event has one of the two.
CASES = [
    pytest.param(event, kind, id=f"{event.__name__}, {kind}")
    for number, event in enumerate(EVENTS)
    for kind in (KINDS if LONG else (KINDS[number % 2],))
]


@pytest.mark.parametrize(("event", "kind"), CASES)
def test_what_was_ended_stays_ended(fresh_store, event: Callable[[Path], None], kind: str) -> None:
    data = fresh_store()
    if event is restore:
        result = run(data, "backup", "--yes", str(data.parent / "backup.tar.gz"))
        assert result.returncode == 0, result.stderr
    server = start_server(kind, data)
    try:
        ended, good = log_in(server), log_in(server)
        requests.post(f"{server.url}/api/account/sign_out", json={"access_token": ended}, timeout=30)
        digest = Digest("superadmin", ADMIN_PASSWORD)
        digest.challenged_by(requests.get(server.url + BRANCHES, timeout=30).raw, "MD5")
        overheard = digest.header("GET", BRANCHES)
        assert requests.get(server.url + BRANCHES, headers=overheard, timeout=30).status_code == 200
    finally:
        pids = [server.pid, *server.worker_pids()]
        for pid in pids:  # all at once, so that nothing is tidied up
            os.kill(pid, signal.SIGKILL)
        server.process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "all of it has ended")
    event(data)
    with running(kind, data) as again:
        assert requests.get(f"{again.url}/readyz", timeout=30).status_code == 200
        assert status(again, ended) == 401
        assert status(again, good) == (200 if EVENTS[event] else 401)
        assert requests.get(again.url + BRANCHES, headers=overheard, timeout=30).status_code == 401
        assert status(again, log_in(again)) == 200


def test_kill_9_at_every_statement(fresh_store, tmp_path: Path, record_property) -> None:
    """Of every operation that ends, makes or uses what opens a door. In a process of its own, which forks."""
    every = 1 if LONG else 4  # statement in so many
    command = [sys.executable, "-m", "tests.faults.killed", fresh_store(), tmp_path / "copies", str(every)]
    done = subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kills = int(done.stdout.split()[0])
    assert kills > 60 // every
    record_property("kills", kills)


ROWS = 20_000 if LONG else 1_500
PAUSE = 0.1  # seconds between two log-ins of one client


class LogIns(threading.Thread):
    """Logs in again and again in one way, and notes how long each took and how it ended."""

    def __init__(self, log_in_once: Callable[[], int]) -> None:
        super().__init__()
        self._log_in, self.ends = log_in_once, threading.Event()
        self.seconds: list[float] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        while not self.ends.wait(PAUSE):
            began = time.perf_counter()
            self.statuses.add(self._log_in())
            self.seconds.append(time.perf_counter() - began)


def furnish(server: Server) -> None:
    """Make the extension that logs in."""
    fields: Any = {"extension_number": "900", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD,
              "profile": {"email": "ada@home.example"}}  # fmt: skip
    headers = {"access_token": log_in(server)}
    made = requests.post(f"{server.url}/api/extensions/create", json=fields, headers=headers, timeout=30)
    assert made.status_code == 200, made.text


def ways_in(server: Server) -> list[LogIns]:
    """Eight ways: by name, number, e-mail and SIP account for a token; and by Basic and Digest."""

    def verify(path: str, **fields: str) -> LogIns:
        url = f"{server.url}/api/account/{path}/verify"
        return LogIns(lambda: requests.post(url, json=fields, timeout=60).status_code)

    def portal(auth: requests.auth.AuthBase) -> LogIns:
        session = requests.Session()
        session.auth = auth
        return LogIns(lambda: session.get(server.url + BRANCHES, timeout=60).status_code)

    return [
        verify("credentials", username="admin", password=ADMIN_PASSWORD),
        verify("credentials", username="900@pbx.local", password=WEB_PASSWORD),
        verify("email", email="ada@home.example", password=WEB_PASSWORD),
        verify("extension/sip", domain="pbx.local", extension_number="900", sip_password=SIP_PASSWORD),
        portal(HTTPBasicAuth("superadmin", ADMIN_PASSWORD)),
        portal(HTTPBasicAuth("admin", ADMIN_PASSWORD)),
        portal(HTTPDigestAuth("superadmin", ADMIN_PASSWORD)),
        portal(HTTPDigestAuth("admin", ADMIN_PASSWORD)),
    ]


@contextmanager
def logging_in(server: Server) -> Iterator[list[LogIns]]:
    """Log in in all eight ways at once while the body runs; each of them succeeds."""
    ways = ways_in(server)
    for way in ways:
        way.start()
    try:
        yield ways
    finally:
        for way in ways:
            way.ends.set()
        for way in ways:
            way.join()
    assert [way.statuses for way in ways] == [{200}] * len(ways)


@pytest.mark.parametrize("kind", KINDS)
def test_log_ins_go_on_while_another_process_holds_the_write_lock(fresh_store, kind: str) -> None:
    data = fresh_store()
    with running(kind, data) as server:
        furnish(server)
        with locked_by_another(data), logging_in(server) as ways:
            wait_until(lambda: all(len(way.seconds) >= 3 for way in ways), "each way was gone three times")


def test_log_ins_go_on_while_an_import_writes(fresh_store, tmp_path: Path, record_property) -> None:
    file = tmp_path / "many.csv"
    rows = "".join(f"{number},sip-only-1,web-only-1\r\n" for number in range(100_000, 100_000 + ROWS))
    file.write_text(f"extension_number,password,web_access_password\r\n{rows}", newline="")
    data = fresh_store()
    with running("gunicorn", data) as server:
        furnish(server)
        importing = start(data, "import", str(file))
        with logging_in(server) as ways:
            output, errors = importing.communicate()
    assert importing.returncode == 0, output + errors
    slowest = max(max(way.seconds) for way in ways)
    record_property("log-ins", sum(len(way.seconds) for way in ways))
    record_property("slowest in ms", round(slowest * 1000))
    if LONG:
        assert slowest < 1
