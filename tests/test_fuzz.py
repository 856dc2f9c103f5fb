"""What `make fuzz` runs, in short: every target with its seeds, and the judgement of figures."""

import os
import subprocess
import sys

import numpy as np
import pytest

from fuzz.guided_runs import run
from fuzz.report import Row, markdown, table
from fuzz.targets import TARGETS
from fuzz.timing import figure_of
from tests.contract.servers import ROOT


def test_the_seeds_of_every_target_are_no_findings():
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PBX_")}
    command = [sys.executable, "-m", "fuzz.seeds"]
    outcome = subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    counts = dict(line.removesuffix(" seeds").split(": ") for line in outcome.stdout.splitlines())
    assert set(counts) == set(TARGETS)
    assert "0" not in counts.values()


@pytest.mark.parametrize(("difference", "is_told"), [(0.0, False), (5.0, True), (-5.0, True)])
def test_a_difference_is_told_from_chance(difference: float, is_told: bool):
    noise = np.random.default_rng(1)
    # Pairs under load: most differ little, some by a thousand times as much.
    chance = noise.standard_cauchy(2_000) * 10
    assert figure_of(chance + difference, 1).is_distinguishable is is_told


def test_a_target_that_cannot_run_is_a_finding(tmp_path):
    row = run("no such target", tmp_path / "run", 1, 1)
    assert (row.executions, len(row.findings)) == (0, 1)


def test_what_was_found_is_missed_in_both_tables():
    rows = [Row("CSV import", 1_234, 59.6), Row("Timing", 2, 1.0, ["told apart"], "+9.0 µs")]
    lines = table(rows).splitlines()
    assert lines[1].split() == ["CSV", "import", "1,234", "60", "0", "ok"]
    assert lines[2].endswith("1  MISSED: +9.0 µs")
    assert "| CSV import | 1,234 | 60 | 0 | ok |" in markdown(rows)
