"""What a request costs, and how that compares with a peer's, measured in turns on a machine that is never quiet.

Both sides get slices of time one after the other, A B A B …, so that what disturbs one disturbs the other too. A
request's cost is the processor time of the workers divided by the requests they answered: it is steadier than requests
a second, which also depend on who else runs. A ratio is the median of the rounds' ratios.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench import load
from bench.load import Call
from bench.servers import OTHERS, Server, placed


@dataclass(frozen=True)
class Pace:
    """How long things are measured."""

    rounds: int
    seconds: float  # of a slice
    mixed_seconds: float

    @property
    def is_quick(self) -> bool:
        """Whether this is the short form."""
        return self.rounds < FULL.rounds


FULL = Pace(rounds=7, seconds=1.0, mixed_seconds=60.0)
QUICK = Pace(rounds=3, seconds=0.5, mixed_seconds=8.0)


@dataclass(frozen=True)
class Side:
    """One side of a comparison: calls to a server, with `anew` each over a connection of its own.

    `prepare` is called before each slice, whose time does not count.
    """

    server: Server
    calls: Sequence[Call]
    statuses: tuple[int, ...] = (200,)
    anew: bool = False
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Cost:
    """What one request costs: processor time of the workers in µs; how many were answered in a second; and the seconds
    in which all but a hundredth were.
    """

    cpu: float
    rate: float
    p99: float = 0.0

    def __str__(self) -> str:
        """Both, for the table."""
        return f"{self.cpu:,.0f} µs, {self.rate:,.0f}/s"


@dataclass(frozen=True)
class Comparison:
    """The costs of the sides, and of each but the first how often the first one's cost goes into it."""

    costs: list[Cost]
    ratios: list[float]


def cost(side: Side, seconds: float, connections: int = 4) -> Cost:
    """Measure one slice."""
    side.prepare()
    before = side.server.cpu()
    with placed(OTHERS):
        result = load.run(side.server.port, side.calls, seconds=seconds, connections=connections, anew=side.anew)
    result.require(*side.statuses)
    return Cost((side.server.cpu() - before) / result.count * 1e6, result.rate, result.p99[load.ALL])


def compare(pace: Pace, *sides: Side, connections: int = 4) -> Comparison:
    """Measure the sides in turns; a ratio of 0.5 says that the first side costs twice what that peer costs."""
    for side in sides:
        cost(side, pace.seconds / 2, connections)
    rounds = [[cost(side, pace.seconds, connections) for side in sides] for _ in range(pace.rounds)]
    costs = [
        Cost(*(median(getattr(one[at], name) for one in rounds) for name in ("cpu", "rate", "p99")))
        for at in range(len(sides))
    ]
    return Comparison(costs, [median(one[at].cpu / one[0].cpu for one in rounds) for at in range(1, len(sides))])
