"""A store that is damaged or cannot be read: no server starts over it, and each says why in one sentence."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.store import database
from portsip_api.store.soundness import is_damaged
from tests.bulk import fill
from tests.contract.servers import KINDS
from tests.contract.test_startup import ELSEWHERE, check_does_not_start
from tests.crm import Crm
from tests.faults.form import LONG
from tests.faults.test_unavailable import HELD_TO_MODES
from tests.ops.commands import environment

PAGE = 4096
DAMAGED = "The database {data}/pbx.sqlite3 is damaged: restore a backup."
UNREADABLE = "The secret key file {data}/secret.key cannot be read (Permission denied): put the copy of it there, "
NO_KEY = "The secret key file {data}/secret.key is damaged, since a line is not a key id and a key: "
READ_ONLY = "The database {data}/pbx.sqlite3 cannot be used (attempt to write a readonly database): "


def truncate(data: Path) -> None:
    path = data / "pbx.sqlite3"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // PAGE * PAGE])


def cut_in_a_page(data: Path) -> None:
    path = data / "pbx.sqlite3"
    path.write_bytes(path.read_bytes()[:-1000])


def corrupt_a_page(data: Path) -> None:
    """Overwrite the root of the table of extensions, of which no query tells before one reads it."""
    path = data / "pbx.sqlite3"
    database.use(path)
    page: int = database.fetch_row("SELECT rootpage FROM sqlite_schema WHERE name = 'extension'")[0]
    database.db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def overwrite(data: Path) -> None:
    (data / "pbx.sqlite3").write_bytes(b"no database " * PAGE)


def damage_the_key(data: Path) -> None:
    (data / "secret.key").write_text("nonsense\n")


def take_the_database(data: Path) -> None:
    (data / "pbx.sqlite3").chmod(0)


def take_the_key(data: Path) -> None:
    (data / "secret.key").chmod(0)


def take_the_folder(data: Path) -> None:
    data.chmod(0)


def take_writing(data: Path) -> None:
    data.chmod(0o500)


# What a server says, and what `check` does, which goes on to look at the rest.
CASES: dict[Callable[[Path], None], tuple[str, str]] = {
    truncate: (DAMAGED, "The database cannot be read: database disk image is malformed."),
    cut_in_a_page: (DAMAGED, "The database "),
    corrupt_a_page: (DAMAGED, "The database "),
    overwrite: (DAMAGED, "The database cannot be read: file is not a database."),
    damage_the_key: (NO_KEY + "put the copy of it there.",) * 2,
    take_the_database: ("The data folder {data} cannot be used ({data}/pbx.sqlite3: Permission denied)" + ELSEWHERE,
                        "The database cannot be read: unable to open database file."),
    take_the_key: (UNREADABLE + "for this user to read, or name the place where it is in PBX_SECRET_KEY_FILE.",) * 2,
    take_the_folder: ("The data folder {data} cannot be used ({data}/pbx.sqlite3: Permission denied)" + ELSEWHERE,
                      "is not writable."),
    take_writing: (READ_ONLY + "`pbx check` says what is wrong.", "is not writable."),
}  # fmt: skip


@pytest.fixture
def data(admin: Crm) -> Path:
    """A data folder with a few extensions, closed."""
    for number in range(100, 110):
        admin.make_extension(str(number))
    database.db.close()
    return settings.current().data_path


TRIED = CASES if LONG else (truncate, corrupt_a_page, take_the_folder)


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("damage", TRIED, ids=lambda damage: damage.__name__)
def test_nothing_starts(data: Path, damage: Callable[[Path], None]) -> None:
    damage(data)
    try:
        for kind in KINDS:
            check_does_not_start(kind, data, CASES[damage][0].format(data=data), HELD_TO_MODES)
        check = subprocess.run(
            [*HELD_TO_MODES, sys.executable, "-m", "portsip_api", "check"],
            cwd=settings.ROOT, env=environment(data), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        data.chmod(0o700)
        (data / "pbx.sqlite3").chmod(0o600)
    assert check.returncode == 1, check.stderr
    errors = [line for line in check.stdout.splitlines() if line.startswith("error: ")]
    sentence = CASES[damage][1].format(data=data)
    assert [line for line in errors if sentence in line], check.stdout + check.stderr
    assert "Traceback" not in check.stderr


def test_a_large_database_is_looked_at_for_a_while_only(configure) -> None:
    """And what was not come to is not called damaged."""
    path = configure().database_path
    fill(20_000)
    database.db.close()
    for milliseconds in (0, 1, 5, 20, 60_000):
        assert not is_damaged(path, milliseconds / 1000)
    whole = path.read_bytes()
    cut_in_a_page(path.parent)
    assert is_damaged(path, 60)
    path.write_bytes(whole)
    truncate(path.parent)
    assert is_damaged(path, 60)


def test_a_file_that_a_crash_left_growing_is_not_damaged(configure) -> None:
    """Its last page was being written from the log, which is still there and is read again."""
    path = configure().database_path
    database.execute("PRAGMA user_version = 1")
    with path.open("ab") as file:
        file.write(b"half a page")
    assert path.with_name("pbx.sqlite3-wal").stat().st_size
    assert not is_damaged(path, 60)
