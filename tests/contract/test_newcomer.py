"""A newcomer's path: a clone, `make run`, and the README's lines in order, as they are printed, in a shell.

The libraries are not fetched again: the clone's environment sees those of this one. And the port is one that is free.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from portsip_api import settings
from tests.contract.servers import wait_until

PORT = "8899"  # of the README
# What `make` installs with: the program itself really, and the libraries by a line that names where they are.
INSTALLING = """\
case "$*" in
*--editable*)
    for site in .venv/lib/python3.*/site-packages; do echo '{libraries}' > "$site/others.pth"; done
    exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index "$@" ;;
esac
"""


def blocks(heading: str) -> list[str]:
    """Return the indented blocks of lines below a heading of the README, up to the next heading."""
    text = (settings.ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    section = re.split(r"^#", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


@pytest.fixture(scope="module")
def port(servers: None) -> int:
    """A free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def password(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `make run` in a clone has printed; the server runs until the tests of this module are done."""
    folder = tmp_path_factory.mktemp("newcomer")
    clone, said = folder / "pbx", folder / "said"
    subprocess.run(["git", "clone", "--quiet", settings.ROOT, clone], check=True)
    (folder / "install.sh").write_text(INSTALLING.format(libraries=sysconfig.get_path("purelib")), encoding="utf-8")
    others = {name: text for name, text in os.environ.items() if not name.startswith(("PBX_", "MAKE", "PYTHON"))}
    command = blocks("Start")[1].partition("#")[0].split()
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, f"PYTHON={sys.executable}", f"INSTALL=sh {folder}/install.sh"],
            cwd=clone, env=others | {"PBX_BIND": f"127.0.0.1:{port}", "PBX_WORKERS": "1"}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or b"Booting worker" in said.read_bytes(), "the server starts")
        assert process.poll() is None, said.read_text()
        yield re.findall(r"shown only now:\n(\S+)\n", said.read_text())[0]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder)


def test_it_says_what_debian_needs() -> None:
    assert blocks("Start")[0] == "apt-get install make curl python3 python3-venv\n"


def test_the_lines_of_the_readme_do_what_they_say(password: str, port: int, tmp_path: Path) -> None:
    lines = "".join(blocks("Start")[2:]).replace(PORT, str(port))
    ran = subprocess.run(
        ["sh", "-eu", "-c", lines],
        cwd=tmp_path, input=f"{password}\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    created, listed, rest = re.split(r"(?<=\})(?=[{<])", ran.stdout, maxsplit=2)
    assert '"extension_number":"1000"' in created
    assert '"count":1' in listed
    in_xml, in_json = rest.partition("{")[0], rest.partition("{")[2]
    assert "<userName>1000</userName>" in in_xml
    assert in_json.count('"1000"') >= 1
    assert "err_code" not in ran.stdout
    assert "ERROR" not in ran.stdout
