"""Work beside the requests, in exactly one process however many workers run.

The owner is whoever holds a lock on a file of the data folder. The system releases it when its holder ends, however it
ends, and the others try for it every few seconds: no heartbeat, no clock. Only what serves calls `start` (app.py does,
except under the `flask` command); an application that a test or a command makes runs no jobs.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from portsip_api import settings
from portsip_api.ops import greeting_fetch, mailbox_mail, report_making
from portsip_api.ops.metrics import Metrics
from portsip_api.pbx.access import digest_nonces, login_limits, tokens
from portsip_api.pbx.calls import call_limits, control, retention
from portsip_api.pbx.devices import credentials as phone_credentials
from portsip_api.pbx.events import outbox
from portsip_api.pbx.import_export import export_files
from portsip_api.pbx.mailboxes import service as voice_mail_service
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.reports import reports
from portsip_api.pbx.upkeep import demo_life, measures
from portsip_api.store import database, volatile
from portsip_api.store.files import FileLock
from portsip_api.switch import DEMO, listeners

RETRY_SECONDS: Final = 5.0

_log = logging.getLogger("pbx.jobs")


@dataclass(frozen=True)
class Job:
    """Something that is done again and again."""

    name: str
    seconds: int
    work: Callable[[], object]


JOBS: Final = (
    Job("delete_expired_tokens", 10, tokens.delete_expired),
    Job("delete_past_login_failures", 60, login_limits.delete_past),
    Job("delete_past_nonces", 60, digest_nonces.delete_past),
    Job("forget_placed_calls", 60, control.delete_past),
    Job("forget_counted_calls", 60, call_limits.delete_past),
    Job("end_earlier_phone_credentials", 10, phone_credentials.end_earlier),
    Job("take_measures", 60, measures.take),
    Job("sweep_greeting_files", 3_600, greeting_files.sweep_orphans),
    Job("clean_voicemail", 3_600, voice_mail_service.clean),
    Job("clean_calls", 3_600, retention.clean),
    Job("clean_call_reports", 3_600, reports.clean),
    Job("fetch_greetings", 2, greeting_fetch.start_due),
    Job("send_mail", 5, mailbox_mail.start_due),
    Job("make_call_reports", 2, report_making.start_due),
    Job("sweep_exports", 300, export_files.sweep),
    Job("sweep_events", 300, lambda: outbox.sweep(is_served=bool(settings.current().events))),
    Job("optimize_database", 86_400, database.optimize),
)


class Runner:
    """Waits in a thread of its own to become the owner, and then runs the jobs until it is stopped."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        lock: FileLock,
        metrics: Metrics,
        listeners: tuple[Callable[[threading.Event], None], ...] = (),
    ) -> None:
        """Nothing runs yet; `listeners` will, each in a thread of its own, until the event they are given is set."""
        self._jobs = jobs
        self._listeners = listeners
        self._lock = lock
        self._metrics = metrics
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def stop(self) -> None:
        """Let a job that is running come to its end, and give the ownership back."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._acquire():
            if self._stopping.wait(RETRY_SECONDS):
                return
        _log.info("This process runs the jobs now.")
        self._metrics.jobs_owner.set(os.getpid())
        # The executor "debug" runs jobs in the scheduler's own thread, one after the other. The interpreter would close
        # a pool when the process ends, before the scheduler can be told to stop.
        scheduler = BackgroundScheduler(timezone=UTC, executors={"default": {"type": "debug"}})
        for job in self._jobs:
            scheduler.add_job(
                self._perform, "interval", [job], id=job.name, name=job.name, seconds=job.seconds,
                next_run_time=datetime.now(UTC), misfire_grace_time=None, coalesce=True,
            )  # fmt: skip
        scheduler.start()
        threads = [threading.Thread(target=one, args=(self._stopping,), daemon=True) for one in self._listeners]
        for thread in threads:
            thread.start()
        self._stopping.wait()
        scheduler.shutdown()
        for thread in threads:
            thread.join()
        self._lock.release()

    def _acquire(self) -> bool:
        try:
            return self._lock.acquire(wait=False)
        except OSError as error:
            _log.warning("The lock of the jobs cannot be had: %s.", error.strerror)
            return False

    def _perform(self, job: Job) -> None:
        """Do it. What goes wrong is logged by the scheduler, which then goes on."""
        try:
            job.work()
        finally:
            database.db.leave()
            volatile.db.leave()
        self._metrics.job_succeeded.labels(job.name).set(time.time())


def _jobs() -> tuple[Job, ...]:
    is_demo = settings.current().switch == DEMO
    return (*JOBS, Job("move_demonstration", demo_life.SECONDS, demo_life.step)) if is_demo else JOBS


def start(app: Flask) -> None:
    """Run the jobs of `app` in this process, or stand by while another process does, until this one ends."""
    metrics: Metrics = app.extensions["pbx-metrics"]
    lock = FileLock(settings.current().data_path / "jobs.lock")
    runner = Runner(_jobs(), lock, metrics, listeners(settings.current().switch))
    runner.start()
    atexit.register(runner.stop)
