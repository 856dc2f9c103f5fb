"""Reading: lists, and the other calls that a client makes all day."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from bench.load import Call, get
from bench.measure import Side, compare
from bench.multiply import STEP
from bench.rows import MANY, Run
from bench.servers import Server, serving
from bench.table import Row, at_least

_FIRST = 1_000  # the number of the first extension that `seed` makes
_SAMPLES = 200


def list_random(run: Run) -> Iterable[Row]:
    """Pages of 100 anywhere, each as if it were asked for the first time."""
    data = run.stores.of(MANY)
    with (
        serving("bench.app:app", data, BENCH_FORGET="1") as ours,
        serving("bench.raw:app", data) as raw,
        serving("bench.naive.app:app", data) as naive,
    ):
        ours.log_in()
        pages = random.sample(range(1, MANY // 100 + 1), _SAMPLES)
        path = "/api/extensions/list?pagination={}&pagesize=100"
        calls = [Call(get(path.format(page), ours.token)) for page in pages]
        found = compare(
            run.pace, Side(ours, calls), floor_of(ours, [path.format(page) for page in pages]), Side(raw, calls),
            Side(naive, calls),
        )  # fmt: skip
    to_floor, to_raw, to_naive = found.ratios
    name = "list of 100, random pages over 100,000"
    yield at_least(name, found.costs[0], found.costs[1], to_floor, 0.60, "floor")
    yield at_least(name, found.costs[0], found.costs[3], to_naive, 6.0, "naive")
    yield Row(name, str(found.costs[0]), f"raw {found.costs[2]}", f"{to_raw:.2f}")


def list_same(run: Run) -> Iterable[Row]:
    """The same page while nothing changes, and the same with its tag."""
    with serving("bench.app:app", run.stores.of(MANY)) as ours:
        ours.log_in()
        path = "/api/extensions/list?pagination=500&pagesize=100"
        tag = ours.headers(path)["ETag"]
        found = compare(
            run.pace,
            Side(ours, [Call(get(path, ours.token))]),
            floor_of(ours, [path]),
            Side(ours, [Call(get(path, ours.token, **{"If-None-Match": tag}))], (304,)),
        )
    name = "list of 100, the same page again"
    yield at_least(name, found.costs[0], found.costs[1], found.ratios[0], 0.90, "floor")
    yield Row(f"{name}, If-None-Match", str(found.costs[2]), f"200 {found.costs[0]}", "", "304", ok=True)


def single_calls(run: Run) -> Iterable[Row]:
    """Show, status of 50, a group of 200 members, the route of a call."""
    data = run.stores.copy(MANY)
    with serving("bench.app:app", data) as ours:
        ours.log_in()
        paths = {
            "show": _each(lambda number: f"/api/extensions/show?extension_number={number}"),
            "status of 50": _each(lambda number: f"/api/extensions/status?extensions={_fifty(number)}"),
            "group show of 200 members": [f"/api/extensions/group/show?id={_make_group(ours)}"],
            "route": _each(lambda number: f"/api/extensions/route?extension_number={number}"),
        }
        for name, some in paths.items():
            calls = [Call(get(path, ours.token)) for path in some]
            found = compare(run.pace, Side(ours, calls), floor_of(ours, some))
            yield at_least(name, found.costs[0], found.costs[1], found.ratios[0], 0.60, "floor")


def search(run: Run) -> Iterable[Row]:
    """Few hits, a word that stands in every e-mail, two letters."""
    with serving("bench.app:app", run.stores.of(MANY), BENCH_FORGET="1") as ours:
        ours.log_in()
        few = [f"/api/extensions/search?condition={number}%40pbx" for number in random.sample(_numbers(), _SAMPLES)]
        for name, some, target in (
            ("search, ≤ 20 hits", few, 5_000),
            ("search, a word in every e-mail", ["/api/extensions/search?condition=local"], None),
            ("search, two letters", ["/api/extensions/search?condition=ad"], 60_000),
        ):
            most = max(json.loads(ours.get(path))["total"] for path in some)
            found = compare(run.pace, Side(ours, [Call(get(path, ours.token)) for path in some]))
            figure = f"{found.costs[0]} ({most:,} hits)"
            if target is None:
                yield Row(name, figure)
            else:
                yield Row(name, figure, "", "", f"≤ {target / 1000:.0f} ms", found.costs[0].cpu <= target)


def sizes(run: Run) -> Iterable[Row]:
    """List and show at three sizes: first, middle and last page."""
    many = (1_000, MANY) if run.pace.is_quick else (1_000, MANY, 1_000_000)
    kinds = ("list, first page", "list, middle page", "list, last page", "show")
    stores = [run.stores.of(size) for size in many]
    servers = [Server("bench.app:app", data, BENCH_FORGET="1") for data in stores]
    try:
        found = []
        for kind in kinds:
            sides = [
                Side(server.log_in(), [Call(get(path, server.token)) for path in _paths_at(kind, size)])
                for server, size in zip(servers, many, strict=True)
            ]
            found.append(compare(run.pace, *sides))
    finally:
        for server in servers:
            server.stop()
    for kind, comparison in zip(kinds, found, strict=True):
        for size, costs, ratio in zip(many[1:], comparison.costs[1:], comparison.ratios, strict=True):
            target = "≤ 1.50 × at 1,000" if size == many[-1] else "report"
            ok = ratio <= 1.5 if size == many[-1] else None
            yield Row(f"{kind}, at {size:,}", str(costs), f"at 1,000 {comparison.costs[0]}", f"{ratio:.2f}", target, ok)


def floor_of(server: Server, paths: Sequence[str]) -> Side:
    """Return the floor of some calls: their very replies, ready beforehand."""
    calls = []
    for at, path in enumerate(paths):
        server.put(f"/floor/replies/{at}", server.get(path))
        calls.append(Call(get(f"/floor/reply?reply={at}&pagesize=100", server.token)))
    return Side(server, calls)


def _numbers() -> range:
    return range(_FIRST, _FIRST + MANY)


def _each(path: Callable[[int], str]) -> list[str]:
    return [path(number) for number in random.sample(_numbers(), _SAMPLES)]


def _fifty(_: int) -> str:
    return ",".join(map(str, random.sample(_numbers(), 50)))


def _make_group(server: Server) -> int:
    fields = dict.fromkeys(("enable_intercom", "enable_external_call", "enable_management_console_access"), True)
    members = [str(number) for number in random.sample(_numbers(), 200)]
    group: int = server.post("/api/extensions/group/create", group_name="Two hundred", members=members, **fields)["id"]
    return group


def _paths_at(kind: str, size: int) -> Iterator[str]:
    if kind == "show":
        first = _FIRST + min(size, MANY) // 2 + (STEP * 5 if size > MANY else 0)  # among the copies, when there are any
        yield from (f"/api/extensions/show?extension_number={first + at}" for at in range(_SAMPLES))
        return
    last = size // 100
    first = {"first": 1, "middle": last // 2, "last": last}[kind.split()[1]]
    yield f"/api/extensions/list?pagination={first}&pagesize=100"
