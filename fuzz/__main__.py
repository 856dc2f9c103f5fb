"""All attacks, and one table in the end: `python -m fuzz`, or a part of it, `python -m fuzz --only targets`.

Exits with 1 when anything was found. `--quick` takes about two minutes; else each target that is guided by coverage is
attacked for `--minutes`, each document with at least `--examples` examples, and each way to log in measured for half a
minute. `--markdown` prints the table for SECURITY.md.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fuzz import guided_runs, timing
from fuzz.documents import DOCUMENTS
from fuzz.report import Row, markdown, table
from fuzz.targets import TARGETS

TIMING = "Timing"
GROUPS = {"targets": list(TARGETS), "documents": list(DOCUMENTS), "all": [*TARGETS, *DOCUMENTS, TIMING]}


@dataclass(frozen=True)
class Extent:
    """How much is done: seconds of a target, examples and phases of a document, seconds of a way to log in."""

    target: int
    examples: int
    timing: float
    phases: str = "examples,coverage,fuzzing,stateful"


QUICK = Extent(target=3, examples=200, timing=1.0, phases="fuzzing")


def main() -> int:
    """Run what is asked for, print the table and return the exit status."""
    asked = _arguments()
    extent = QUICK if asked.quick else Extent(round(asked.minutes * 60), asked.examples, asked.timing)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    rows = []
    names = [name for group in asked.only or ["all"] for name in GROUPS.get(group, [group])]
    for row in _rows(names, folder, extent, asked.seed, asked.jobs):
        rows.append(row)
        print(f"{row.name}: {len(row.findings)} findings", file=sys.stderr)
        for finding in row.findings:
            print(finding, file=sys.stderr)
    print(markdown(rows) if asked.markdown else table(rows))
    if any(row.findings for row in rows):
        print(f"Inputs and logs: {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def _rows(names: Iterable[str], folder: Path, extent: Extent, seed: int, jobs: int) -> Iterator[Row]:
    """Yield the rows. Timing comes last and alone, since whatever runs beside it is noise."""
    places = {name: folder / name.replace(" ", "-").replace(",", "") for name in names}
    with ThreadPoolExecutor(jobs) as pool:
        work = [
            pool.submit(guided_runs.run, name, place, extent.target, seed)
            for name, place in places.items()
            if name in TARGETS
        ]
        for started in work:
            yield started.result()
    for name, place in places.items():
        if name in DOCUMENTS:
            place.mkdir()
            yield DOCUMENTS[name].check(place, extent.examples, extent.phases, seed)
    if TIMING in places:
        places[TIMING].mkdir()
        yield from timing.check(places[TIMING], extent.timing, seed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes in all")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each target that is guided by coverage (10)")
    parser.add_argument("--examples", type=int, default=20_000, help="of each document, at least (20,000)")
    parser.add_argument("--timing", type=float, default=30.0, help="seconds of each way to log in (30)")
    parser.add_argument("--only", action="append", choices=[*GROUPS, *GROUPS["all"]], help="may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time (the processors)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
