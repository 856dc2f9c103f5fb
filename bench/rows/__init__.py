"""The rows of the table, each a function of the run that yields one line or a few."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.measure import Pace
from bench.servers import Stores
from bench.table import Row

MANY = 100_000  # extensions


@dataclass(frozen=True)
class Run:
    """What a row needs: stores to serve from, and how long it may take."""

    stores: Stores
    pace: Pace


Measure = Callable[[Run], Iterable[Row]]
