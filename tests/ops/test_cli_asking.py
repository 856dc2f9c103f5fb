"""What commands ask before they do it, and what they say before they ask."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from portsip_api import __version__, settings
from tests.crm import Crm

NOBODY = "There is {} already, and nobody to ask: --yes replaces it."


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs commands in this process, over a fresh store."""
    return app.test_cli_runner()


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_file_is_replaced_by_who_says_so(commands: FlaskCliRunner, admin: Crm, tmp_path: Path, command: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text("old", encoding="utf-8")
    refused = commands.invoke(args=["pbx", command, str(file)], input="n\n")
    assert (refused.exit_code, file.read_text()) == (1, "old")
    assert refused.stderr.endswith(f"Replace the file {file}? [y/N]: n\nAborted!\n")
    unanswered = commands.invoke(args=["pbx", command, str(file)])
    assert (unanswered.exit_code, file.read_text()) == (1, "old")
    assert unanswered.stderr.endswith(f"Error: {NOBODY.format(f'the file {file}')}\n")
    for how, answer in (([], "y\n"), (["--yes"], "")):
        file.write_text("old", encoding="utf-8")
        assert commands.invoke(args=["pbx", command, str(file), *how], input=answer).exit_code == 0
        assert file.read_bytes() != b"old"


def test_a_database_is_replaced_by_who_says_so(commands: FlaskCliRunner, admin: Crm, tmp_path: Path) -> None:
    file, database = str(tmp_path / "pbx.tar.gz"), settings.current().database_path
    assert commands.invoke(args=["pbx", "backup", file]).exit_code == 0
    before = database.stat().st_ino
    refused = commands.invoke(args=["pbx", "restore", file])
    assert refused.stderr.endswith(f"Error: {NOBODY.format(f'the database {database}')}\n")
    assert (refused.exit_code, database.stat().st_ino) == (1, before)
    assert commands.invoke(args=["pbx", "restore", file], input="y\n").exit_code == 0
    assert database.stat().st_ino != before


def test_an_administrator_that_is_not_there_costs_nobody_a_password(commands: FlaskCliRunner) -> None:
    told = commands.invoke(args=["pbx", "admin", "passwd", "nobody"], input="a long passphrase\na long passphrase\n")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.endswith("Error: There is no such administrator.\n")


def test_the_version_is_told_without_a_store(commands: FlaskCliRunner) -> None:
    told = commands.invoke(args=["pbx", "--version"])
    assert (told.exit_code, told.output) == (0, f"pbx, version {__version__}\n")
