"""Which store a command works on: it is there, it is the server's, and it is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.ops.cli import pbx
from tests.ops.commands import check_sentence, environment, finish, run, start_python

# Every command that needs a database, with arguments that it takes.
WORKS_ON_A_STORE = {
    "admin create": ["ada", "--generate"],
    "admin passwd": ["ada", "--generate"],
    "admin destroy": ["other", "--yes"],
    "admin disable": ["other"],
    "admin enable": ["other"],
    "admin list": [],
    "attendant add": ["Night"],
    "attendant list": [],
    "attendant remove": ["Night"],
    "backup": ["{tmp}/pbx.tar.gz"],
    "export": ["{tmp}/all.csv"],
    "hours": ["1000"],
    "import": ["{tmp}/all.csv"],
    "mailbox delete": ["1000", "1"],
    "mailbox deposit": ["1000", "{tmp}/message.wav"],
    "mailbox list": ["1000"],
    "mailbox move": ["1000", "1", "saved"],
    "mailbox notify": ["1000"],
    "openapi": [],
    "phonebook import": ["Friends", "{tmp}/all.csv"],
    "phonebook list": [],
    "phonebook remove": ["Friends"],
    "phonebook show-to": ["Friends"],
    "recording delete": ["1"],
    "recording deposit": ["1000", "{tmp}/message.wav"],
    "recording list": [],
    "rotate-key": [],
    "route": ["1000"],
    "rule add": ["Local"],
    "rule list": [],
    "rule remove": ["Local"],
    "seed": [],
    "switch check": [],
    "tenant create": ["Acme", "acme.example", "--generate"],
    "tenant destroy": ["Acme", "--yes"],
    "tenant list": [],
    "tenant update": ["Acme", "--enable"],
}
# Those that need none, or make it.
OTHERS = {"check", "demo", "init", "restore", "serve", "switch config"}


# Runs all of them in one process, none of which opens anything.
_EACH = """
import json, sys
from click.testing import CliRunner
from portsip_api.ops.cli import pbx
for line in json.load(sys.stdin):
    result = CliRunner().invoke(pbx, line)
    print(json.dumps([result.exit_code, result.output.strip()]))
"""


def names() -> set[str]:
    found = set()
    for name, command in pbx.commands.items():
        below = getattr(command, "commands", None)
        found |= {f"{name} {inner}" for inner in below} if below else {name}
    return found


def test_every_command_is_of_one_kind() -> None:
    assert names() == set(WORKS_ON_A_STORE) | OTHERS


def test_a_command_that_finds_no_database_names_the_place_and_makes_none(tmp_path: Path) -> None:
    lines = [[*name.split(), *(text.format(tmp=tmp_path) for text in rest)] for name, rest in WORKS_ON_A_STORE.items()]
    outcomes = finish(start_python(tmp_path / "data", "-c", _EACH), json.dumps(lines)).stdout.splitlines()
    sentence = f"There is no database at {tmp_path}/data/pbx.sqlite3: `pbx init` makes one."
    assert outcomes == [json.dumps([1, sentence])] * len(lines)
    assert list(tmp_path.iterdir()) == []


def test_a_command_names_its_database_apart_from_its_output(tmp_path: Path) -> None:
    made = run(tmp_path, "init")
    listed = run(tmp_path, "tenant", "list")
    checked = run(tmp_path, "check")
    line = f"Database: {tmp_path}/pbx.sqlite3\n"
    assert (made.stderr, listed.stderr, checked.stderr) == (line, line, line)
    assert listed.stdout == "1\tdefault\tpbx.local\t0\tenabled\n"


def test_help_needs_no_database(tmp_path: Path) -> None:
    result = run(tmp_path / "none", "tenant", "list", "--help")
    assert (result.returncode, result.stderr) == (0, "")


def test_every_command_reads_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "pbx.env"
    file.write_text(f"PBX_DATA_DIR={tmp_path}/data\nPBX_SIP_DOMAIN=of.the.file\n")
    environ = environment(tmp_path / "other", PBX_CONFIG=str(file))
    del environ["PBX_DATA_DIR"]
    for arguments, sentence in (
        (["init"], "Made the administrator admin"),
        (["tenant", "list"], "of.the.file"),
        (["check"], "No errors."),
    ):
        command = [sys.executable, "-m", "portsip_api", *arguments]
        result = subprocess.run(command, cwd=settings.ROOT, env=environ, capture_output=True, text=True, check=True)
        assert sentence in result.stdout
        assert result.stderr == f"Database: {tmp_path}/data/pbx.sqlite3\n"
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("arguments", [["tenant", "list"], ["init"], ["serve"], ["restore", "x"]])
def test_a_settings_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, arguments: list[str]) -> None:
    result = run(tmp_path, *arguments, PBX_CONFIG=str(tmp_path / "no.env"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"{tmp_path}/no.env: The file cannot be read: No such file or directory.\n"


def test_a_check_says_what_is_wrong_with_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "pbx.env"
    file.write_text("PBX_WORKERS=many\nPBX_TYPO=1\n")
    told = run(tmp_path, "check", PBX_CONFIG=str(file)).stdout
    assert "error: PBX_WORKERS: Not a valid integer." in told
    assert "error: PBX_TYPO: There is no such setting." in told
    assert f"error: There is no database at {tmp_path}/pbx.sqlite3" in told
    file.write_text("nonsense\n")
    told = run(tmp_path, "check", PBX_CONFIG=str(file)).stdout
    assert told.startswith(f"error: {file}: Line 1 must be NAME=value")
    assert told.count("error:") == 1


def test_flask_has_the_same_group_and_makes_no_database_either(tmp_path: Path) -> None:
    result = finish(start_python(tmp_path, "-m", "flask", "--app", "app", "pbx", "tenant", "list"))
    check_sentence(result, f"There is no database at {tmp_path}/pbx.sqlite3")
    assert finish(start_python(tmp_path, "-m", "flask", "--app", "app", "pbx", "init")).returncode == 0
    listed = finish(start_python(tmp_path, "-m", "flask", "--app", "app", "pbx", "tenant", "list"))
    assert listed.stdout == run(tmp_path, "tenant", "list").stdout


def test_an_application_that_flask_makes_for_a_command_makes_no_database(tmp_path: Path) -> None:
    assert finish(start_python(tmp_path, "-m", "flask", "--app", "app", "routes")).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_first_folder_gets_a_settings_file(tmp_path: Path) -> None:
    data = tmp_path / "my data"
    result = init(data)
    assert (result.returncode, result.stderr) == (0, f"Database: {data}/pbx.sqlite3\n")
    assert result.stdout.splitlines()[:3] == [
        f"Wrote the settings file {data}/portsip-api.env.",
        "Other commands and the server find it by a variable of the environment:",
        f"export PBX_CONFIG='{data}/portsip-api.env'",
    ]
    assert data.stat().st_mode & 0o777 == 0o700
    assert f'PBX_DATA_DIR="{data}"\n' in (data / "portsip-api.env").read_text()


def test_the_named_settings_file_is_written_and_found(tmp_path: Path) -> None:
    file = tmp_path / "pbx.env"
    assert f"Wrote the settings file {file}.\nMade" in init(tmp_path / "data", PBX_CONFIG=str(file)).stdout
    again = init(tmp_path / "data", PBX_CONFIG=str(file))
    assert again.stdout == "There is an administrator already; nothing was changed.\n"


def test_a_settings_file_that_names_another_folder_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "pbx.env"
    file.write_text("PBX_DATA_DIR=/srv/pbx\n")
    result = init(tmp_path / "data", PBX_CONFIG=str(file))
    check_sentence(result, f"{file} names another data folder")
    assert [path.name for path in tmp_path.iterdir()] == ["pbx.env"]
    assert file.read_text() == "PBX_DATA_DIR=/srv/pbx\n"
    check_sentence(init(tmp_path / "data", PBX_DATA_DIR="/srv"), "The environment names another data folder")
    check_sentence(init(tmp_path / "a\nb"), "must be text without line breaks")


def init(data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `init --data`."""
    environ = environment(data, **variables)
    if "PBX_DATA_DIR" not in variables:
        del environ["PBX_DATA_DIR"]
    command = [sys.executable, "-m", "portsip_api", "init", "--data", str(data)]
    return subprocess.run(command, cwd=settings.ROOT, env=environ, capture_output=True, text=True, check=False)


def test_what_root_makes_belongs_to_the_user_of_the_server(tmp_path: Path) -> None:
    """Somebody else than root can only be the user itself."""
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, user, -1)
    (data / "greetings").mkdir(mode=0o700)
    (data / "greetings" / "one").write_bytes(b"a greeting")
    for arguments in (
        ["init"],
        ["seed", "--extensions", "3"],
        ["rotate-key"],
        ["backup", f"{tmp_path}/pbx.tar.gz"],
        ["restore", "--yes", f"{tmp_path}/pbx.tar.gz"],
        ["tenant", "list"],
    ):
        if arguments[0] == "restore":
            shutil.rmtree(data / "greetings")
        assert run(data, *arguments).returncode == 0
    owners = {str(path.relative_to(data)): path.stat().st_uid for path in data.rglob("*")}
    assert {"pbx.sqlite3", "secret.key", "migrate.lock", "jobs.lock", "backup.lock", "greetings/one"} <= set(owners)
    assert set(owners.values()) == {user}, owners
    assert (data / "pbx.sqlite3").stat().st_mode & 0o777 == 0o600
