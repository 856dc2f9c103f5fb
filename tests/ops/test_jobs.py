"""Who runs the jobs, and what happens when one fails. Real processes are tested over a socket."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portsip_api.ops.jobs import Job, Runner
from portsip_api.ops.metrics import Metrics
from portsip_api.store import database
from portsip_api.store.files import FileLock
from tests.crm import ADMIN_PASSWORD, Crm
from tests.ops.conftest import Lines

Start = Callable[..., Runner]
PATIENCE = 30  # seconds


@pytest.fixture
def start(app: Flask, tmp_path: Path) -> Iterator[Start]:
    """A function that starts to run jobs under one lock."""
    started: list[Runner] = []

    def run(*work: Callable[[], object]) -> Runner:
        jobs = tuple(Job(f"job{number}", 1, one) for number, one in enumerate(work))
        runner = Runner(jobs, FileLock(tmp_path / "jobs.lock"), Metrics("0"))
        started.append(runner)
        runner.start()
        return runner

    yield run
    for runner in started:
        runner.stop()


def test_a_job_runs_at_once_and_again(start: Start) -> None:
    runs = threading.Semaphore(0)
    start(runs.release)
    assert runs.acquire(timeout=PATIENCE)
    assert runs.acquire(timeout=PATIENCE)


def test_only_the_holder_of_the_lock_runs_jobs(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_api.ops.jobs.RETRY_SECONDS", 0.05)
    first, second = threading.Event(), threading.Event()
    holder = start(first.set)
    assert first.wait(PATIENCE)
    start(second.set)
    assert not second.wait(0.3)
    holder.stop()
    assert second.wait(PATIENCE)


def test_a_job_that_fails_is_logged_and_hinders_nothing(start: Start, lines: Lines) -> None:
    secret = "what it failed on"
    failures, others = threading.Semaphore(0), threading.Semaphore(0)

    def fail() -> None:
        failures.release()
        raise ValueError(secret)

    start(fail, others.release)
    for awaited in (failures, others, failures, others):
        assert awaited.acquire(timeout=PATIENCE)
    failure = next(line for line in lines if line["level"] == "ERROR")
    assert "job0" in failure["message"]
    assert failure["exception"]["error"] == "builtins.ValueError"
    assert secret not in str(lines)


def test_a_job_leaves_no_connection_open(app: Flask, start: Start) -> None:
    states: list[bool] = []
    seen = threading.Event()

    def connect() -> None:
        states.append(database.db.is_closed())
        database.fetch_row("SELECT 1")
        if len(states) == 2:
            seen.set()

    start(connect)
    assert seen.wait(PATIENCE)
    assert states == [True, True]


def test_an_application_alone_runs_no_jobs(crm: Crm) -> None:
    crm.log_in("admin", ADMIN_PASSWORD)
    assert "jobs" not in [thread.name for thread in threading.enumerate()]
