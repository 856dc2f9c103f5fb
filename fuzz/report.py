"""The table in the end: a row for each attack, and how it is shown."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

TITLES = ("Attack", "Executions", "Seconds", "Findings", "")


@dataclass(frozen=True)
class Row:
    """What came of one attack: `findings` are texts for a person, each a reason to fail; `note` a figure to show."""

    name: str
    executions: int
    seconds: float
    findings: list[str] = field(default_factory=list)
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return its cells."""
        verdict = "MISSED" if self.findings else "ok"
        note = f"{verdict}: {self.note}" if self.note else verdict
        return self.name, f"{self.executions:,}", f"{self.seconds:.0f}", str(len(self.findings)), note


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table for a terminal."""
    lines = [TITLES, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(TITLES))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= place <= 3 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table for SECURITY.md, with the machine and the date."""
    lines = ["| Attack | Executions | Seconds | Findings | |", "|---|---:|---:|---:|---|"]
    lines += [f"| {' | '.join(row.cells())} |" for row in rows]
    return "\n".join([f"{_machine()}, {datetime.now(UTC):%Y-%m-%d}:", "", *lines])


def _machine() -> str:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} × {cpu}, {kib / (1 << 20):.0f} GiB, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
