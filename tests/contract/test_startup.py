"""A server that cannot start says why in one sentence, and ends."""

import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.ops import listening
from portsip_api.store import database
from tests.contract.servers import KINDS, Server
from tests.crm import Crm
from tests.faults.test_unavailable import HELD_TO_MODES

ELSEWHERE = ": run this as the user whose it is, or name another folder in PBX_DATA_DIR."

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
        (
            "PBX_DATA_DIR",
            "app.py",
            f"The data folder {settings.ROOT}/app.py cannot be used (it is a file){ELSEWHERE}",
        ),
    ],
)
def test_a_bad_setting(kind: str, tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    check_does_not_start(kind, tmp_path / "data", sentence, **{variable: value})


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_schema(kind: str, fresh_store) -> None:
    data_dir = fresh_store()
    with closing(sqlite3.connect(data_dir / "pbx.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 9999")
        newest = max(int(path.name[:4]) for path in (settings.ROOT / "db" / "migrations").glob("0*"))
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
    sentence = (
        f"The secret key file {data_dir}/secret.key cannot be read (No such file or directory): put the copy of it "
        "there, for this user to read, or name the place where it is in PBX_SECRET_KEY_FILE."
    )
    check_does_not_start(kind, data_dir, sentence)


def test_a_port_that_another_program_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        sentence = (
            f"The server cannot listen on {address}: another program listens there, maybe this server: stop it, or set "
            "PBX_BIND to another port."
        )
        check_does_not_start("gunicorn", tmp_path / "data", sentence, PBX_BIND=address)


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "192.0.2.1:8899", "nowhere.invalid:8899"])
def test_what_is_no_address_of_the_machine(tmp_path: Path, address: str) -> None:
    sentence = (
        f"The server cannot listen on {address}: it is no address of this machine: set PBX_BIND to one, such as "
        "127.0.0.1:8899."
    )
    check_does_not_start("gunicorn", tmp_path / "data", sentence, PBX_BIND=address)


def test_a_port_that_is_let_go_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Timer(1, other.close).start()
        listening.require_free(other.getsockname())


def test_a_port_that_is_roots() -> None:
    """Asked of a process that has given up the right to listen there."""
    ask = "from portsip_api.ops.listening import require_free; require_free(('127.0.0.1', 1))"
    said = subprocess.run(
        [*HELD_TO_MODES, sys.executable, "-c", ask], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    sentence = (
        "The server cannot listen on 127.0.0.1:1: this user may not use it, as ports below 1024 are root's: set "
        "PBX_BIND to another port.\n"
    )
    assert (said.returncode, said.stderr) == (1, sentence)
