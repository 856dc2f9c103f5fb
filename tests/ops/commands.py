"""The commands, run for real in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from portsip_api import settings

_PBX = ("-m", "portsip_api")


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a command that works on the data folder `data`."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("PBX_") and name != "DATABASE_URL"}
    return {**others, "PBX_DATA_DIR": str(data), **variables}


def start_python(data: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start Python on the data folder `data`."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.ROOT,
        env=environment(data, **variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start(data: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start `pbx …` on the data folder `data`."""
    return start_python(data, *_PBX, *arguments, **variables)


def finish(process: subprocess.Popen[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Wait for the end of a process."""
    output, errors = process.communicate(stdin, timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def run(data: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `pbx …` on the data folder `data` to its end."""
    return finish(start(data, *arguments, **variables), stdin)


def check_sentence(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    """The command failed with that sentence, alone."""
    assert result.returncode != 0
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
