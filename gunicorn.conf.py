"""gunicorn, as one runs it in production. It reads this file by itself when started in this folder: `gunicorn app:app`.

The application is not preloaded: every worker opens its own connection to SQLite and starts its own threads.
"""

import gc
from typing import Any

gc.disable()  # while modules are loaded, which stay: looking through them again and again took a tenth of a start

import portsip_api.application  # noqa: E402, F401 — here, so that the workers share it
from portsip_api.ops import listening, metrics, processors, serving, welcome  # noqa: E402

_settings = serving.load_settings()

bind = _settings.bind
workers = _settings.workers
worker_class = "gthread"  # it keeps connections alive, and a slow call holds up no other: docs/performance.md
threads = _settings.threads

# The API's clients send their token in a header named `access_token`, and gunicorn drops headers with an underscore,
# because to an application `X_Forwarded_For` looks like `X-Forwarded-For` and `SCRIPT_NAME` like the server's own word.
# So let this one through from everywhere, and no other: never set header_map to "dangerous".
forwarder_headers = "ACCESS_TOKEN"
forwarded_allow_ips = "*"
# With every address allowed, these headers would let any client claim that it came by https.
secure_scheme_headers: dict[str, str] = {}

limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

timeout = 60  # seconds without a sign of life from a worker's main thread
graceful_timeout = 30
keepalive = 5
max_requests = 100_000  # against slow growth of memory; the jitter keeps workers from restarting together
max_requests_jitter = 10_000

accesslog = None  # the application logs its requests itself, without their queries
errorlog = "-"
loglevel = _settings.log_level.lower()
logger_class = "portsip_api.ops.gunicorn_logs.JsonLogger"
control_socket_disable = True  # a way in that nothing here uses


def on_starting(server: Any) -> None:
    """Find whatever keeps the server from starting, before there are workers."""
    if not server.cfg.reuse_port:
        for address in server.cfg.address:
            listening.require_free(address)
    serving.prepare()


def pre_fork(server: Any, worker: Any) -> None:
    """Give the new worker the lowest place that no living one has."""
    taken = {living.place for living in server.WORKERS.values()}
    worker.place = next(place for place in range(len(taken) + 1) if place not in taken)


def post_fork(_: Any, worker: Any) -> None:
    """Give the worker a processor of its own, where that is right, and tell its metrics its place."""
    processors.take(worker.place, worker.cfg.workers)
    metrics.take_place(worker.place)


def post_worker_init(worker: Any) -> None:
    """Tell whoever watches where to go on, when the last of the first workers is there."""
    if worker.age == worker.cfg.workers:
        welcome.say([str(listener) for listener in worker.sockets])


def when_ready(_: Any) -> None:
    """Let garbage be collected from here on, but not be looked for in what is loaded already."""
    gc.freeze()
    gc.enable()
