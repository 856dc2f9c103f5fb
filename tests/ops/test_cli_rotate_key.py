"""`rotate-key`: every secret under a new key, beside a server, and whatever happens none is lost."""

import os
import signal

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from portsip_api import settings
from portsip_api.pbx.access.secret_purposes import PIN, SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions.extensions import show
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.pbx.upkeep import rekey
from portsip_api.pbx.upkeep.rekey_sql import Column
from portsip_api.store import database
from portsip_api.store.files import FileLock
from portsip_api.store.secrets import Keyring, keyring
from tests.crm import SIP_PASSWORD as SIP_SECRET
from tests.crm import WEB_PASSWORD as WEB_SECRET
from tests.crm import Crm
from tests.ops.commands import finish, run, start_python

NUMBERS = [str(number) for number in range(1000, 1010)]


@pytest.fixture
def commands(app: Flask, admin: Crm) -> FlaskCliRunner:
    """Runs commands in this process, over a store with ten extensions: thirty secrets."""
    for number in NUMBERS:
        admin.make_extension(number, voice_mail={"voicemail_pin": number})
    return app.test_cli_runner()


def rotate(commands: FlaskCliRunner) -> list[str]:
    result = commands.invoke(args=["pbx", "rotate-key"])
    assert result.exit_code == 0, result.output
    return str(result.stdout).splitlines()


def pass_an_hour() -> None:
    """Let the key file be as old as if it had been written an hour ago."""
    path = settings.current().secret_key_path
    written = path.stat().st_mtime
    os.utime(path, (written - 3600, written - 3600))


def check_secrets(keys: set[str]) -> None:
    """All secrets can be read, and they are stored under those keys."""
    for number in NUMBERS:
        extension = show(1, ExtensionKey(number))
        assert [extension.secret(purpose) for purpose in (SIP_PASSWORD, WEB_PASSWORD, PIN)] == [
            SIP_SECRET,
            WEB_SECRET,
            number,
        ]
    assert rekey.needed_keys() == keys


def test_every_secret_comes_under_the_new_key(commands: FlaskCliRunner) -> None:
    before = keyring.key_ids()[0]
    told = rotate(commands)
    after = keyring.key_ids()
    assert told == [
        f"Made the key {after[0]} and wrote 34 secrets under it.",
        "The previous key stays in the key file until the next rotation.",
    ]
    assert after[1:] == [before]
    assert after[0] != before
    check_secrets({after[0]})


def test_the_pins_of_conferences_come_under_it_too(commands: FlaskCliRunner) -> None:
    made = conferences.create(1, {"number": "7001", "participant_pin": "135790"})
    rotate(commands)
    assert conferences.show(1, ConferenceKey(id=made)).pin("participant_pin") == "135790"
    key = database.fetch_row("SELECT lower(hex(substr(participant_pin, 1, 4))), moderator_pin FROM conference")
    assert key == (keyring.key_ids()[0], None)


def test_a_rotation_needs_no_secrets(app: Flask) -> None:
    database.execute("DELETE FROM administrator")
    assert rotate(app.test_cli_runner())[0].endswith("and wrote 0 secrets under it.")


def test_a_rotation_waits_for_requests_that_may_need_the_oldest_key(commands: FlaskCliRunner) -> None:
    rotate(commands)
    before = keyring.key_ids()
    result = commands.invoke(args=["pbx", "rotate-key"])
    assert (result.exit_code, "wait 10 minutes between rotations" in result.stderr) == (1, True)
    assert keyring.key_ids() == before


def test_rotations_one_after_the_other_lose_nothing(commands: FlaskCliRunner) -> None:
    for _ in range(4):
        rotate(commands)
        pass_an_hour()
    assert len(keyring.key_ids()) == 2
    check_secrets({keyring.key_ids()[0]})


def test_a_rotation_does_not_drop_a_key_that_is_needed(commands: FlaskCliRunner) -> None:
    keyring.rotate()  # interrupted before any secret was rewritten
    first, oldest = keyring.key_ids()
    told = rotate(commands)
    assert told == [
        f"Finished an earlier rotation: wrote 34 secrets under the key {first}.",
        "No new key was made; run the command again for one.",
    ]
    assert keyring.key_ids() == [first, oldest]
    check_secrets({first})


def test_a_secret_that_is_stored_under_an_old_key_at_the_last_moment_is_kept(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.rotate()
    pass_an_hour()
    real = rekey._rewrite
    passes: list[None] = []

    def late() -> int:
        passes.append(None)
        return real() if len(passes) > 1 else 0  # the first finds nothing: the worker writes after it

    monkeypatch.setattr(rekey, "_rewrite", late)
    rotate(commands)
    check_secrets({keyring.key_ids()[0]})


def test_a_password_that_changes_meanwhile_is_not_overwritten(
    commands: FlaskCliRunner, admin: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rekey._anew

    def change_first(column: Column, row_id: int, blob: bytes) -> bytes:
        if column.purpose == SIP_PASSWORD and row_id == 1:
            admin.do("extensions/update", extension_number="1000", password="changed meanwhile")
        return real(column, row_id, blob)

    monkeypatch.setattr(rekey, "_anew", change_first)
    assert rotate(commands)[0].endswith("wrote 33 secrets under it.")
    assert show(1, ExtensionKey("1000")).secret(SIP_PASSWORD) == "changed meanwhile"
    assert rekey.needed_keys() == {keyring.key_ids()[0]}


def test_batches_are_small_and_none_is_left_out(commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekey, "BATCH", 3)
    assert rotate(commands)[0].endswith("wrote 34 secrets under it.")
    check_secrets({keyring.key_ids()[0]})


def test_two_rotations_at_once_are_one(commands: FlaskCliRunner) -> None:
    key_file = settings.current().secret_key_path
    other = FileLock(key_file.with_name("secret.key.rotation"))
    other.acquire(wait=False)
    with pytest.raises(Conflict):
        rekey.rotate(key_file)
    assert commands.invoke(args=["pbx", "rotate-key"]).stderr == "Error: Another rotation of the key is running.\n"
    other.release()


def test_a_secret_that_cannot_be_read_stops_a_rotation_before_it_begins(commands: FlaskCliRunner) -> None:
    with database.writing():
        database.execute("UPDATE extension_settings SET voicemail_pin = x'00' WHERE extension_id = 7")
    before = keyring.key_ids()
    result = commands.invoke(args=["pbx", "rotate-key"])
    assert (result.exit_code, "extension_settings.voicemail_pin of extension id 7 cannot be read" in result.stderr) == (
        1,
        True,
    )
    assert keyring.key_ids() == before


def test_a_process_that_was_running_reads_and_writes_on(commands: FlaskCliRunner) -> None:
    worker = Keyring()
    worker.open(settings.current().secret_key_path, create=False)
    before = worker.encrypt("a moment ago", PIN)
    rotate(commands)
    assert worker.decrypt(show(1, ExtensionKey("1000")).secrets[PIN], PIN) == "1000"
    assert keyring.decrypt(before, PIN) == "a moment ago"
    assert worker.encrypt("now", PIN)[:4].hex() == keyring.key_ids()[0]


_KILLED = """
import os, signal
from app import app
from portsip_api import settings
from portsip_api.pbx.upkeep import rekey
from portsip_api.pbx.upkeep.rekey_sql import Column
rekey.BATCH = 3
real, calls = rekey._anew, []
def anew(*arguments):
    calls.append(arguments)
    if len(calls) == 17:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
rekey._anew = anew
rekey.rotate(settings.current().secret_key_path)
"""


def test_a_rotation_that_was_killed_is_finished_by_the_next(commands: FlaskCliRunner) -> None:
    data = settings.current().data_path
    oldest = keyring.key_ids()[0]
    killed = finish(start_python(data, "-c", _KILLED, FLASK_RUN_FROM_CLI="true"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    interrupted = keyring.key_ids()
    check_secrets({interrupted[0], oldest})
    assert run(data, "rotate-key").stdout.startswith("Finished an earlier rotation: wrote 18 secrets")
    assert keyring.key_ids() == interrupted
    check_secrets({interrupted[0]})


_WORKER = """
from app import app
from portsip_api.pbx.extensions import extensions
print("ready", flush=True)
for number in range(2000, 9999):
    fields = {"extension_number": str(number), "password": f"sip {number}", "web_access_password": "w"}
    extensions.create(1, fields)
    print(number, flush=True)
"""


def test_a_server_that_writes_meanwhile_loses_nothing(commands: FlaskCliRunner) -> None:
    with start_python(settings.current().data_path, "-c", _WORKER, FLASK_RUN_FROM_CLI="true") as worker:
        assert worker.stdout is not None
        for _ in range(10):
            worker.stdout.readline()
        rotate(commands)
        for _ in range(10):
            worker.stdout.readline()
        worker.kill()
    rows = database.fetch_all("SELECT number FROM extension WHERE number >= '2000'")
    assert len(rows) >= 19
    for (number,) in rows:
        assert show(1, ExtensionKey(number)).secret(SIP_PASSWORD) == f"sip {number}"
    assert rekey.needed_keys() <= set(keyring.key_ids())
