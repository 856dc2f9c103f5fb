"""`backup` and `restore`, from a server's data to a server's data."""

import tarfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions.extensions import show
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database, volatile
from portsip_api.store.files import FileLock
from portsip_api.store.migrations import known
from portsip_api.store.secrets import keyring
from tests.crm import Crm, check_refused
from tests.ops.commands import check_sentence, run
from tests.stores import start_again

SECRET = "the canary of the backup"
NEWEST = known()[-1].number


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs commands in this process, over a fresh store."""
    return app.test_cli_runner()


def number_of_extensions() -> int:
    count: int = database.fetch_row("SELECT count(*) FROM extension")[0]
    return count


def test_a_store_comes_back_as_it_was(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    file = str(tmp_path / "pbx.tar.gz")
    admin.make_extension("1000", password=SECRET)
    made = commands.invoke(args=["pbx", "backup", file])
    key_id = keyring.key_ids()[0]
    assert made.output == f"Made a backup of schema {NEWEST}. Its secrets need the key {key_id}.\n"
    admin.make_extension("1001")
    admin.do("extensions/destroy", extension_number="1000")
    restored = commands.invoke(args=["pbx", "restore", "--yes", file])
    assert restored.exit_code == 0, restored.output
    assert restored.output.endswith(f", schema {NEWEST}. Its secrets need the key {key_id}.\n")
    assert show(tenants.DEFAULT_TENANT_ID, ExtensionKey("1000")).secret("extension.password") == SECRET
    assert number_of_extensions() == 1
    assert find_inconsistencies() == []


def test_everybody_logs_in_again_after_a_restore(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    file = str(tmp_path / "pbx.tar.gz")
    commands.invoke(args=["pbx", "backup", file])
    assert admin.get("extensions/list").status_code == 200
    volatile.db.close()
    commands.invoke(args=["pbx", "restore", "--yes", file])
    start_again(settings.current().database_path)
    check_refused(admin.get("extensions/list"), "403.4")


def test_a_backup_holds_neither_the_key_nor_a_secret(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    admin.make_extension("1000", password=SECRET)
    commands.invoke(args=["pbx", "backup", str(tmp_path / "pbx.tar.gz")])
    key = settings.current().secret_key_path.read_text().split()[1]
    with tarfile.open(tmp_path / "pbx.tar.gz") as packed:
        for member in packed.getmembers():
            file = packed.extractfile(member)
            assert file is not None
            content = file.read()
            assert key.encode() not in content
            assert SECRET.encode() not in content
            assert admin.token.encode() not in content


def test_a_backup_of_another_key_is_refused_with_its_id(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    admin.make_extension("1000")
    commands.invoke(args=["pbx", "backup", str(tmp_path / "pbx.tar.gz")])
    key_id = keyring.key_ids()[0]
    settings.current().secret_key_path.write_text("00000000 " + "A" * 43 + "=\n")
    result = commands.invoke(args=["pbx", "restore", "--yes", str(tmp_path / "pbx.tar.gz")])
    assert result.exit_code == 1
    assert result.stderr == f"Error: The backup needs the key {key_id}, which the key file does not have.\n"


def test_a_backup_is_refused_under_a_running_server(commands: FlaskCliRunner, tmp_path: Path) -> None:
    file = str(tmp_path / "pbx.tar.gz")
    commands.invoke(args=["pbx", "backup", file])
    owner = FileLock(settings.current().data_path / "jobs.lock")
    assert owner.acquire(wait=False)
    result = commands.invoke(args=["pbx", "restore", "--yes", file])
    assert (result.exit_code, result.stderr) == (1, "Error: A server runs on this data folder: stop it first.\n")
    owner.release()


def test_what_cannot_be_written_or_read_is_a_sentence(commands: FlaskCliRunner, tmp_path: Path) -> None:
    result = commands.invoke(args=["pbx", "backup", str(tmp_path / "no" / "folder.tar.gz")])
    assert (result.exit_code, result.stderr) == (1, "Error: The backup cannot be written: No such file or directory.\n")
    result = commands.invoke(args=["pbx", "restore", "--yes", str(tmp_path / "none")])
    assert (result.exit_code, result.stderr) == (1, "Error: There is no such file.\n")


def test_a_server_that_does_not_start_can_be_repaired(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    admin.make_extension("1000")
    commands.invoke(args=["pbx", "backup", str(tmp_path / "pbx.tar.gz")])
    database.db.close()
    data = settings.current().data_path
    (data / "pbx.sqlite3").write_bytes(b"no database" * 1000)
    check_sentence(run(data, "tenant", "list"), f"The database {data}/pbx.sqlite3 cannot be used")
    repaired = run(data, "restore", "--yes", str(tmp_path / "pbx.tar.gz"))
    assert (repaired.returncode, repaired.stderr) == (0, f"Database: {data}/pbx.sqlite3\n")
    assert number_of_extensions() == 1


def test_a_restore_says_what_is_wrong_with_the_settings(tmp_path: Path) -> None:
    check_sentence(run(tmp_path, "restore", "x", PBX_WORKERS="many"), "PBX_WORKERS: Not a valid integer.")
