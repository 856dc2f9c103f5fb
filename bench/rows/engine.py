"""Calls of real phones over a FreeSWITCH that asks this server, beside one that has the same documents in its file.

The time from a caller's INVITE to the ringing, with Digest, among many extensions; and how late the events of the
engine are heard. Both engines, the server, and the phones share the machine.
"""

import re
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Final

from bench import look_ups
from bench.engine import Ports, asking, knowing
from bench.rows import MANY, Run
from bench.servers import Server, serving
from bench.table import Row
from tests.live.callers import Callers

_DOMAIN: Final = "pbx.local"
_PASSWORD: Final = "Bench-0123456789"
_PHONES: Final = 200
_RATES: Final = (10, 50)  # calls a second
_CALLS: Final = 100  # of a turn
_TURNS: Final = 5
_LAGGING: Final = 20  # seconds of calls in which the lag is watched
_TARGET: Final = 1.3
_LATEST: Final = 1.0  # seconds
_LAG: Final = re.compile(r"^pbx_switch_lag_seconds (\S+)$", re.MULTILINE)


def calls(run: Run) -> Iterable[Row]:
    """The ratio at each rate, in turns; and the lag while calls go on."""
    data, ports = run.stores.copy(MANY), Ports()
    for name in ("switch.secret", "switch.password"):
        (data / name).write_text(f"{look_ups.SECRET}\n", encoding="ascii")
    with ExitStack() as stack:
        ours = stack.enter_context(
            serving("app:app", data, everywhere=True, PBX_WORKERS="2", **ports.variables())
        ).log_in()
        numbers = _extensions(ours)
        folders = [run.stores.path / name for name in ("asking", "knowing")]
        engines = (
            stack.enter_context(asking(ours, data, ports, folders[0])),
            stack.enter_context(knowing(ours, data, folders[1], numbers, _DOMAIN)),
        )
        sides = [
            stack.enter_context(Callers(engine.sip, _DOMAIN, _PASSWORD, rings=0.1, talks=0.2)) for engine in engines
        ]
        for side in sides:
            side.register(numbers, 60)
            if set(side.registered.values()) != {200}:
                raise RuntimeError(f"phones that a measurement cannot use: {side.registered}")
        turns = 2 if run.pace.is_quick else _TURNS
        for rate in _RATES:
            yield _compare(sides, numbers, rate, turns)
        yield _lag(ours, sides[0], numbers, 5 if run.pace.is_quick else _LAGGING)


def _compare(sides: Sequence[Callers], numbers: Sequence[str], rate: int, turns: int) -> Row:
    for side in sides:
        _ring(side, numbers, rate)
    found = [[_ring(side, numbers, rate) for side in sides] for _ in range(turns)]
    ratio = median(median(ours) / median(peer) for ours, peer in found)
    ours, peer = ([time for turn in found for time in turn[at]] for at in range(2))
    return Row(
        f"INVITE to ringing, {rate} calls/s", _shown(ours), f"static files {_shown(peer)}", f"{ratio:.2f}",
        f"≤ {_TARGET:.2f} × static files", ratio <= _TARGET,
    )  # fmt: skip


def _ring(side: Callers, numbers: Sequence[str], rate: int, count: int = _CALLS) -> list[float]:
    """Return in how many seconds each call rang."""
    half = len(numbers) // 2
    made = side.call([(numbers[at % half], numbers[half + at % half]) for at in range(count)], rate, 60)
    if {call.status for call in made} != {200} or not all(call.ended for call in made):
        raise RuntimeError(f"calls that a measurement cannot use: {[call for call in made if call.status != 200][:3]}")
    return [call.rang - call.began for call in made]


def _lag(ours: Server, side: Callers, numbers: Sequence[str], seconds: int) -> Row:
    """Return the line of the latest event; the server tells of it every five seconds."""
    over, told = threading.Event(), [0.0]

    def watch() -> None:
        while not over.wait(2.0):
            told.extend(float(lag) for lag in _LAG.findall(ours.get("/metrics").decode()))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        _ring(side, numbers, _RATES[-1], _RATES[-1] * seconds)
        over.wait(6.0)
    finally:
        over.set()
        watching.join()
    latest = max(told)
    name = f"lag of the engine's events, {_RATES[-1]} calls/s for {seconds} s"
    return Row(name, f"at most {latest * 1000:.0f} ms", "", "", f"≤ {_LATEST:.0f} s", latest <= _LATEST)


def _extensions(ours: Server) -> list[str]:
    """Make the extensions that call, and those that are called."""
    numbers = [str(900_000 + at) for at in range(_PHONES)]
    rules = {"available": {"no_answer_timeval": 20, "no_answer_action": "DISCONNECT", "busy_action": "DISCONNECT"}}
    for number in numbers:
        ours.post(
            "/api/extensions/create", extension_number=number, password=_PASSWORD, web_access_password=_PASSWORD,
            forward_rules=rules,
        )  # fmt: skip
    return numbers


def _shown(times: Sequence[float]) -> str:
    return f"p50 {median(times) * 1000:.0f} ms, p99 {quantiles(times, n=100)[98] * 1000:.0f} ms"
