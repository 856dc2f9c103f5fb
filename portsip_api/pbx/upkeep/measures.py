"""What is counted of the store, for the metrics: by a job, since whoever asks for the metrics must not count."""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.upkeep import measures_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock

EXTENSIONS: Final = "extensions"
TOKENS: Final = "tokens"


@dataclass(frozen=True)
class Measure:
    """A number: of what (EXTENSIONS, TOKENS), of which tenant (0: the whole PBX), in which status (empty: none)."""

    name: str
    tenant_id: int
    status: str
    number: int


def take() -> None:
    """Count anew; what was counted before is forgotten."""
    rows = [(EXTENSIONS, *row) for row in measures_sql.extensions()]
    rows.append((TOKENS, 0, "", measures_sql.tokens(clock.boot())))
    with volatile.writing():
        measures_sql.replace(rows)


def read() -> list[Measure]:
    """Return what was counted last; nothing before the first time."""
    return [Measure(*row) for row in measures_sql.read()]
