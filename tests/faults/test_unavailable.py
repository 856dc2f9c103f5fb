"""A disk that is full, failing or read-only, and a lock that another process holds, under servers that clients use.

Meanwhile writes are refused with 503.1 and nothing of them is done, reads go on, and afterwards all is well again in
the very same processes.
"""

import concurrent.futures
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import requests

from portsip_api import settings
from tests.audio import silence
from tests.contract.servers import wait_until
from tests.faults import load
from tests.faults.form import LONG
from tests.faults.service import WORKERS, Service, check_store, serving, wait_for_more, written_to

CLIENTS = 4
Fault = Callable[[], AbstractContextManager[None]]
HELD_TO_MODES = (sys.executable, str(settings.ROOT / "tests" / "faults" / "held_to_modes.py"))
SPOOLED = silence(1 << 20)  # larger than what a form keeps in memory


def refusals(client: load.Client) -> int:
    return client.refused


def successes(client: load.Client) -> int:
    return client.acknowledged


def check_reads(client: load.Client, times: int) -> None:
    """A list, an extension, and what a supervisor asks are served."""
    for _ in range(times):
        assert client.get("/api/extensions/list").status_code == 200
        assert client.get("/api/extensions/show", extension_number=client.home).status_code == 200
        assert client.get("/readyz").status_code == 200
        assert client.get("/metrics").status_code == 200


def upload(client: load.Client) -> requests.Response:
    fields = {"extension_number": client.home, "filename": "spooled.wav"}
    return client.post("extensions/greeting_file/create", {}, data=fields, files={"file": ("a.wav", SPOOLED)})


def check_fault(service: Service, clients: list[load.Client], fault: Fault) -> None:
    """While the context `fault` lasts writes are refused and reads go on; before and after it all goes well."""
    workers = service.server.worker_pids()
    # A worker that has not begun its threads is still starting, and ends when it cannot.
    wait_until(lambda: all(len([*Path(f"/proc/{pid}/task").iterdir()]) > 1 for pid in workers), "all workers are up")
    wait_for_more(clients, successes, 5)
    with fault():
        wait_for_more(clients, refusals, 1)
        check_reads(clients[0], 5)
        reply = upload(clients[0])
        assert (reply.status_code, reply.json()["err_code"]) == (503, "503.1")
    wait_for_more(clients, successes, 5)
    assert upload(clients[0]).status_code == 200
    assert (
        clients[0]
        .post("extensions/greeting_file/destroy", {"extension_number": clients[0].home, "filename": "spooled.wav"})
        .status_code
        == 200
    )
    assert service.server.worker_pids() == workers


def test_every_write_to_a_file_fails(fresh_store, record_property) -> None:
    """The system lets the workers write to no file at all: not to the database, nor to its log, nor to theirs."""
    data = fresh_store()

    @contextmanager
    def fault() -> Iterator[None]:
        unlimited = resource.RLIM_INFINITY
        for limit in (0, unlimited):
            for pid in service.server.worker_pids():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, unlimited))
            if limit == 0:
                yield

    with serving("gunicorn", data) as service, written_to(service.url, CLIENTS) as clients:
        check_fault(service, clients, fault)
    for name, number in check_store(data, clients).items():
        record_property(name, number)


def test_a_folder_that_must_not_be_written(fresh_store, record_property) -> None:
    """Connections that are open may go on; those that are opened meanwhile are read-only, and must not stay so."""
    data = fresh_store()

    def set_modes(folder: int, file: int) -> None:
        for path in (data, data / "greetings"):
            path.chmod(folder)
        for path in data.glob("pbx.sqlite3*"):
            path.chmod(file)

    with (
        serving("gunicorn", data, HELD_TO_MODES) as service,
        written_to(service.url, CLIENTS) as clients,
    ):
        wait_until(lambda: all(client.expected("greeting") for client in clients), "a greeting of each client")
        workers = service.server.worker_pids()
        set_modes(0o500, 0o400)
        try:
            assert upload(clients[0]).status_code == 503
            at_once(clients[0], 64)
            check_reads(clients[0], 5)
        finally:
            set_modes(0o700, 0o600)
        assert at_once(clients[0], 64) == {200}
        assert service.server.worker_pids() == workers
    for name, number in check_store(data, clients).items():
        record_property(name, number)


def at_once(client: load.Client, requests_: int) -> set[int]:
    """Send that many writes over as many connections, so that every thread of every worker meets one or opens its own
    connection to the store; return their statuses.
    """

    def write(_: int) -> int:
        return client.post("voice_mail/update", {"extension_number": client.home}).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return set(pool.map(write, range(requests_)))


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another(data: Path) -> Iterator[None]:
    """Let another process hold the write lock of the database while the body runs."""
    command = [sys.executable, "-c", LOCK, str(data / "pbx.sqlite3")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            holder.stdin.close()


def test_another_process_holds_the_write_lock(fresh_store, record_property) -> None:
    data = fresh_store()

    @contextmanager
    def fault() -> Iterator[None]:
        with locked_by_another(data):
            since = time.monotonic()
            yield
            while LONG and time.monotonic() < since + 20:
                check_reads(clients[0], 1)

    # More writers than there are threads.
    with serving("gunicorn", data) as service, written_to(service.url, CLIENTS * WORKERS + 2) as clients:
        check_fault(service, clients, fault)
    for name, number in check_store(data, clients).items():
        record_property(name, number)
