"""`import`, `export` and `seed` on the command line."""

import csv
import json
import os
import stat
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from portsip_api import settings
from portsip_api.pbx.access import administrators, tenants
from portsip_api.pbx.extensions import directory, extensions, groups
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.import_export import exporting, importing
from portsip_api.pbx.upkeep import demo
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.ops.commands import finish, run, start

HEADER = "extension_number,password,web_access_password,profile.email\n"
GOOD = f"{HEADER}100,{SIP_PASSWORD},{WEB_PASSWORD},a@b\n101,{SIP_PASSWORD},{WEB_PASSWORD},\n"
BAD = f"{HEADER}100,{SIP_PASSWORD},{WEB_PASSWORD},\n1 1,{SIP_PASSWORD},{WEB_PASSWORD},nobody\n"
ALL = Slice(0, 1_000)


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs commands in this process, over a fresh store."""
    return app.test_cli_runner()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a file may be written."""
    return tmp_path / "extensions.csv"


def call(commands: FlaskCliRunner, *arguments: object) -> Result:
    return commands.invoke(args=["pbx", *map(str, arguments)])


def succeed(commands: FlaskCliRunner, *arguments: object) -> str:
    """Run a command that must succeed and return what it prints."""
    result = call(commands, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def check_failed(result: Result, sentence: str) -> None:
    """The command failed, and the last line says why."""
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"Error: {sentence}"
    assert SIP_PASSWORD not in result.output


def listed(tenant_id: int = 1) -> list[dict[str, str]]:
    return list(json.loads(b"[%b]" % directory.page(tenant_id, "DEFAULT", ALL).text))


def numbers(tenant_id: int = 1) -> list[str]:
    return [extension["extension_number"] for extension in listed(tenant_id)]


def test_a_file_is_imported(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    assert succeed(commands, "import", file) == "Created: 2; updated: 0.\n"
    assert numbers() == ["100", "101"]
    assert succeed(commands, "import", file, "--mode", "upsert") == "Created: 0; updated: 2.\n"


def test_a_dry_run_writes_nothing(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    assert succeed(commands, "import", file, "--dry-run") == "Would be created: 2; updated: 0.\n"
    assert numbers() == []


def told(file: Path) -> dict[str, dict[str, str]]:
    """The rows of a file of passwords, by number."""
    return {row["extension_number"]: row for row in csv.DictReader(file.read_text().splitlines())}


def test_passwords_that_rows_lack_are_made_and_told_once(commands: FlaskCliRunner, admin: Crm, file: Path) -> None:
    admin.make_extension("100")
    file.write_text(f"extension_number,password\n100,\n101,{SIP_PASSWORD}\n102,\n", encoding="utf-8")
    secrets = file.with_name("extensions.passwords.csv")
    output = succeed(commands, "import", file, "--mode", "upsert", "--generate-passwords")
    assert output == (
        f"Wrote the passwords of 2 extensions to {secrets}; they are told this once.\nCreated: 2; updated: 1.\n"
    )
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    made = told(secrets)
    assert {number: [name for name, text in row.items() if text][1:] for number, row in made.items()} == {
        "101": ["web_access_password"], "102": ["password", "web_access_password"],
    }  # fmt: skip
    for number, row in made.items():
        shown = admin.read("extensions/show", extension_number=number)
        assert shown["web_access_password"] == row["web_access_password"]
        assert shown["password"] == row["password"] or number == "101"
        assert len(row["web_access_password"]) == 16
        assert row["web_access_password"] not in output


def test_a_file_of_passwords_is_never_replaced(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text("extension_number\n100\n", encoding="utf-8")
    secrets = file.with_name("secrets.csv")
    secrets.write_text("other", encoding="utf-8")
    check_failed(call(commands, "import", file, "--generate-passwords", secrets), f"File exists: {secrets}.")
    assert (numbers(), secrets.read_text()) == ([], "other")


def test_no_passwords_are_told_that_nobody_has(commands: FlaskCliRunner, file: Path) -> None:
    secrets = file.with_name("extensions.passwords.csv")
    file.write_text("extension_number\n100\n1 1\n", encoding="utf-8")
    assert call(commands, "import", file, "--generate-passwords").exit_code == 1
    assert not secrets.exists()
    assert call(commands, "import", file, "--generate-passwords", "--dry-run").exit_code == 1
    assert not secrets.exists()
    assert call(commands, "import", file, "--partial", "--generate-passwords").exit_code == 1
    assert (list(told(secrets)), numbers()) == (["100"], ["100"])


def test_without_the_option_a_missing_password_fails(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text("extension_number\n100\n", encoding="utf-8")
    assert "error: row 2 (100): password: Missing." in call(commands, "import", file).stderr


def test_a_template_needs_no_store_and_can_be_imported(commands: FlaskCliRunner, tmp_path: Path, file: Path) -> None:
    result = run(tmp_path / "none", "import", "--template")
    assert (result.returncode, result.stderr, (tmp_path / "none").exists()) == (0, "", False)
    file.write_text(result.stdout + "100\n", encoding="utf-8")
    assert succeed(commands, "import", file, "--generate-passwords").endswith("Created: 1; updated: 0.\n")


def test_failing_rows_fail_the_command(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text(BAD, encoding="utf-8")
    result = call(commands, "import", file)
    check_failed(result, "Rows that failed: 1; nothing was changed.")
    assert "error: row 3: profile.email: Must be an e-mail address, or empty." in result.stderr
    assert numbers() == []


def test_partial_writes_the_good_rows_and_still_fails(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text(BAD, encoding="utf-8")
    result = call(commands, "import", file, "--partial")
    check_failed(result, "Rows that failed: 1.")
    assert result.stdout == "Created: 1; updated: 0.\n"
    assert numbers() == ["100"]


def test_only_the_first_errors_are_printed(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text("extension_number\n" + "100\n" * 100, encoding="utf-8")
    result = call(commands, "import", file)
    check_failed(result, "Rows that failed: 100; nothing was changed.")
    assert len(result.stderr.splitlines()) == 52
    assert "error: 50 more" in result.stderr


def test_others_write_while_a_file_is_imported_in_batches(commands: FlaskCliRunner, admin: Crm, file: Path) -> None:
    rows = "".join(f"{number},{SIP_PASSWORD},{WEB_PASSWORD},\n" for number in range(1_000, 1_400))
    file.write_text(HEADER + rows, encoding="utf-8")
    process = start(settings.current().data_path, "import", str(file), "--batch", "50")
    seen = set()
    while process.poll() is None:
        with database.writing():  # as long as the import holds the lock this waits
            seen.add(database.fetch_row("SELECT count(*) FROM extension")[0])
            database.execute("UPDATE tenant SET name = name")
        time.sleep(0.01)
    assert finish(process).stdout == "Created: 400; updated: 0.\n"
    assert {count % 50 for count in seen} == {0}
    assert len(seen - {0, 400}) > 2


def test_rows_that_others_took_meanwhile_are_told(commands: FlaskCliRunner, file: Path, monkeypatch) -> None:
    file.write_text(f"{GOOD}102,{SIP_PASSWORD},{WEB_PASSWORD},\n", encoding="utf-8")
    taken = {"extension_number": "101", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    monkeypatch.setattr(importing, "time", SimpleNamespace(sleep=lambda _: extensions.create(1, taken)))
    result = call(commands, "import", file, "--batch", "1")
    assert result.stdout == "Created: 1; updated: 0.\n"
    check_failed(
        result,
        "Rows that failed: 1, on what others wrote since the import began; not written for that: 1. "
        "Mend the file and import it again with --mode upsert.",
    )


@pytest.mark.parametrize(("name", "content"), [("x", b"\0\0"), ("x.csv", b"\xff"), ("x.json", b"[")])
def test_a_file_of_another_kind_is_refused(commands: FlaskCliRunner, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert call(commands, "import", tmp_path / name).exit_code == 1


def test_a_file_that_is_not_there_is_named(commands: FlaskCliRunner, file: Path) -> None:
    check_failed(call(commands, "import", file), f"No such file or directory: {file}.")


def test_an_unknown_tenant_is_refused(commands: FlaskCliRunner, file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    for arguments in (("import", file), ("export", file), ("seed",)):
        check_failed(call(commands, *arguments, "--tenant", "acme.example"), "There is no tenant with this domain.")


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_what_is_exported_can_be_imported_into_another_tenant(
    commands: FlaskCliRunner, admin: Crm, tmp_path: Path, format_: str
) -> None:
    file = tmp_path / f"extensions.{format_}"
    admin.make_extension("100", profile={"first_name": "Zoë", "description": "a\r\nb"})
    tenant_id = tenants.create({"name": "acme", "domain": "acme.example", "password": "a long passphrase"})
    assert succeed(commands, "export", file, "--secrets") == f"Wrote {file}.\n"
    succeed(commands, "import", file, "--tenant", "ACME.example")
    assert numbers(tenant_id) == ["100"]
    assert b"".join(exporting.export(tenant_id, format_, secrets=True)) == file.read_bytes()


def test_a_file_with_secrets_is_its_owners_alone(commands: FlaskCliRunner, admin: Crm, file: Path) -> None:
    admin.make_extension("100")
    umask = os.umask(0o022)
    try:
        succeed(commands, "export", file)
        assert (stat.S_IMODE(file.stat().st_mode), SIP_PASSWORD in file.read_text()) == (0o644, False)
        succeed(commands, "export", file, "--secrets", "--yes")
        assert (stat.S_IMODE(file.stat().st_mode), SIP_PASSWORD in file.read_text()) == (0o600, True)
    finally:
        os.umask(umask)


def test_an_export_that_fails_leaves_the_old_file(commands: FlaskCliRunner, admin: Crm, file: Path) -> None:
    admin.make_extension("100")
    database.execute("UPDATE extension_settings SET password = x'00'")  # under a key that is gone
    file.write_text("old", encoding="utf-8")
    assert "has no key" in call(commands, "export", file, "--secrets", "--yes").stderr
    assert file.read_text() == "old"
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == [file.name]


def test_seed_makes_extensions_and_groups_that_have_them(commands: FlaskCliRunner) -> None:
    assert succeed(commands, "seed", "--extensions", 25, "--groups", 12) == "Made 25 extensions and 12 groups.\n"
    assert numbers() == [str(number) for number in range(1_000, 1_025)]
    emails = [extension["email"] for extension in listed()]
    assert all(email.isascii() and email.endswith("@pbx.local") for email in emails)
    assert len(set(emails)) == 25
    summaries = groups.page(1, ALL).rows
    assert sorted(summary.members_count for summary in summaries[:-1]) == [1] * 4 + [2] * 8
    assert summaries[-1].members_count == 5
    assert len({summary.name for summary in summaries}) == 13
    assert find_inconsistencies() == []


def test_seed_goes_on_at_the_next_free_numbers(commands: FlaskCliRunner, admin: Crm) -> None:
    admin.make_extension("1003")
    for _ in range(2):
        succeed(commands, "seed", "--extensions", 3, "--groups", 2)
    assert numbers() == [str(number) for number in range(1_000, 1_007)]
    assert [summary.members_count for summary in groups.page(1, ALL).rows] == [2, 1, 2, 1, 1]


def test_seed_fills_groups_no_further_than_they_go(commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_MEMBERS", 2)
    monkeypatch.setattr(demo, "_BATCH", 3)
    succeed(commands, "seed", "--extensions", 7, "--groups", 2)
    assert [summary.members_count for summary in groups.page(1, ALL).rows] == [2, 2, 3]


def test_seed_says_why_it_cannot_go_on(commands: FlaskCliRunner, admin: Crm) -> None:
    (first,) = demo.make_groups(1, 1)
    administrators.create("1000", "a long passphrase")
    result = call(commands, "seed", "--extensions", 1, "--groups", 0)
    check_failed(result, f"No extension could be made: extension_number: {extensions.LOGIN_TAKEN}")
    assert groups.show(1, GroupKey(first)).members == []


def test_the_commands_are_there(tmp_path: Path) -> None:
    run(tmp_path, "init")
    result = run(tmp_path, "seed", "--extensions", "3")
    assert (result.returncode, result.stdout) == (0, "Made 3 extensions and 5 groups.\n")
