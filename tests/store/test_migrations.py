"""Migrations are applied once, whole, and never onto a newer database."""

import shutil
import subprocess
import sys
from pathlib import Path

import peewee
import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database, migrations
from tests.bulk import fill

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty(tmp_path):
    """An empty database and a folder for migrations."""
    database.use(tmp_path / "empty.sqlite3")
    folder = tmp_path / "migrations"
    folder.mkdir()
    yield folder
    database.db.close()


def write(folder, name, sql):
    (folder / name).write_text(sql)


def test_only_what_is_new_is_applied(empty, tmp_path):
    write(empty, "0001_first.sql", "CREATE TABLE a (x TEXT);\nINSERT INTO a VALUES ('one; two');\n")
    assert migrations.migrate(tmp_path / "lock", empty) == [1]
    write(empty, "0002_second.sql", "CREATE TABLE b (y);\n")
    assert migrations.migrate(tmp_path / "lock", empty) == [2]
    assert migrations.migrate(tmp_path / "lock", empty) == []
    assert database.fetch_all("SELECT x FROM a") == [("one; two",)]
    assert migrations.applied() == 2


def test_no_number_is_taken_twice():
    """Two branches may each have made the next one; of two the second would never be applied."""
    numbers = [migration.number for migration in migrations.known()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_migration_that_fails_leaves_nothing(empty, tmp_path):
    write(empty, "0001_bad.sql", "CREATE TABLE a (x);\nINSERT INTO missing VALUES (1);\n")
    with pytest.raises(peewee.OperationalError):
        migrations.migrate(tmp_path / "lock", empty)
    assert database.fetch_all("SELECT name FROM sqlite_schema") == []
    assert migrations.applied() == 0


def test_a_newer_database_is_refused(empty, tmp_path):
    write(empty, "0001_first.sql", "CREATE TABLE a (x);\n")
    database.execute("PRAGMA user_version = 7")
    with pytest.raises(migrations.SchemaTooNew, match=r"schema 7.*up to 1 only"):
        migrations.migrate(tmp_path / "lock", empty)


def test_the_list_json_keeps_its_bytes_when_the_second_copy_of_it_goes(empty, tmp_path):
    for migration in migrations.known()[:13]:
        shutil.copy(migration.path, empty)
    migrations.migrate(tmp_path / "lock", empty)
    tenants.ensure_default("example.com")
    fill(50)
    before = database.fetch_all("SELECT * FROM extension_card ORDER BY extension_id")
    assert len(before) == 50
    migrations.migrate(tmp_path / "lock")
    assert database.fetch_all("SELECT * FROM extension_list_json ORDER BY extension_id") == before
    assert consistency.find_inconsistencies() == []
    with database.writing():
        database.execute("UPDATE extension SET number = '7', line = 'ONLINE' WHERE id = 1")
        database.execute("UPDATE extension SET profile = json_set(profile, '$.email', 'a@b') WHERE id = 1")
    changed = database.fetch_row("SELECT json FROM extension_list_json WHERE extension_id = 1")[0]
    assert changed == (
        '{"extension_number":"7","id":1,"first_name":"F100000","last_name":"L","email":"a@b","status":"ONLINE",'
        '"user_agent":"","phone_mac_address":"","phone_model":""}'
    )
    assert consistency.find_inconsistencies() == []


def test_an_address_that_was_unique_may_be_given_to_others(empty, tmp_path):
    for migration in migrations.known():
        if migration.path.name < "0016":
            shutil.copy(migration.path, empty)
    migrations.migrate(tmp_path / "lock", empty)
    tenants.ensure_default("example.com")
    fill(3)
    with_address = "profile = json_set(profile, '$.email', 'a@b.example')"
    database.execute(f"UPDATE extension SET email_key = 'a@b.example', {with_address} WHERE id = 1")
    with pytest.raises(peewee.IntegrityError):
        database.execute("UPDATE extension SET email_key = 'a@b.example'")
    migrations.migrate(tmp_path / "lock")
    assert database.fetch_all("SELECT id, email_key FROM extension WHERE email_key <> ''") == [(1, "a@b.example")]
    database.execute("UPDATE extension SET email_key = 'a@b.example'")
    assert consistency.find_inconsistencies() == []


def test_attendants_and_prompts_of_before_stay_and_a_number_in_use_is_not_taken(empty, tmp_path):
    """What attendants do and the voicemail service come to a store in which something has the service's number."""
    for migration in migrations.known():
        if migration.path.name < "0025":
            shutil.copy(migration.path, empty)
    migrations.migrate(tmp_path / "lock", empty)
    tenants.ensure_default("example.com")
    database.execute("INSERT INTO tenant (name, name_key, domain) VALUES ('b', 'b', 'b.example')")
    with database.writing():
        database.execute(
            "INSERT INTO attendant (tenant_id, name, name_key, number, live) VALUES (1, 'Night', 'night', '*97', 0)"
        )
        database.execute(
            "INSERT INTO prompt (tenant_id, family, name, type, size, blob) VALUES (1, 'moh', 'a', 'x', 7, 'x')"
        )
    before = database.fetch_all("SELECT * FROM prompt")
    migrations.migrate(tmp_path / "lock")
    assert database.fetch_all("SELECT * FROM prompt") == before
    night = database.fetch_row("SELECT number, prompt, language, gap_time, menu FROM attendant WHERE name = 'Night'")
    assert night == ("*97", "", "en_US", 3, "{}")
    services = database.fetch_all("SELECT tenant_id, number FROM voice_mail_service ORDER BY tenant_id")
    assert services == [(1, None), (2, "*97")]
    kinds = database.fetch_all("SELECT tenant_id, kind FROM dialled_number WHERE number = '*97' ORDER BY tenant_id")
    assert kinds == [(1, "VIRTUAL_RECEPTIONIST"), (2, "VOICE_MAIL")]
    database.execute("DELETE FROM prompt")  # which has no file
    assert consistency.find_inconsistencies() == []


def test_names_of_before_are_spelled(empty, tmp_path):
    """Extensions that were there before are found by their names as others are."""
    for migration in migrations.known():
        if migration.path.stem.endswith("spelled_names"):
            break
        shutil.copy(migration.path, empty)
    migrations.migrate(tmp_path / "lock", empty)
    tenants.ensure_default("example.com")
    database.execute(
        "INSERT INTO extension (tenant_id, number, name_key, email_key, profile, options) VALUES"
        """ (1, '1', '', '', '{"first_name": "Zoë", "last_name": "Adams"}', '{"enable_extension": true}'),"""
        """ (1, '2', '', '', '{}', '{"enable_extension": true}'),"""
        """ (1, '3', '', '', '{"first_name": "Zoë"}', '{"enable_extension": true}')"""
    )
    migrations.migrate(tmp_path / "lock")
    spelled = database.fetch_all("SELECT spelled_by_last, spelled_by_first FROM extension ORDER BY number")
    assert spelled == [("23267963", "96323267"), ("", ""), ("963", "")]


def test_eight_processes_starting_at_once_apply_each_once(tmp_path):
    """A second application of any file would fail: its tables exist."""
    script = (
        f"from portsip_api import settings, startup; settings.use(settings.load({{'PBX_DATA_DIR': {str(tmp_path)!r}}}))"
    )
    script += "; startup.open_store(); print('ready')"
    processes = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    outcomes = [(process.communicate(timeout=60), process.returncode) for process in processes]
    assert [outcome[0][0] for outcome in outcomes] == [b"ready\n"] * 8, outcomes
    database.use(tmp_path / "pbx.sqlite3")
    assert migrations.applied() == migrations.known()[-1].number
    assert database.fetch_row("SELECT count(*) FROM tenant")[0] == 1
    database.db.close()


def test_accounts_that_were_there_before_credential_numbers_get_one_each(tmp_path):
    """And what may be lost leaves the database: everybody logs in again."""
    old = tmp_path / "old"
    old.mkdir()
    for migration in migrations.known()[:12]:
        shutil.copy(migration.path, old)
    database.use(tmp_path / "pbx.sqlite3")
    migrations.migrate(tmp_path / "lock", old)
    for statement in (
        "INSERT INTO tenant (name, name_key, domain) VALUES ('a', 'a', 'a.example'), ('b', 'b', 'b.example')",
        "INSERT INTO administrator (name, name_key, password_hash) VALUES ('c', 'c', '')",
        "INSERT INTO token VALUES (x'00', 1, NULL, NULL, 'c', '', 0, 0)",
        "INSERT INTO login_failure VALUES (x'00', 1, '', 0)",
        "INSERT INTO digest_nonce VALUES (x'00', 1, 0)",
    ):
        database.execute(statement)
    fill(3)
    migrations.migrate(tmp_path / "lock")
    tables = ("administrator", "tenant", "extension_settings")
    numbers = [row[0] for table in tables for row in database.fetch_all(f"SELECT credential FROM {table}")]
    assert len(set(numbers)) == len(numbers) == 6
    assert 0 not in numbers
    left = {row[0] for row in database.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert not left & {"token", "login_failure", "digest_nonce"}
    database.db.close()
