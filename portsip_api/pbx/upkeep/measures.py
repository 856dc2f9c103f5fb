"""What is counted of the store, for the metrics: by a job, since whoever asks for the metrics must not count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.upkeep import measures_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock

EXTENSIONS: Final = "extensions"
TOKENS: Final = "tokens"
TRUNKS: Final = "trunks"
CONNECTED: Final = "connected"  # 1 where what a SIP engine tells is heard, else 0
REGISTRATIONS: Final = "registrations"
ON_CALL: Final = "on call"
CALLS: Final = "calls"
LAG: Final = "lag"  # milliseconds
ENGINE: Final = (CONNECTED, REGISTRATIONS, ON_CALL, CALLS, LAG)
UP, DOWN = "UP", "DOWN"  # the statuses of a gateway


@dataclass(frozen=True)
class Measure:
    """A number of EXTENSIONS, TOKENS, TRUNKS or one of ENGINE: of which tenant (0: the whole PBX), in which status
    (empty: none).
    """

    name: str
    tenant_id: int
    status: str
    number: int


def take() -> None:
    """Count anew; what was counted before is forgotten."""
    extensions, tokens = measures_sql.extensions(), measures_sql.tokens(clock.boot())
    with volatile.writing():
        measures_sql.replace(EXTENSIONS, extensions)
        measures_sql.replace(TOKENS, [(0, "", tokens)])


def note_trunks(up: int, down: int) -> None:
    """Keep how many gateways calls can go over, as a SIP engine knows it, and over how many they cannot."""
    with volatile.writing():
        measures_sql.replace(TRUNKS, [(0, UP, up), (0, DOWN, down)])


def note_engine(registrations: int, on_call: int, lag: int) -> None:
    """Keep how many phones are registered and how many extensions are on a call, as a SIP engine tells that is there.

    `lag` is by how many milliseconds an event was heard late at most, since this was noted last. The calls that go on
    are counted here.
    """
    known = {REGISTRATIONS: registrations, ON_CALL: on_call, CALLS: measures_sql.open_calls(), LAG: lag}
    _note_engine({CONNECTED: 1, **known})


def note_no_engine() -> None:
    """Keep that a SIP engine is not there, so that what phones do is not known."""
    _note_engine({CONNECTED: 0})


def is_connected() -> bool:
    """Tell whether what a SIP engine tells is heard, so that it can be told something too, in one statement."""
    return measures_sql.number(CONNECTED) == 1


def _note_engine(numbers: Mapping[str, int]) -> None:
    with volatile.writing():
        for name in ENGINE:
            measures_sql.replace(name, [(0, "", numbers[name])] if name in numbers else [])


def read() -> list[Measure]:
    """Return what was counted last; nothing before the first time."""
    return [Measure(*row) for row in measures_sql.read()]
