"""What the SIP engine asks for each call: who calls, and what becomes of the call.

As FreeSWITCH does, each look-up goes over a connection of its own, with a form as long as a real one's.
"""

import base64
import json
import random
import sqlite3
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import look_ups
from bench.load import Call
from bench.measure import Side, compare
from bench.rows import MANY, Run
from bench.servers import PASSWORD, Server, serving
from bench.table import Row, at_least

_NUMBERS: Final = range(1_000, 1_000 + MANY)  # that `seed` makes
_FORMS: Final = 3_000  # more than are asked in a slice, since no two calls have the same id
_REPLIES: Final = 200  # of the floor
_TARGET: Final = 0.5
_SLOWEST: Final = 0.020  # seconds
_OUTSIDE: Final = "+49301234567"


def look_ups_of_calls(run: Run) -> Iterable[Row]:
    """The directory, a call from one extension to another, and one to a number outside, among many extensions."""
    data = run.stores.copy(MANY)
    for name in ("switch.secret", "switch.password"):
        (data / name).write_text(f"{look_ups.SECRET}\n", encoding="ascii")
    with serving("bench.app:app", data, PBX_SWITCH="freeswitch", PBX_SWITCH_URL="tcp://127.0.0.1:1") as ours:
        _let_call_outside(ours.log_in())
        pairs = [random.sample(_NUMBERS, 2) for _ in range(_FORMS)]
        for name, section, outside in (
            ("directory", "directory", ""),
            ("dialplan, an extension", "dialplan", ""),
            ("dialplan, a number outside", "dialplan", _OUTSIDE),
        ):
            forms = [look_ups.form(section, str(one), outside or str(other)) for one, other in pairs]
            yield from _compare(run, ours, f"look-up among {MANY:,}: {name}", section, forms, data)


def _compare(  # noqa: PLR0913, PLR0917 — what a look-up is
    run: Run, ours: Server, name: str, section: str, forms: list[bytes], data: Path
) -> Iterable[Row]:
    calls = [Call(look_ups.request(section, form)) for form in forms]
    for at, form in enumerate(forms[:_REPLIES]):
        ours.put(f"/floor/replies/{at}", look_ups.ask(ours.port, section, form))
    floor = [Call(look_ups.request(f"floor?reply={at % _REPLIES}", form)) for at, form in enumerate(forms)]
    forget = partial(_forget, data)
    sides = (Side(ours, some, anew=True, prepare=forget) for some in (calls, floor))
    found = compare(run.pace, *sides)
    yield at_least(name, found.costs[0], found.costs[1], found.ratios[0], _TARGET, "floor")
    # One after the other, which is four times what 50 calls a second ask.
    slowest = compare(run.pace, Side(ours, calls, anew=True, prepare=forget), connections=1).costs[0].p99
    figure = f"p99 {slowest * 1000:.1f} ms, of 4 at a time {found.costs[0].p99 * 1000:.1f} ms"
    yield Row(name, figure, "", "", f"≤ {_SLOWEST * 1000:.0f} ms", slowest <= _SLOWEST)


def _forget(data: Path) -> None:
    """End the calls of the slice before, as they end in earnest."""
    with closing(sqlite3.connect(data / "pbx-volatile.sqlite3", timeout=30)) as store, store:
        store.execute("DELETE FROM open_call")


def _let_call_outside(ours: Server) -> None:
    """Make a gateway, and a rule that it carries."""
    ours.post("/api/account/update", id=1, allowed_prefixes=["+49"])
    there = {"address": "192.0.2.1", "addressPort": 5060, "addressTransport": "udp"}
    gateway = _admin(
        ours, "POST", "gateways",
        {"name": "carrier", "enabled": True, "model": {"modelId": "sipTrunkStandard"}, **there},
    )  # fmt: skip
    rule = _admin(ours, "POST", "rules", {
        "name": "germany", "enabled": True, "type": "Custom", "callPattern": {"prefix": "", "callDigits": "digits"},
        "dialPatterns": {"patterns": [{"prefix": "+49", "digits": -1}]},
    })  # fmt: skip
    _admin(ours, "PUT", f"gateways/{gateway}/rules/{rule}", None)


def _admin(ours: Server, method: str, path: str, body: Any) -> str:
    """Ask the other API, as the administrator."""
    login = base64.b64encode(f"superadmin:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json", "Host": "pbx.local"}
    address = f"http://127.0.0.1:{ours.port}/sipxconfig/api/{path}"
    asked = urllib.request.Request(address, json.dumps(body).encode() if body else None, headers, method=method)
    with urllib.request.urlopen(asked, timeout=30) as reply:
        made: str = reply.read().decode()
        return made
