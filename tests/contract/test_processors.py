"""Each worker has a processor of its own where there are as many as processors, and any where there are not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.servers import running, wait_until


@pytest.fixture
def two() -> Iterator[set[int]]:
    """Two processors, or the one that there is: all that this test's servers may use."""
    everything = os.sched_getaffinity(0)
    chosen = set(sorted(everything)[:2])
    os.sched_setaffinity(0, chosen)
    yield chosen
    os.sched_setaffinity(0, everything)


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_that_fill_the_processors_have_one_each(two, fresh_store, workers):
    with running("gunicorn", fresh_store(), PBX_WORKERS=str(workers)) as server:
        wait_until(lambda: len(server.worker_pids()) == workers, "all workers are there")
        pids = server.worker_pids()
        wait_until(lambda: all(len(os.sched_getaffinity(pid)) == 1 for pid in pids), "every worker is bound")
        places = [os.sched_getaffinity(pid) for pid in pids]
        assert all(places.count({processor}) == workers // len(two) for processor in two)
        assert all(len(os.sched_getaffinity(task)) == 1 for task in tasks(pids[0]))  # its threads are, too


def test_workers_that_do_not_are_left_to_the_scheduler(two, fresh_store):
    with running("gunicorn", fresh_store(), PBX_WORKERS="3") as server:
        wait_until(lambda: len(server.worker_pids()) == 3, "all workers are there")
        assert all(os.sched_getaffinity(task) == two for pid in server.worker_pids() for task in tasks(pid))


def tasks(pid: int) -> list[int]:
    """Return the threads of a process."""
    return [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()]
