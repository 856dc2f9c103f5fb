"""`/metrics` in the text format of Prometheus, right however many workers answer.

Under a server each worker writes to files of its own in a folder that all share (`PROMETHEUS_MULTIPROC_DIR`, made by
`serving.prepare`), and whoever is asked adds them up. A worker is known by its place among the workers, not by its
process id: its successor goes on in the same files, so that restarts lose no count and leave no files behind.
Without the folder (the command line, tests) the numbers are those of the process.

Like /healthz it needs no token, since a scraper has none, and tells routes, counts and tenants' ids only; a proxy
should not publish it.
"""

import os
import sys
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from portsip_api.ops.store_metrics import StoreCollector
from portsip_api.pbx.access import login_limits
from portsip_api.startup import StartupError

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
# Bytes of a worker's file of each kind; several times what all routes take.
_RESERVED: Final = {"counter": 1 << 18, "histogram": 1 << 20, "gauge_mostrecent": 1 << 14}

_place: list[str] = []


def take_place(number: int) -> None:
    """Tell which place among the workers this process has. No two that live at the same time may have the same."""
    _place[:] = [f"worker{number}"]


class Metrics:
    """The numbers that one application keeps."""

    def __init__(self, version: str) -> None:
        """Start at zero, or where the predecessor in this place stopped; `version` is that of the program."""
        self.shared = FOLDER_VARIABLE in os.environ
        if self.shared:
            _reserve(Path(os.environ[FOLDER_VARIABLE]))
            values.ValueClass = values.MultiProcessValue(_process)
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "pbx_http_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "pbx_http_request_duration_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._refusals = Counter("pbx_login_refusals", "Log-ins refused", ["reason"], registry=registry)
        for reason in (login_limits.WRONG, login_limits.LIMITED):
            self._refusals.labels(reason)  # from the start, or the first one would be no increase
        self._store = CollectorRegistry()
        self._store.register(StoreCollector(version))
        self.jobs_owner = _gauge("pbx_jobs_owner_pid", "Process that runs the jobs", (), registry)
        self.job_succeeded = _gauge(
            "pbx_job_last_success_timestamp_seconds", "When the job last succeeded", ("job",), registry
        )

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a log-in that was refused: its name or password was `wrong`, or too many had been (`limited`)."""
        self._refusals.labels(reason).inc()

    def text(self) -> bytes:
        """Return all numbers, those of the other workers included, and those of the store."""
        registry = self.registry
        if self.shared:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        return generate_latest(registry) + generate_latest(self._store)


def register(app: Flask) -> Metrics:
    """Add /metrics to `app` and return what it tells."""
    metrics = Metrics(app.config["API_VERSION"])
    login_limits.tell(metrics.refused)

    @app.get("/metrics")
    def show_metrics() -> Response:
        return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return metrics


def _gauge(name: str, meaning: str, labels: tuple[str, ...], registry: CollectorRegistry) -> Gauge:
    """Return a gauge of which the value counts that was set last, whichever worker set it."""
    return Gauge(name, meaning, labels, registry=registry, multiprocess_mode="mostrecent")


def _reserve(folder: Path) -> None:
    """Give this worker's files their room on the disk: they are mapped into memory, and where a disk that is full has
    no page for them the system kills who writes there. Raises StartupError.

    A file gets its name when it has its room, since whoever is asked for the numbers reads the files of all workers.
    """
    if not hasattr(os, "posix_fallocate"):  # as on macOS
        return
    try:
        for kind, size in _RESERVED.items():
            path = folder / f"{kind}_{_process()}.db"
            if path.exists():
                continue
            unnamed = path.with_suffix(".new")
            with unnamed.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
            unnamed.rename(path)
    except OSError as error:
        raise StartupError(f"There is no room for the files of the metrics: {error.strerror}.") from error


def _process() -> str:
    uwsgi: Any = sys.modules.get("uwsgi")  # there only inside a uWSGI
    if uwsgi is not None:
        return f"worker{uwsgi.worker_id()}"
    return _place[0] if _place else f"process{os.getpid()}"
