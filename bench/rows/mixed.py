"""Many clients at once, what a worker weighs after them, and how long a start takes."""

import json
import random
import time
from collections.abc import Iterable
from statistics import median

from bench import load
from bench.load import Call, get, post
from bench.rows import MANY, Run
from bench.servers import OTHERS, Server, placed, serving
from bench.table import Row

_CONNECTIONS = 64


def mixed(run: Run) -> Iterable[Row]:
    """64 connections, 90 % reads and 10 % writes, on four workers and on one; then the workers' memory."""
    seconds = run.pace.mixed_seconds
    name = "64 connections, 90 % reads, 10 % writes"
    with (
        serving("bench.app:app", run.stores.copy(MANY), PBX_WORKERS="1") as one,
        serving("bench.app:app", run.stores.copy(MANY), everywhere=True, PBX_WORKERS="4") as four,
    ):
        calls = {server: _calls(server.log_in()) for server in (one, four)}
        load.run(four.port, calls[four], seconds=seconds / 2, connections=_CONNECTIONS)
        early = four.resident()
        result = load.run(four.port, calls[four], seconds=seconds, connections=_CONNECTIONS)
        late = four.resident()
        rates = []
        for _ in range(run.pace.rounds):
            with placed(OTHERS):
                single = load.run(one.port, calls[one], seconds=seconds / 15, connections=_CONNECTIONS)
            rates.append((load.run(four.port, calls[four], seconds=seconds / 15, connections=_CONNECTIONS), single))
    failures = sum(count for status, count in result.statuses.items() if status >= 500)
    yield Row(name, f"{result.count:,} requests, {failures} of them 5xx", "", "", "no 5xx", failures == 0)
    for kind in (load.ALL, "read", "write"):
        p50, p99 = result.p50[kind], result.p99[kind]
        judged = ("p99 ≤ 10 × p50", p99 <= 10 * p50) if kind == load.ALL else ("report", None)
        latency = f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
        yield Row(f"{name}: {kind}", latency, "", f"{p99 / p50:.1f}", *judged)
    ratio = median(all_of_them.rate / single.rate for all_of_them, single in rates)
    both = [median(side.rate for side in sides) for sides in zip(*rates, strict=True)]
    yield Row(
        f"{name}: 4 workers", f"{both[0]:,.0f}/s", f"one worker {both[1]:,.0f}/s", f"{ratio:.2f}", "≥ 1.30 × one",
        ratio >= 1.3,
    )  # fmt: skip
    yield Row("memory of a worker after that", f"{late:.0f} MiB", "", "", "< 130 MiB", late < 130)
    flat = ("report", None) if run.pace.is_quick else ("≤ 1.10", late <= 1.1 * early)  # caches fill for some seconds
    yield Row(
        "the same, flat", f"{late:.0f} MiB", f"before the last 60 s {early:.0f} MiB", f"{late / early:.2f}", *flat
    )


def start(run: Run) -> Iterable[Row]:
    """From the command to the first answer of a server with the shipped number of workers."""
    data = run.stores.of(MANY)
    times = []
    for _ in range(run.pace.rounds):
        server = Server("app:app", data, everywhere=True, PBX_WORKERS="2")
        times.append(server.seconds_to_ready)
        server.stop()
    seconds = median(times)
    yield Row("start to ready", f"{seconds:.2f} s", "", "", "< 1.5 s", seconds < 1.5)


def _calls(server: Server) -> list[Call]:
    """Nine reads of the four kinds that clients make most, to one write."""
    numbers = range(1_000, 1_000 + MANY)
    calls = []
    for _ in range(4_000):
        number = random.choice(numbers)
        read = random.choice([
            f"/api/extensions/list?pagination={random.randint(1, MANY // 100)}&pagesize=100",
            f"/api/extensions/show?extension_number={number}",
            f"/api/extensions/status?extensions={number},{number + 1},{number + 2}",
            f"/api/extensions/search?condition={number}",
        ])  # fmt: skip
        calls.append(Call(get(read, server.token), "read"))
        if len(calls) % 10 == 9:
            fields = {"extension_number": str(number), "profile": {"last_name": f"Changed {time.monotonic_ns()}"}}
            calls.append(Call(post("/api/extensions/update", json.dumps(fields).encode(), server.token), "write"))
    return calls
