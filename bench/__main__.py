"""`python -m bench`: measures everything and prints one table; the exit status is 1 when a target is missed.

`--quick` is a short form of the same, `--only NAME` a single row, `--markdown` the table as the documentation has it.
"""

import argparse
import os
import platform
import sys
import time
from datetime import UTC, datetime
from typing import Final

from bench import table
from bench.measure import FULL, QUICK
from bench.rows import Measure, Run, calls, files, history, look_ups, mixed, own, reads, workers, writes
from bench.servers import Stores

ROWS: Final[dict[str, Measure]] = {
    "list": reads.list_random,
    "again": reads.list_same,
    "reads": reads.single_calls,
    "search": reads.search,
    "session": writes.session,
    "sizes": reads.sizes,
    "history": history.history,
    "writes": writes.writes,
    "files": files.files,
    "phonebook": own.phonebook,
    "mailbox": own.mailbox,
    "mixed": mixed.mixed,
    "look-ups": look_ups.look_ups_of_calls,
    "decide": calls.evaluation,
    "start": mixed.start,
    "workers": workers.workers,
}
if os.environ.get("FREESWITCH"):  # which needs what the tests need
    from bench.rows import engine

    ROWS["calls"] = engine.calls


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=ROWS)
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    stores = Stores()
    run = Run(stores, QUICK if given.quick else FULL)
    began, done = time.monotonic(), []
    try:
        for name in given.only or ROWS:
            for row in ROWS[name](run):
                print("  ".join(row.cells()), file=sys.stderr, flush=True)
                done.append(row)
    finally:
        stores.close()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}, {(time.monotonic() - began) / 60:.0f} minutes")
    print()
    print((table.markdown if given.markdown else table.text)(done))
    return int(any(row.ok is False for row in done))


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB, {system}"


if __name__ == "__main__":
    sys.exit(main())
