"""What one evaluation of a call costs: `python -m bench.decide`.

The peer is reading the extension's rules and hours from their JSON, which every evaluation of a stored extension needs
as well. Exits with 1 when `decide` takes 50 µs or more.
"""

import sys
import timeit
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import orjson

from portsip_api.pbx.extension_fields import FORWARD_RULES, OFFICE_HOURS
from portsip_api.pbx.office_hours import Holiday, Hours, week
from portsip_api.pbx.parties import Party, State, Surroundings
from portsip_api.pbx.routing import decide
from portsip_api.pbx.values import defaults

ROUNDS, CALLS, TARGET = 15, 2_000, 50.0  # microseconds


def microseconds(work) -> float:
    """Return what one call of `work` takes."""
    return timeit.timeit(work, number=CALLS) / CALLS * 1e6


def main() -> int:
    rules, hours = defaults(FORWARD_RULES), defaults(OFFICE_HOURS)
    holidays = [Holiday(f"holiday {day}", 1 + day % 12, day) for day in range(1, 16)]
    office = Hours(ZoneInfo("Europe/Berlin"), week(hours), holidays)
    party = Party("1000", State.OFFLINE, office, rules, voicemail=True, greeting="default.wav")
    world = Surroundings({"1000": party}.get)
    at = datetime(2026, 11, 22, 14, 5, tzinfo=UTC) + timedelta(days=1)
    documents = orjson.dumps(rules), orjson.dumps(hours)
    pairs = [
        (
            microseconds(lambda: decide(party, at, world)),
            microseconds(lambda: [orjson.loads(document) for document in documents]),
        )
        for _ in range(ROUNDS)
    ]
    cost = median(first for first, _ in pairs)
    ratio = median(first / second for first, second in pairs)
    print(f"decide: {cost:.1f} µs (target < {TARGET:.0f}), {ratio:.1f} × reading its rules and hours from JSON")
    return int(cost >= TARGET)


if __name__ == "__main__":
    sys.exit(main())
