"""The program as people install it: a wheel in a virtual environment, far from the working tree.

The environment sees the libraries of this one, so that nothing is fetched.
"""

import os
import pty
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from portsip_api import __version__, settings
from tests.contract.servers import DEADLINE, wait_until


class Installed:
    """An environment with the program, a folder to work in, and a settings file."""

    def __init__(self, folder: Path) -> None:
        """Build the wheel and install it in `folder`."""
        self.bin, self.elsewhere, self.file = folder / "env" / "bin", folder / "elsewhere", folder / "pbx.env"
        self.elsewhere.mkdir()
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
        subprocess.run([*pip, *build, settings.ROOT], check=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
        (self.wheel,) = folder.glob("*.whl")
        python = str(self.bin / "python")
        subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", self.wheel], check=True)
        (site,) = (folder / "env").glob("lib/python*/site-packages")
        (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its commands."""
        others = {name: text for name, text in os.environ.items() if not name.startswith(("PBX_", "PYTHON"))}
        return others | {"PBX_CONFIG": str(self.file)}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `pbx …` in a folder where nothing of the program is."""
        return subprocess.run(
            [self.bin / "pbx", *arguments],
            cwd=self.elsewhere, env=self.environment | variables,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The program, and no data yet."""
    return Installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def password(installed: Installed) -> str:
    """The first password of the administrator, printed by `init --data`."""
    made = installed.run("init", "--data", str(installed.elsewhere / "data"))
    assert made.returncode == 0, made.stderr
    with installed.file.open("a") as file:
        file.write("PBX_BIND=127.0.0.1:0\nPBX_WORKERS=2\n")
    return made.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def said(installed: Installed, password: str) -> Iterator[list[str]]:
    """What `pbx serve` says on a terminal until it answers."""
    terminal, end = pty.openpty()
    with os.fdopen(terminal, "rb", buffering=0) as output:
        process = subprocess.Popen(
            [installed.bin / "pbx", "serve"],
            cwd=installed.elsewhere, env=installed.environment, stdin=end, stdout=end, stderr=end,
            start_new_session=True,
        )  # fmt: skip
        os.close(end)
        text = bytearray()

        def told() -> list[str]:
            with suppress(OSError):  # nobody writes any more
                text.extend(output.read(4096))
            assert process.poll() is None, text
            return text.decode().splitlines() if b"Ctrl+C stops the server." in text else []

        try:
            yield wait_until(told, "the server answers")
        finally:
            process.terminate()
            process.wait(DEADLINE)


@pytest.fixture(scope="module")
def url(said: list[str]) -> str:
    """Where it answers."""
    return next(line.rpartition(" ")[2] for line in said if line.startswith("The PBX answers at http://127.0.0.1:"))


def test_without_settings_it_says_what_to_do(installed: Installed) -> None:
    bare = installed.elsewhere / "bare.env"
    bare.write_text("")
    for command in (["serve"], ["init"], ["tenant", "list"]):
        refused = installed.run(*command, PBX_CONFIG=str(bare))
        sentence = "PBX_DATA_DIR: Must be set: `pbx init --data DIR` makes a folder and a file.\n"
        assert (refused.returncode, refused.stderr) == (1, sentence)


def test_a_backup_of_nothing_names_the_place(installed: Installed) -> None:
    nowhere = installed.elsewhere / "nowhere"
    refused = installed.run("backup", "pbx.tar.gz", PBX_CONFIG="", PBX_DATA_DIR=str(nowhere))
    assert refused.returncode == 1
    assert refused.stderr == f"There is no database at {nowhere}/pbx.sqlite3: `pbx init` makes one.\n"
    assert not nowhere.exists()


def test_a_person_at_a_terminal_is_told_where_to_go_on(said: list[str], url: str, password: str) -> None:
    begins = said.index(f"The PBX answers at {url}")
    assert said[begins : begins + 4] == [
        f"The PBX answers at {url}",
        f"Open {url}/docs in a browser",
        (
            "Log in as admin with the password that `pbx init` has printed once;"
            " `pbx admin passwd admin` sets another one."
        ),
        "Ctrl+C stops the server.",
    ]
    assert password not in "".join(said)


def test_both_apis_answer(url: str, password: str) -> None:
    logged_in = requests.post(
        f"{url}/api/account/credentials/verify", json={"username": "admin", "password": password}, timeout=30
    ).json()
    made = requests.post(
        f"{url}/api/extensions/create",
        json={"extension_number": "1000", "password": "sip-secret", "web_access_password": "web-secret"},
        headers={"access_token": logged_in["access_token"]}, timeout=30,
    )  # fmt: skip
    assert made.status_code == 200, made.text
    users = requests.get(f"{url}/sipxconfig/rest/user", auth=("superadmin", password), timeout=30)
    assert "<userName>1000</userName>" in users.text


@pytest.mark.parametrize("page", ["/docs", "/docs/sipxcom"])
def test_the_documentation_has_its_assets(url: str, page: str) -> None:
    links = re.findall(r'(?:href|src|data-document)="([^"]*)"', requests.get(url + page, timeout=30).text)
    assert len(links) == 11
    for link in links:
        reply = requests.get(url + link, timeout=30)
        assert (reply.status_code, len(reply.content) > 100) == (200, True), link


def test_commands_work_on_the_servers_database(installed: Installed, url: str, password: str) -> None:
    exported = installed.run("export", "all.csv")
    assert exported.stderr == f"Database: {installed.elsewhere}/data/pbx.sqlite3\n"
    backup = installed.run("backup", "pbx.tar.gz")
    assert backup.returncode == 0, backup.stderr
    refused = installed.run("restore", "--yes", "pbx.tar.gz")
    assert "A server runs on this data folder" in refused.stderr


def test_the_other_server_reads_the_file_too(installed: Installed, password: str) -> None:
    """But for its address, processes and threads, which uWSGI needs earlier: to take others in silence were wrong."""
    program = "import pyuwsgi; pyuwsgi.run()"
    (folder,) = installed.bin.parent.glob("lib/python*/site-packages/portsip_api/shipped")
    refused = subprocess.run(
        [installed.bin / "python", "-c", program, "--ini", folder / "wsgi.ini"],
        cwd=installed.elsewhere, env=installed.environment | {"PBX_BIND": "127.0.0.1:0"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "PBX_WORKERS: uWSGI reads it from the environment, and not from the settings file." in refused.stdout


def test_the_wheel_has_all_that_is_needed_and_no_more(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        files = set(wheel.namelist())
    assert {name.partition("/")[0] for name in files} == {"portsip_api", f"portsip_api-{__version__}.dist-info"}
    migrations = {
        f"portsip_api/shipped/db/migrations/{path.name}" for path in (settings.ROOT / "db/migrations").iterdir()
    }
    entries = {f"portsip_api/shipped/{name}" for name in ("app.py", "gunicorn.conf.py", "wsgi.ini")}
    assert {name for name in files if "/shipped/" in name} == migrations | entries
    assert {"portsip_api/py.typed", f"portsip_api-{__version__}.dist-info/licenses/LICENSE"} <= files


def test_a_source_archive_makes_the_same_wheel(installed: Installed, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(tmp_path), "--target"]
    subprocess.run([*build, "sdist"], cwd=settings.ROOT, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    subprocess.run([*build, "wheel"], cwd=tmp_path / archive.name.removesuffix(".tar.gz"), check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as made, zipfile.ZipFile(installed.wheel) as first:
        assert sorted(made.namelist()) == sorted(first.namelist())
