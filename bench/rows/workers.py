"""The kinds of worker that gunicorn offers, for the choice in `gunicorn.conf.py`: one worker of each, in turns."""

from collections.abc import Iterable
from contextlib import ExitStack

from bench.load import Call, get
from bench.measure import Side, compare
from bench.rows import MANY, Run
from bench.servers import serving
from bench.table import Row

_CONNECTIONS = 16
_UNBOUND = "gthread, 4 threads, on all processors"
_KINDS = {
    "gthread, 4 threads": "--worker-class gthread --threads 4",
    _UNBOUND: "--worker-class gthread --threads 4",
    "gthread, 1 thread": "--worker-class gthread --threads 1",
    "gthread, 2 threads": "--worker-class gthread --threads 2",
    "gthread, 8 threads": "--worker-class gthread --threads 8",
    "sync": "--worker-class sync",
}


def workers(run: Run) -> Iterable[Row]:
    """Show an extension, 16 connections at a time: the shortest call, in which the server's own share is largest."""
    with ExitStack() as stack:
        sides = []
        for kind, arguments in _KINDS.items():
            server = stack.enter_context(
                serving("bench.app:app", run.stores.of(MANY), everywhere=kind == _UNBOUND, GUNICORN_CMD_ARGS=arguments)
            ).log_in()
            calls = [
                Call(get(f"/api/extensions/show?extension_number={1_000 + at}", server.token)) for at in range(200)
            ]
            sides.append(Side(server, calls))
        found = compare(run.pace, *sides, connections=_CONNECTIONS)
    first, *others = _KINDS
    for name, cost, ratio in zip(others, found.costs[1:], found.ratios, strict=True):
        yield Row(f"one worker: {name}", str(cost), f"{first} {found.costs[0]}", f"{ratio:.2f}")
