"""`init` and `openapi`: the first start, once, and the document as it is served."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from portsip_api.pbx.access import administrators
from portsip_api.store import database
from tests.crm import ADMIN_PASSWORD, Crm
from tests.ops.commands import check_sentence, run, start

Use = Callable[..., object]  # puts settings in force

SILENT = "There is an administrator already; nothing was changed.\n"


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs commands in this process, over a fresh store with an administrator."""
    return app.test_cli_runner()


@pytest.fixture
def bare(commands: FlaskCliRunner) -> FlaskCliRunner:
    """The same over a store without an administrator."""
    with database.writing():
        database.execute("DELETE FROM administrator")
    return commands


def test_the_first_start_prints_a_password_once(tmp_path: Path) -> None:
    first, second = run(tmp_path, "init"), run(tmp_path, "init")
    assert (first.returncode, second.returncode) == (0, 0)
    sentence, password = first.stdout.splitlines()
    assert sentence == "Made the administrator admin with a password that is shown only now:"
    assert len(password) == 22
    assert second.stdout == SILENT
    assert password not in second.stderr + first.stderr


def test_the_printed_password_is_the_administrators(bare: FlaskCliRunner, crm: Crm) -> None:
    password = bare.invoke(args=["pbx", "init"]).stdout.splitlines()[-1]
    assert crm.log_in("admin", password).token


def test_a_given_password_is_used_and_not_printed(bare: FlaskCliRunner, configure: Use, crm: Crm) -> None:
    configure(PBX_ADMIN_PASSWORD="given by the environment")
    result = bare.invoke(args=["pbx", "init"])
    assert result.output == "Made the administrator admin with the password in PBX_ADMIN_PASSWORD.\n"
    assert crm.log_in("admin", "given by the environment").token


def test_a_later_start_does_not_set_the_password(commands: FlaskCliRunner, configure: Use, crm: Crm) -> None:
    configure(PBX_ADMIN_PASSWORD="given by the environment")
    assert commands.invoke(args=["pbx", "init"]).output == SILENT
    assert crm.log_in("admin", ADMIN_PASSWORD).token


def test_any_administrator_will_do(bare: FlaskCliRunner) -> None:
    administrators.create("somebody", "a passphrase")
    assert bare.invoke(args=["pbx", "init"]).output == SILENT


def test_the_strict_policy_holds_for_the_first_password(bare: FlaskCliRunner, configure: Use) -> None:
    configure(PBX_ADMIN_PASSWORD="short", PBX_PASSWORD_POLICY="strict")
    result = bare.invoke(args=["pbx", "init"])
    assert (result.exit_code, administrators.exists()) == (1, False)
    assert result.stderr == "Error: password: Must have at least 8 characters and not be the extension number.\n"


def test_what_started_a_server_before_passwords_were_judged_still_does(
    bare: FlaskCliRunner, configure: Use, crm: Crm
) -> None:
    configure(PBX_ADMIN_PASSWORD="admin")
    assert bare.invoke(args=["pbx", "init"]).exit_code == 0
    assert crm.log_in("admin", "admin").token


def test_starts_at_the_same_moment_make_one_administrator(tmp_path: Path) -> None:
    processes = [start(tmp_path, "init") for _ in range(3)]
    results = [process.communicate(timeout=30) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], results
    assert sorted(output == SILENT for output, _ in results) == [False, True, True]
    with closing(sqlite3.connect(tmp_path / "pbx.sqlite3")) as connection:
        assert connection.execute("SELECT name FROM administrator").fetchall() == [("admin",)]


def test_a_process_that_lost_the_race_says_nothing_secret(
    bare: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrators.create("admin", "of the winner")
    real, answers = administrators.exists, iter([False])  # as it was before the winner wrote
    monkeypatch.setattr(administrators, "exists", lambda: next(answers, None) is not None or real())
    assert bare.invoke(args=["pbx", "init"]).output == SILENT


def test_the_document_is_the_one_that_is_served(commands: FlaskCliRunner, app: Flask, tmp_path: Path) -> None:
    printed = commands.invoke(args=["pbx", "openapi"]).stdout
    assert json.loads(printed) == app.test_client().get("/openapi.json").json
    assert commands.invoke(args=["pbx", "openapi", "--output", str(tmp_path / "api.json")]).output == ""
    assert (tmp_path / "api.json").read_text() == printed
    for api in ("sipxcom", "provision"):
        printed = commands.invoke(args=["pbx", "openapi", "--face", api]).stdout
        assert json.loads(printed) == app.test_client().get(f"/openapi-{api}.json").json


def test_a_file_that_cannot_be_written_is_a_sentence(commands: FlaskCliRunner, tmp_path: Path) -> None:
    result = commands.invoke(args=["pbx", "openapi", "--output", str(tmp_path / "no" / "folder" / "api.json")])
    assert (result.exit_code, result.stderr[:33]) == (1, "Error: No such file or directory:")


def test_what_keeps_the_server_from_starting_is_a_sentence(tmp_path: Path) -> None:
    check_sentence(run(tmp_path, "init", PBX_WORKERS="many", PBX_TOKEN_TTL="0"), "PBX_TOKEN_TTL")
