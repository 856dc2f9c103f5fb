"""What is counted of the store, for the metrics: by a job, since whoever asks for the metrics must not count."""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.upkeep import measures_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock

EXTENSIONS: Final = "extensions"
TOKENS: Final = "tokens"
TRUNKS: Final = "trunks"
UP, DOWN = "UP", "DOWN"  # the statuses of a gateway


@dataclass(frozen=True)
class Measure:
    """A number of EXTENSIONS, TOKENS or TRUNKS: of which tenant (0: the whole PBX), in which status (empty: none)."""

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


def read() -> list[Measure]:
    """Return what was counted last; nothing before the first time."""
    return [Measure(*row) for row in measures_sql.read()]
