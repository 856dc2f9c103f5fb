"""Writing: each call acknowledged when it is on the disk; and a client's whole session."""

import json
import time
from collections.abc import Iterable
from statistics import median

from bench import load
from bench.load import Call, get, post
from bench.measure import Cost
from bench.rows import MANY, Run
from bench.servers import PASSWORD, Server, serving
from bench.table import Row, at_least
from portsip_api.pbx.access import passwords

_FIRST = 5_000_000  # numbers that `seed` does not reach
_FLOOR = b"x" * 1_000


def writes(run: Run) -> Iterable[Row]:
    """Create, update and destroy beside a route that inserts one row as durably."""
    count = 150 if run.pace.is_quick else 400
    with serving("bench.app:app", run.stores.copy(MANY)) as ours:
        ours.log_in()
        ours.put("/floor/table", b"")
        floor = [Call(post("/floor/insert", json.dumps({"content": _FLOOR.decode()}).encode(), ours.token))] * count
        costs: dict[str, list[Cost]] = {"floor": [], "create": [], "update": [], "destroy": []}
        for turn in range(run.pace.rounds + 1):
            first = _FIRST + turn * count
            calls = {"floor": floor} | {kind: _calls(kind, first, count, ours.token) for kind in _BODIES}
            for kind, some in calls.items():
                costs[kind].append(_cost(ours, some))
    for kind in _BODIES:
        rounds = list(zip(costs[kind], costs["floor"], strict=True))[1:]
        mine, peer = (
            Cost(median(pair[at].cpu for pair in rounds), median(pair[at].rate for pair in rounds)) for at in (0, 1)
        )
        by_rate = median(pair[0].rate / pair[1].rate for pair in rounds)
        yield at_least(f"{kind}, durable (ratio of requests/s)", mine, peer, by_rate, 0.50, "floor insert")


def session(run: Run) -> Iterable[Row]:
    """Log in, twenty calls, sign out: what a CRM does."""
    sessions = 8 if run.pace.is_quick else 30
    with serving("bench.app:app", run.stores.of(MANY)) as ours:
        ours.log_in()
        before, began = ours.cpu(), time.perf_counter()
        for number in range(sessions):
            _session(ours, 1_000 + number)
        seconds, cpu = time.perf_counter() - began, ours.cpu() - before
    stored = passwords.hash_password(PASSWORD)
    began = time.process_time()
    for _ in range(10):
        passwords.is_password(PASSWORD, stored)
    argon2 = (time.process_time() - began) / 10
    share = argon2 / (cpu / sessions)
    figure = f"{cpu / sessions * 1000:.0f} ms CPU, {seconds / sessions * 1000:.0f} ms"
    yield Row("log-in + 20 calls + sign-out", figure, f"argon2id {argon2 * 1000:.0f} ms", f"{share:.0%} argon2id")


_BODIES: dict[str, dict[str, object]] = {
    "create": {"password": "sip secret", "web_access_password": "web secret", "profile": {"first_name": "Ada"}},
    "update": {"profile": {"last_name": "Lovelace"}},
    "destroy": {},
}


def _calls(kind: str, first: int, count: int, token: str) -> list[Call]:
    return [
        Call(
            post(
                f"/api/extensions/{kind}",
                json.dumps({"extension_number": str(number), **_BODIES[kind]}).encode(),
                token,
            )
        )
        for number in range(first, first + count)
    ]


def _cost(server: Server, calls: list[Call]) -> Cost:
    before = server.cpu()
    result = load.run(server.port, calls, count=len(calls), connections=4).require(200)
    return Cost((server.cpu() - before) / result.count * 1e6, result.rate)


def _session(server: Server, number: int) -> None:
    fields = {"username": "admin", "password": PASSWORD}
    token = server.post("/api/account/credentials/verify", **fields)["access_token"]
    paths = [f"/api/extensions/show?extension_number={number + at}" for at in range(10)]
    paths += [f"/api/extensions/list?pagination={at}" for at in range(1, 6)]
    paths += [f"/api/extensions/search?condition={number + at}" for at in range(3)]
    paths += [f"/api/extensions/status?extensions={number},{number + 1}", "/api/extensions/group/list"]
    calls = [Call(get(path, token)) for path in paths] + [Call(post("/api/account/sign_out", b"{}", token))]
    load.run(server.port, calls, count=len(calls), connections=1).require(200)
