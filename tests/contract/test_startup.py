"""A server that cannot start says why in one sentence, and ends."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.store import database
from tests.contract.servers import KINDS, Server
from tests.crm import Crm

pytestmark = pytest.mark.usefixtures("servers")


def check_does_not_start(kind: str, data_dir: Path, sentence: str, wrap: Sequence[str] = (), **env: str) -> None:
    """The server, run in the command `wrap`, ends with a failure, one sentence, no worker and no traceback."""
    server = Server(kind, data_dir, wrap, **env)
    try:
        status = server.wait_end()
    finally:
        server.stop()
    said = server.log()
    assert status == 1, said
    assert said.count(sentence) == 1, said
    assert "Traceback" not in said
    assert "Booting worker" not in said
    assert "spawned uWSGI worker" not in said
    if kind == "gunicorn":
        assert [line for line in said.splitlines() if not line.startswith("{")] == [sentence]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PBX_TOKEN_TTL", "never", "PBX_TOKEN_TTL: Not a valid integer."),
        ("PBX_WORKERS", "0", "PBX_WORKERS: Must be 1 to 64."),
        ("PBX_TOKEN_LIFE", "30", "PBX_TOKEN_LIFE: There is no such setting."),
        ("PBX_DATA_DIR", "app.py", "The data folder cannot be used: File exists."),
    ],
)
def test_a_bad_setting(kind: str, tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    check_does_not_start(kind, tmp_path / "data", sentence, **{variable: value})


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_schema(kind: str, fresh_store) -> None:
    data_dir = fresh_store()
    with closing(sqlite3.connect(data_dir / "pbx.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 9999")
        newest = len(list((settings.ROOT / "db" / "migrations").glob("0*.sql")))
    sentence = (
        f"The database has schema 9999, and this program knows schemas up to {newest} only: "
        "run the version of the program that wrote it, or restore an older backup."
    )
    check_does_not_start(kind, data_dir, sentence)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_key(kind: str, admin: Crm) -> None:
    admin.make_extension("100")
    database.db.close()
    data_dir = settings.current().data_path
    (data_dir / "secret.key").unlink()
    check_does_not_start(kind, data_dir, "The secret key file cannot be read (FileNotFoundError).")
