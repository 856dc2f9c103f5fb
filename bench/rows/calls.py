"""What one evaluation of a call costs.

The peer is reading the extension's rules and hours from their JSON, which every evaluation of a stored extension needs
as well.
"""

import timeit
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import orjson

from bench.rows import Run
from bench.table import Row
from portsip_api.pbx.extensions.fields import FORWARD_RULES, OFFICE_HOURS
from portsip_api.pbx.hours.office_hours import Holiday, Hours, week
from portsip_api.pbx.routing.decide import decide
from portsip_api.pbx.routing.destinations import Destination, State, Surroundings
from portsip_api.pbx.values import defaults

_ROUNDS, _CALLS, _TARGET = 15, 2_000, 50.0  # microseconds


def evaluation(_: Run) -> Iterable[Row]:
    """A call to somebody who is offline, outside office hours, with holidays."""
    rules, hours = defaults(FORWARD_RULES), defaults(OFFICE_HOURS)
    holidays = tuple(Holiday(f"holiday {day}", 1 + day % 12, day) for day in range(1, 16))
    office = Hours(ZoneInfo("Europe/Berlin"), week(hours), holidays)
    destination = Destination("1000", State.OFFLINE, office, rules, voicemail=True, greeting="default.wav")
    world = Surroundings({"1000": destination}.get)
    at = datetime(2026, 11, 22, 14, 5, tzinfo=UTC) + timedelta(days=1)
    documents = orjson.dumps(rules), orjson.dumps(hours)
    pairs = [
        (
            _microseconds(lambda: decide(destination, at, world)),
            _microseconds(lambda: [orjson.loads(one) for one in documents]),
        )
        for _ in range(_ROUNDS)
    ]
    cost, peer = median(first for first, _ in pairs), median(second for _, second in pairs)
    ratio = median(first / second for first, second in pairs)
    yield Row(
        "decide", f"{cost:.1f} µs", f"reading its rules and hours {peer:.1f} µs", f"{ratio:.1f}", f"< {_TARGET:.0f} µs",
        cost < _TARGET,
    )  # fmt: skip


def _microseconds(work: Callable[[], object]) -> float:
    return timeit.timeit(work, number=_CALLS) / _CALLS * 1e6
