"""`check`: everything that is wrong, all at once, and nothing where nothing is."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from portsip_api import settings
from portsip_api.ops.check import findings
from portsip_api.pbx.media import voice
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database
from portsip_api.store.migrations import known
from portsip_api.store.secrets import keyring
from tests.audio import wav
from tests.crm import Crm

NEWEST = known()[-1].number


@pytest.fixture
def sound(app: Flask, tmp_path: Path) -> dict[str, str]:
    """Variables of a store about which there is nothing to say."""
    key_file = tmp_path / "secret.key"
    shutil.move(settings.current().secret_key_path, key_file)
    keyring.open(key_file, create=False)
    return {
        "PBX_DATA_DIR": str(settings.current().data_path),
        "PBX_SECRET_KEY_FILE": str(key_file),
        "PBX_PASSWORD_POLICY": "strict",
        "PBX_TIME_ZONE": "Europe/Berlin",
    }


def errors(variables: dict[str, str]) -> list[str]:
    return [finding.sentence for finding in findings(variables) if finding.is_error]


def advices(variables: dict[str, str]) -> list[str]:
    return [finding.sentence for finding in findings(variables) if not finding.is_error]


def check_one(sentences: list[str], part: str) -> None:
    """There is one sentence, and it says that."""
    assert len(sentences) == 1, sentences
    assert part in sentences[0]


def test_nothing_is_said_where_nothing_is_wrong(sound: dict[str, str]) -> None:
    assert list(findings(sound)) == []


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({"PBX_PASSWORD_POLICY": "lenient"}, "PBX_PASSWORD_POLICY is lenient"),
        ({"PBX_BIND": "0.0.0.0:8899"}, "clear text"),
        ({"PBX_BIND": "[::]:8899"}, "clear text"),
        ({"PBX_BIND": "pbx.example:8899"}, "clear text"),
        ({"PBX_PROVISION_PLAIN": "true"}, "phones' files"),
        ({"PBX_SWITCH": "demo"}, "made up"),
    ],
)
def test_what_a_careful_operator_would_change(sound: dict[str, str], variables: dict[str, str], advice: str) -> None:
    assert errors(sound | variables) == []
    check_one(advices(sound | variables), advice)


@pytest.mark.parametrize("bind", ["127.0.0.1:8899", "[::1]:8899", "localhost:80", "127.1.2.3:1"])
def test_a_loopback_address_is_as_it_should_be(sound: dict[str, str], bind: str) -> None:
    assert list(findings(sound | {"PBX_BIND": bind})) == []


def test_a_time_zone_is_a_decision(sound: dict[str, str]) -> None:
    del sound["PBX_TIME_ZONE"]
    check_one(advices(sound), "in UTC")


def test_time_zones_that_may_mean_something_else_are_told(sound: dict[str, str], admin: Crm) -> None:
    admin.make_extension("1000")
    admin.make_extension("1001")
    with database.writing():
        database.execute("UPDATE tenant SET time_zone = 'Mars/Base'")
        hours = "json_set(office_hours, '$.time_zone', ?)"
        database.execute(f"UPDATE extension_settings SET office_hours = {hours}", ["Factory"])
    told = advices(sound | {"PBX_TIME_ZONE": "localtime"})
    assert errors(sound | {"PBX_TIME_ZONE": "localtime"}) == []
    assert [sentence.partition(":")[0] for sentence in told] == [
        "PBX_TIME_ZONE is no IANA time zone",
        "The time zone Factory (tenants",
        "The time zone Mars/Base (tenants",
    ]
    assert "(tenants: 0, extensions: 2) is no IANA time zone" in told[1]
    assert "(tenants: 1, extensions: 0) is unknown on this machine" in told[2]


def test_names_that_differ_in_form_only_are_told(sound: dict[str, str], admin: Crm) -> None:
    admin.make_group("Sales")
    with database.writing():
        database.execute(
            "UPDATE extension_group SET name = ?, name_key = ? WHERE NOT is_default", ["S\xe0les ", "s\x1f2"]
        )
    assert errors(sound) == []
    check_one(advices(sound), "The name 'S\\xe0les ' (extension group) differs")


def test_a_key_beside_the_data_is_no_error_but_unwise(sound: dict[str, str]) -> None:
    inside = Path(sound["PBX_DATA_DIR"]) / "secret.key"
    shutil.move(sound["PBX_SECRET_KEY_FILE"], inside)
    del sound["PBX_SECRET_KEY_FILE"]
    assert errors(sound) == []
    check_one(advices(sound), "lies in the data folder")


def test_every_wrong_setting_is_named_and_the_rest_still_looked_at(sound: dict[str, str]) -> None:
    Path(sound["PBX_SECRET_KEY_FILE"]).chmod(0o640)
    told = errors(sound | {"PBX_WORKERS": "many", "PBX_TOKEN_TTL": "0", "PBX_TYPO": "hunter22"})
    assert [sentence.split(":")[0] for sentence in told] == [
        "PBX_WORKERS",
        "PBX_TOKEN_TTL",
        "PBX_TYPO",
        "The key file can be read or written by other users",
    ]
    assert "hunter22" not in str(told)


def test_a_store_that_cannot_be_named_is_not_looked_at(sound: dict[str, str]) -> None:
    check_one(errors(sound | {"DATABASE_URL": "postgresql://db/pbx"}), "DATABASE_URL: Must be sqlite:///")


def test_folders_that_are_not_there(sound: dict[str, str], tmp_path: Path) -> None:
    told = errors(sound | {"PBX_DATA_DIR": str(tmp_path / "none"), "PBX_SECRET_KEY_FILE": str(tmp_path / "no.key")})
    assert [sentence.rpartition(" ")[2] for sentence in told] == ["it.", "one.", "it."]
    assert "does not exist" in told[0]
    assert "The key file does not exist" in told[1]
    assert "There is no database" in told[2]


def test_a_folder_that_cannot_be_written(sound: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    check_one(errors(sound), "is not writable")


def test_a_key_that_secrets_need_is_named(sound: dict[str, str], admin: Crm, tmp_path: Path) -> None:
    admin.make_extension("1000")
    needed = Path(sound["PBX_SECRET_KEY_FILE"]).read_text()[:8]
    Path(sound["PBX_SECRET_KEY_FILE"]).write_text("00000000 " + "A" * 43 + "=\n")
    check_one(errors(sound), f"does not have the key {needed}")


def test_a_damaged_key_file(sound: dict[str, str]) -> None:
    Path(sound["PBX_SECRET_KEY_FILE"]).write_text("nonsense\n")
    check_one(errors(sound), "is damaged")


def test_no_administrator(sound: dict[str, str]) -> None:
    with database.writing():
        database.execute("DELETE FROM administrator")
    check_one(errors(sound), "There is no administrator")


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [(NEWEST + 1, f"knows schemas up to {NEWEST} only"), (0, f"the next start brings it to {NEWEST}")],
)
def test_a_schema_of_another_version(sound: dict[str, str], schema: int, sentence: str) -> None:
    database.execute(f"PRAGMA user_version = {schema}")
    check_one(errors(sound), sentence)


def test_a_damaged_database(sound: dict[str, str], tmp_path: Path) -> None:
    database.db.close()
    path = Path(sound["PBX_DATA_DIR"]) / "pbx.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + b"\xff" * 4096)
    check_one(errors(sound), "The database ")  # SQLite decides whether it can be read at all
    path.write_bytes(b"no database" * 1000)
    check_one(errors(sound), "The database cannot be read: file is not a database.")


def test_the_command_prints_all_of_it_and_fails_only_for_errors(app: Flask, sound: dict[str, str]) -> None:
    def check(**variables: str) -> tuple[int, list[str]]:
        result = app.test_cli_runner().invoke(args=["pbx", "check"], env=sound | variables)
        return result.exit_code, result.output.splitlines()

    assert check() == (0, ["No errors."])
    status, lines = check(PBX_PASSWORD_POLICY="lenient")
    assert (status, len(lines), lines[0].split(":")[0], lines[1]) == (0, 2, "advice", "No errors.")
    Path(sound["PBX_SECRET_KEY_FILE"]).chmod(0o644)
    error = "error: The key file can be read or written by other users: its mode must be 0600."
    assert check() == (1, [error])


@pytest.fixture
def kept(admin: Crm) -> Crm:
    """A store with something for the triggers to keep."""
    for number in range(1000, 1005):
        admin.make_extension(str(number), profile={"first_name": "Ann", "email": f"{number}@example.com"})
    admin.make_group("Sales", members=["1000", "1001"])
    assert find_inconsistencies() == []
    return admin


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE extension_group SET members_count = 7 WHERE NOT is_default",
            "1 extension groups do not have",
        ),
        ("UPDATE extension SET group_count = 5 WHERE id = 1", "1 extensions are not in as many groups"),
        (
            "UPDATE membership SET number_key = '0019' WHERE extension_id = 1",
            "1 memberships are not where their number puts them",
        ),
        ("UPDATE tenant SET ungrouped = 9", "1 tenants do not have the extensions without a group"),
        (
            "DELETE FROM extension_order WHERE key = '0041002'",
            "1 places in the orders of lists are",
        ),
        ("UPDATE extension_list_json SET json = '{}'", "5 extensions are not in lists as they are"),
        ("INSERT INTO extension_order VALUES (1, 'EMAIL', 'zzz', 99)", "1 places in the orders of lists are nobody's"),
        ("UPDATE extension_order_block SET rows = 4 WHERE ordering = 'STATUS'", "1 blocks of the orders of lists"),
        ("DELETE FROM extension_order_block WHERE ordering = 'NAME'", "1 orders of lists have no first block"),
        ("DELETE FROM dialled_number WHERE number = '1003'", "1 extension numbers are not dialled numbers"),
        (
            "INSERT INTO dialled_number (tenant_id, number, kind) VALUES (1, '77', 'EXTENSION')",
            "1 dialled numbers are those of extensions that",
        ),
        ("DELETE FROM extension_settings WHERE extension_id = 4", "1 extensions have no settings"),
        ("DELETE FROM extension_search WHERE extension_id = 4", "1 extensions cannot be searched"),
        (
            "INSERT INTO extension_fts (extension_fts, rowid, text) VALUES ('delete', 2, 'x1000')",
            "The search index does not fit",
        ),
    ],
)
def test_what_triggers_keep_is_counted_again(kept: Crm, sound: dict[str, str], statement: str, sentence: str) -> None:
    with database.writing():
        database.execute(statement)
    check_one(find_inconsistencies(), sentence)
    check_one(errors(sound), sentence)


@pytest.mark.parametrize("work", [
    lambda crm: crm.do("extensions/update", id=1, extension_number="2000", profile={"email": "x@example.com"}),
    lambda crm: crm.do("extensions/destroy", extension_number="1000"),
    lambda crm: crm.do("extensions/status/update", extension_number="1001", status="DND"),
    lambda crm: crm.do("extensions/group/destroy", id=2),
])  # fmt: skip
def test_the_counts_are_right_after_every_change(kept: Crm, work: Callable[[Crm], object]) -> None:
    work(kept)
    assert find_inconsistencies() == []


def test_a_row_that_belongs_to_nobody_is_found(kept: Crm) -> None:
    with closing(sqlite3.connect(settings.current().database_path)) as connection:
        connection.execute("INSERT INTO dialled_number (tenant_id, number, kind) VALUES (99, '1', 'NOTHING')")
        connection.commit()
    check_one(find_inconsistencies(), "1 rows belong to others that do not exist.")


def test_voices_that_nobody_would_hear_are_named(sound):
    sound["PBX_SWITCH"] = "freeswitch"
    folder = Path(sound["PBX_DATA_DIR"]) / "switch" / "voice"
    (folder / "1" / "en").mkdir(parents=True)
    (folder / "1" / "en" / "goodbye.wav").write_bytes(wav())
    (folder / "de").mkdir()
    for name in voice.names():
        (folder / "de" / f"{name}.wav").write_bytes(voice.own(name))
    (folder / "de" / "21.wav").write_bytes(wav())
    assert errors(sound) == advices(sound) == []
    (folder / "de" / "goodbye.wav").unlink()
    check_one(advices(sound), "The voice de lacks 1 sounds, which are said in English: goodbye.")
    for name, content, part in (
        ("good-by.wav", wav(), "no sound has that name"),
        ("goodbye.mp3", b"ID3", "no sound has that name"),
        ("100.wav", wav(), "no sound has that name"),
        ("yesterday.wav", b"RIFF", "it must be a WAV file"),
    ):
        (folder / "1" / "en" / name).write_bytes(content)
        check_one(errors(sound), part)
        (folder / "1" / "en" / name).unlink()
    (folder / "2" / "DE_de").mkdir(parents=True)
    check_one(errors(sound), "the name of a language is in lower case")
    sound["PBX_SWITCH"] = "none"
    assert errors(sound) == advices(sound) == []
