"""What a newcomer has before them: the lines that the README prints, a clone, and what `make run` in it said.

The libraries are not fetched again: the clone's environment sees those of this one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portsip_api import settings
from tests.contract.servers import wait_until

# What `make` installs with: the program itself really, and the libraries by a line that names where they are.
_INSTALLING = """\
case "$*" in
*--editable*)
    for site in .venv/lib/python3.*/site-packages; do echo '{libraries}' > "$site/others.pth"; done
    exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index "$@" ;;
esac
"""


@dataclass(frozen=True)
class Clone:
    """A clone of this repository, and what a server in it listens on (`address` and port)."""

    path: Path
    address: str

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a terminal in it."""
        others = {name: text for name, text in os.environ.items() if not name.startswith(("PBX_", "MAKE", "PYTHON"))}
        return others | {"PBX_BIND": self.address} | more

    def run(self, lines: str, entered: str = "", **more: str) -> str:
        """Type lines into a shell, and what they ask for, and return what they print. Fails when one fails."""
        ran = subprocess.run(
            ["sh", "-eu", "-c", lines],
            cwd=self.path, env=self.environment(**more), input=entered, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    @contextmanager
    def serving(self, line: str, **more: str) -> Iterator[str]:
        """Run a server by a line in a terminal of its own, and give what it has said when it serves."""
        said = self.path.with_name("said")
        with said.open("wb") as output:
            process = subprocess.Popen(
                ["sh", "-c", line],
                cwd=self.path, env=self.environment(PBX_WORKERS="1", **more), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            wait_until(lambda: process.poll() is not None or b"Booting worker" in said.read_bytes(), "it serves")
            assert process.poll() is None, said.read_text()
            yield said.read_text()
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


@contextmanager
def clone(folder: Path, address: str) -> Iterator[Clone]:
    """Clone into a folder, which is removed at the end."""
    subprocess.run(["git", "clone", "--quiet", settings.ROOT, folder / "pbx"], check=True)
    (folder / "install.sh").write_text(_INSTALLING.format(libraries=sysconfig.get_path("purelib")), encoding="utf-8")
    try:
        yield Clone(folder / "pbx", address)
    finally:
        shutil.rmtree(folder)


def first_run(made: Clone) -> str:
    """The line of the README that installs and serves, with what it needs to find nothing but what is here."""
    command = blocks("## Start")[1].partition("#")[0].strip()
    return f"{command} PYTHON={sys.executable} INSTALL='sh {made.path.with_name('install.sh')}'"


def password_in(said: str) -> str:
    """The password of the administrator, which the first run has printed."""
    found: str = re.findall(r"shown only now:\n(\S+)\n", said)[0]
    return found


def blocks(heading: str) -> list[str]:
    """Return the indented blocks of lines below a heading of the README, up to the next heading."""
    text = (settings.ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]
    section = re.split(r"^#", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]
