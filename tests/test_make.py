"""`make` on a machine where an earlier one failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from portsip_api import settings


def test_an_environment_that_was_left_without_pip_is_made_anew(tmp_path: Path) -> None:
    """So it is left where the module venv came without ensurepip, as Debian's does before python3-venv is there."""
    for name in ("Makefile", "requirements.txt", "requirements-build.txt", "pyproject.toml", "portsip_api/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(settings.ROOT / name, tmp_path / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    environ = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    made = subprocess.run(
        ["make", f"PYTHON={sys.executable}", "INSTALL=:", ".venv/run.stamp"],  # all but what needs an index
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.stdout == "Installing the libraries into .venv, which takes up to a minute ...\n"
    subprocess.run([tmp_path / ".venv/bin/python", "-c", "import pip"], check=True)
