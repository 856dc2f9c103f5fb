"""The history of calls: a page anywhere in a million of them, beside one in a thousand."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.load import Call, get
from bench.measure import Side, compare
from bench.rows import MANY, Run
from bench.servers import Server
from bench.table import Row

_START: Final = 1_600_000_000  # seconds since 1970, of the first call
_STEP: Final = 30  # seconds between two
_SIZE: Final = 100  # rows of a page
_TARGET: Final = 1.5
_KINDS: Final = ("newest page", "middle page", "oldest page", "a page of an hour in the middle", "a page of one caller")


def history(run: Run) -> Iterable[Row]:
    """Pages of 100: the newest, the middle and the oldest one, one of an hour, and one of the calls of a caller."""
    many = (1_000, MANY) if run.pace.is_quick else (1_000, MANY, 1_000_000)
    stores = [run.stores.empty() for _ in many]
    for data, calls in zip(stores, many, strict=True):
        _fill(data / "pbx.sqlite3", calls)
    servers = [Server("bench.app:app", data) for data in stores]
    try:
        for kind in _KINDS:
            sides = [
                Side(server.log_in(), [Call(get(path, server.token)) for path in _paths(kind, calls)])
                for server, calls in zip(servers, many, strict=True)
            ]
            found = compare(run.pace, *sides)
            for calls, costs, ratio in zip(many[1:], found.costs[1:], found.ratios, strict=True):
                is_last = calls == many[-1]
                yield Row(
                    f"call log, {kind}, at {calls:,}", str(costs), f"at 1,000 {found.costs[0]}", f"{ratio:.2f}",
                    f"≤ {_TARGET:.2f} × at 1,000" if is_last else "report", ratio <= _TARGET if is_last else None,
                )  # fmt: skip
    finally:
        for server in servers:
            server.stop()


def _paths(kind: str, calls: int) -> Iterator[str]:
    path = f"/api/call_logs/list?pagesize={_SIZE}"
    last = calls // _SIZE
    place = {"newest page": 1, "middle page": last // 2, "oldest page": last}.get(kind)
    middle = _START + calls // 2 * _STEP
    if place is not None:
        yield f"{path}&pagination={place}"
    elif kind == "a page of one caller":
        yield f"{path}&caller=1000"
    else:
        yield f"{path}&start_time={middle}&end_time={middle + 3_600}"


def _fill(database: Path, calls: int) -> None:
    """Write calls, of which every tenth is of the caller 1000, and let the triggers count them."""
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("PRAGMA synchronous = off")
        store.execute("PRAGMA cache_size = -262144")
        store.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :calls - 1)"
            " INSERT INTO call (tenant_id, call_id, session_id, direction, caller, callee, caller_extension,"
            " callee_extension, recipient, started, answered, ended, is_answered, end_reason)"
            " SELECT 1, 'bench-' || i, 1 + i, 'INTERNAL', CAST(1000 + i % 10 AS TEXT), CAST(2000 + i % 700 AS TEXT),"
            " 1 + i % 10, 20 + i % 700, '', (:start + i * :step) * 1000, (:start + i * :step + 5) * 1000,"
            " (:start + i * :step + 65) * 1000, 1, 'CALLER_HANGUP' FROM n",
            {"calls": calls, "start": _START, "step": _STEP},
        )
