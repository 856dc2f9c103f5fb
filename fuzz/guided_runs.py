"""Running the targets, each in a process of its own, and reading what came of it."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from fuzz.report import Row
from tests.contract.servers import ROOT

_EXECUTED = re.compile(r"^(?:stat::number_of_executed_units: |#)([0-9]+)", re.MULTILINE)
_GRACE = 300  # seconds to start, to read the seeds and to end


def run(name: str, folder: Path, seconds: int, seed: int) -> Row:
    """Attack one target for about `seconds`; what was found stays in `folder`/findings."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "fuzz.guided", name, str(folder), f"-max_total_time={seconds}", f"-seed={seed}"]
    inherited = {variable: text for variable, text in os.environ.items() if not variable.startswith("PBX_")}
    inherited.pop("DATABASE_URL", None)
    began, log = time.monotonic(), folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=inherited, stdout=output, stderr=output)
        try:
            status: int | None = process.wait(seconds + _GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = None
    said = log.read_text(encoding="utf-8", errors="replace")
    findings = _findings(folder / "findings")
    if status != 0 and not findings:
        findings.append(f"It ended with {status}:\n{said[-4_000:]}")
    executed = [int(number) for number in _EXECUTED.findall(said)]
    return Row(name, max(executed, default=0), time.monotonic() - began, findings)


def _findings(folder: Path) -> list[str]:
    """Return what was found: an error and the input that made it, or the name of what libFuzzer left."""
    if not folder.is_dir():
        return []
    told = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            data = path.with_suffix(".input").read_bytes()
            told.append(f"{json.loads(path.read_text(encoding='utf-8'))['error']}Input: {data[:1_000]!r}")
        elif path.suffix != ".input":
            told.append(f"{path.name.partition('-')[0]}: {path.read_bytes()[:1_000]!r}")
    return told
