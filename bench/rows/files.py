"""Import and export of 100,000 extensions by the command line, the start of the command included."""

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from bench.rows import MANY, Run
from bench.servers import Work, command
from bench.table import Row

_FLAT = 1.5  # times the memory at a tenth of the rows
_PHONE = "phone_provisioning."
_VALUES = {
    "belong_groups": "",
    f"{_PHONE}phone_mac_address": "0004f2aabb95",
    f"{_PHONE}phone_provisioning_method": "LOCALLAN",
}


def files(run: Run) -> Iterable[Row]:
    """Export everything, and import such a file, in which every field is set, into an empty store."""
    tenth, full = run.stores.of(MANY // 10), run.stores.of(MANY)
    folder = full.parent
    for name, arguments in (
        ("all.csv", ()),
        ("all.json", ("--format", "json")),
        ("secrets.csv", ("--secrets",)),
    ):
        small = command(tenth, "export", str(folder / f"small-{name}"), *arguments)
        work = command(full, "export", str(folder / name), *arguments)
        yield from _lines(f"export of {MANY:,} to {name}", MANY, work, small, 20_000)
    rows = MANY // 10 if run.pace.is_quick else MANY
    source, few = _filled(folder / "secrets.csv", rows), _filled(folder / "secrets.csv", rows // 10)
    small = command(run.stores.empty(), "import", str(few))
    data = run.stores.empty()
    work = command(data, "import", str(source))
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store:
        made = store.execute("SELECT count(*) FROM extension").fetchone()[0]
    if made != rows:
        raise RuntimeError(f"an import of {rows} rows made {made} extensions")
    rate, *_ = _lines(f"import of {rows:,} from CSV", rows, work, small, 2_500)  # the largest over HTTP, 5,000, in 2 s
    yield rate
    more = (work.memory - small.memory) * 1024 / (rows - rows // 10)
    yield Row(f"import of {rows:,} from CSV: memory", f"{work.memory:.0f} MiB", "", f"{more:.1f} KiB a row")


def _lines(name: str, rows: int, work: Work, small: Work, target: int) -> Iterator[Row]:
    rate = rows / work.seconds
    figure = f"{rate:,.0f} rows/s, {rows / work.cpu:,.0f} per second of CPU"
    yield Row(name, figure, "", "", f"≥ {target:,} rows/s", rate >= target)
    ratio = work.memory / small.memory
    yield Row(
        f"{name}: memory", f"{work.memory:.0f} MiB", f"a tenth of it {small.memory:.0f} MiB", f"{ratio:.2f}",
        f"≤ {_FLAT} × a tenth", ratio <= _FLAT,
    )  # fmt: skip


def _filled(source: Path, rows: int) -> Path:
    """Copy `rows` rows of the file with a value in every blank cell, but for groups: the new store has none."""
    target = source.with_name(f"filled-{rows}.csv")
    with source.open(encoding="utf-8", newline="") as read, target.open("w", encoding="utf-8", newline="") as write:
        records = csv.reader(read)
        writer = csv.writer(write)
        titles = next(records)
        writer.writerow(titles)
        values = [_value(title) for title in titles]
        groups = titles.index("belong_groups")
        for record in islice(records, rows):
            record[groups] = ""
            writer.writerow([cell or value for cell, value in zip(record, values, strict=True)])
    return target


def _value(title: str) -> str:
    if title in _VALUES:
        return _VALUES[title]
    if title.endswith("time_zone"):
        return "Europe/Berlin"
    return "+442079460000" if title.endswith(("phone", "_value")) else "Text"
