"""`make` on a machine where an earlier one failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portsip_api import settings


def copied(place: Path) -> dict[str, str]:
    """Put what `.venv/run.stamp` is made of into a folder, and return the variables for a `make` there."""
    for name in ("Makefile", "requirements.txt", "requirements-build.txt", "pyproject.toml", "portsip_api/__init__.py"):
        (place / name).parent.mkdir(exist_ok=True)
        shutil.copy(settings.ROOT / name, place / name)
    return {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}


def test_an_environment_that_was_left_without_pip_is_made_anew(tmp_path: Path) -> None:
    """So it is left where the module venv came without ensurepip, as Debian's does before python3-venv is there."""
    environ = copied(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    made = subprocess.run(
        ["make", f"PYTHON={sys.executable}", "INSTALL=:", ".venv/run.stamp"],  # all but what needs an index
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.stdout == "Installing the libraries into .venv, which takes up to a minute ...\n"
    subprocess.run([tmp_path / ".venv/bin/python", "-c", "import pip"], check=True)


HOW = "Debian and Ubuntu have it in the packages python3 and python3-venv; another one is named by PYTHON=PATH."


@pytest.mark.parametrize(
    ("python", "script", "sentence"),
    [
        ("", None, f"There is no Python: {HOW}"),
        ("nowhere/python3", None, f"There is no Python: {HOW}"),
        ("./python3.9", "exit 1", f"./python3.9 is older than 3.11, which is needed: {HOW}"),
    ],
)
def test_without_a_python_that_will_do_it_is_said_what_will(
    tmp_path: Path, python: str, script: str | None, sentence: str
) -> None:
    environ = copied(tmp_path)
    if script is not None:
        (tmp_path / python).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / python).chmod(0o755)
    made = subprocess.run(
        ["make", f"PYTHON={python}", ".venv/run.stamp"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    first, own = made.stderr.splitlines()
    assert first == sentence
    assert own.startswith("make: ***")
    assert not (tmp_path / ".venv").exists()
