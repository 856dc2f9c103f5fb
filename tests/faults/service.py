"""A service under faults: a server that is started again on its address, and a store that is looked at afterwards."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from portsip_api import settings
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.contract.servers import Server, start_server, wait_until
from tests.faults import load

WORKERS = 2
LIMITS = {"PBX_TOKEN_TTL": "36000", "PBX_WORKERS": str(WORKERS), "PBX_GREETING_FILES": "100"}


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and is not waited for does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()[0] != "Z"
    return False


class Service:
    """A server over `data`, whose address stays when it is started again."""

    def __init__(self, kind: str, data: Path, wrap: Sequence[str] = (), temporary: Path | None = None) -> None:
        """Start it; `temporary` is its folder for temporary files, which is made here when none is given."""
        self.kind, self.data, self.wrap = kind, data, wrap
        self.temporary = temporary or data.parent / "temporary"  # what a killed master leaves there goes with the test
        if temporary is None:
            self.temporary.mkdir()
        self.server = self._start("127.0.0.1:0")
        self.url = self.server.url

    def start_again(self) -> None:
        """Start a server on the same address; the one before it has ended, or its master has."""
        self.server = self._start(self.url.removeprefix("http://"))

    def kill_master(self) -> list[int]:
        """Kill the master, not its workers, and return their process ids."""
        orphans = self.server.worker_pids()
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.process.wait()
        return orphans

    def wait_whole(self) -> None:
        """Wait until all workers are there and one answers."""
        wait_until(lambda: len(self.server.worker_pids()) == WORKERS and self._is_ready(), "the service is back")

    def _is_ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=10).ok
        return False

    def _start(self, address: str) -> Server:
        return start_server(self.kind, self.data, self.wrap, PBX_BIND=address, TMPDIR=str(self.temporary), **LIMITS)


@contextmanager
def serving(kind: str, data: Path, wrap: Sequence[str] = (), temporary: Path | None = None) -> Iterator[Service]:
    """Run a service while the body runs."""
    service = Service(kind, data, wrap, temporary)
    try:
        yield service
    finally:
        service.server.stop()


def wait_gone(pids: Sequence[int]) -> None:
    """Wait until none of the processes runs."""
    wait_until(lambda: not any(map(is_alive, pids)), "the workers of a dead master end by themselves")


@contextmanager
def written_to(url: str, clients: int) -> Iterator[list[load.Client]]:
    """Let clients write while the body runs; afterwards the server must show all that they know."""
    writers = load.begin(url, clients)
    try:
        yield writers
    finally:
        load.end(writers)
    for writer in writers:
        writer.check()


def check_clients(clients: Sequence[load.Client]) -> None:
    """All of them go on, and none has met anything wrong."""
    wrong = [text for client in clients for text in client.wrong]
    assert wrong == [], wrong
    assert all(client.is_alive() for client in clients)


def wait_for_more(clients: Sequence[load.Client], count: Callable[[load.Client], int], more: int) -> None:
    """Wait until what `count` returns has grown by `more` for every client, and nothing is wrong."""
    before = [count(client) for client in clients]

    def has_grown() -> bool:
        check_clients(clients)
        return all(count(client) >= number + more for client, number in zip(clients, before, strict=True))

    wait_until(has_grown, "every client goes on")


def check_store(data: Path, clients: Sequence[load.Client]) -> Counter[str]:
    """The store is sound, and holds what the clients know and nothing else. Return how many requests ended how."""
    settings.use(settings.load({"PBX_DATA_DIR": str(data)}))
    database.use(data / "pbx.sqlite3")
    assert database.fetch_all("PRAGMA integrity_check") == [("ok",)]
    greeting_files.sweep_orphans(0)
    assert consistency.find_inconsistencies() == []
    assert {path.name for path in (data / "greetings").iterdir()} == _column("SELECT blob FROM greeting")
    known = {
        kind: {name for client in clients for name in client.expected(kind)}
        for kind in ("extension", "greeting", "group")
    }
    assert _column("SELECT number FROM extension") == known["extension"] | {client.home for client in clients}
    assert _column("SELECT filename FROM greeting") == known["greeting"]
    homes = {f"home {client.prefix}" for client in clients}
    assert _column("SELECT name FROM extension_group WHERE NOT is_default") == known["group"] | homes
    database.db.close()
    total = Counter[str]()
    for client in clients:
        total.update(acknowledged=client.acknowledged, unanswered=client.unanswered, refused=client.refused)
    return total


def _column(statement: str) -> set[str]:
    return {row[0] for row in database.fetch_all(statement)}
