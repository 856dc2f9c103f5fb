"""kill -9 of a worker, of the master and of the owner of the jobs, at random instants while clients write."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.contract.servers import KINDS, wait_until
from tests.contract.test_job_owner import owners
from tests.faults.form import LONG
from tests.faults.service import Service, check_clients, check_store, is_alive, serving, wait_gone, written_to

KILLS = 105 if LONG else 6
CLIENTS, SEED = 4, 5


def kill_worker(service: Service, chance: random.Random) -> None:
    os.kill(chance.choice(service.server.worker_pids()), signal.SIGKILL)


def kill_owner(service: Service, _: random.Random) -> None:
    living = wait_until(lambda: [pid for pid in owners(service.server) if is_alive(pid)], "an owner of the jobs")
    os.kill(living[-1], signal.SIGKILL)


def kill_master(service: Service, chance: random.Random) -> None:
    """Kill it, and its workers or not: systemd does, a shell does not. Start it anew, at once or when they are gone."""
    orphans = service.kill_master()
    if chance.random() < 0.5:
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    if chance.random() < 0.5:
        wait_gone(orphans)
    service.start_again()
    wait_gone(orphans)


KINDS_OF_KILL: tuple[Callable[[Service, random.Random], None], ...] = (kill_worker, kill_owner, kill_master)


# In short the kills below have gunicorn's part.
@pytest.mark.parametrize("kind", KINDS if LONG else ("uwsgi",))
def test_workers_end_with_their_master_and_free_its_address(kind: str, fresh_store) -> None:
    with serving(kind, fresh_store()) as service:
        wait_gone(service.kill_master())
        service.start_again()
        service.wait_whole()


def test_what_was_acknowledged_survives_every_kill(fresh_store, record_property) -> None:
    chance, data = random.Random(SEED), fresh_store()
    kills = [*KINDS_OF_KILL] * (KILLS // len(KINDS_OF_KILL))
    chance.shuffle(kills)
    with serving("gunicorn", data) as service, written_to(service.url, CLIENTS) as clients:
        for kill in kills:
            time.sleep(chance.uniform(0.05, 0.7))
            kill(service, chance)
            service.wait_whole()
            check_clients(clients)
    total = check_store(data, clients)
    assert total["acknowledged"] > KILLS
    record_property("kills", len(kills))
    for name, number in total.items():
        record_property(name, number)
