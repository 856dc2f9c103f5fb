"""Who can read what the server and the commands make, whatever umask they are started with."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.ops.check import findings
from portsip_api.pbx.media.files import FILES
from portsip_api.startup import StartupError, open_store
from portsip_api.store import backup, database, volatile
from portsip_api.store.restore import restore
from tests.audio import wav
from tests.contract.servers import Server
from tests.crm import Crm
from tests.ops.commands import environment

OPEN = ("sh", "-c", 'umask 0; exec "$@"', "sh")
GROUP = 65534 if os.geteuid() == 0 else os.getegid()


def pbx(data: Path, *arguments: str) -> None:
    """Run `pbx …` under umask 0."""
    command = [*OPEN, sys.executable, "-m", "portsip_api", *arguments]
    subprocess.run(command, cwd=settings.ROOT, env=environment(data), capture_output=True, check=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def check_private(data: Path) -> None:
    """Nobody but the owner gets into the folder or at what is in it."""
    assert mode(data) == 0o700
    assert {path.name: oct(mode(path)) for path in data.rglob("*") if mode(path) & 0o077} == {}


def test_what_commands_make_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    pbx(data, "init")
    pbx(data, "seed", "--extensions", "2")
    pbx(data, "rotate-key")
    for arguments in (("export", f"{tmp_path}/all.csv"), ("backup", f"{tmp_path}/pbx.tar.gz")):
        pbx(data, *arguments)
        assert mode(Path(arguments[1])) == 0o600
    pbx(data, "restore", "--yes", f"{tmp_path}/pbx.tar.gz")
    check_private(data)


@pytest.mark.parametrize("kind", ["gunicorn", "uwsgi"])
def test_what_a_server_makes_is_private(servers: None, kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = Server(kind, data, OPEN)
    try:
        server.wait_ready()
        (data / "umask").touch(mode=0o666)  # ours, to see that the look at it would tell
        assert mode(data / "umask") & 0o044
        (data / "umask").unlink()
        check_private(data)
        masks = [_umask(pid) for pid in (server.pid, *server.worker_pids())]
        assert masks == ["0077"] * len(masks)
    finally:
        server.stop()


def _umask(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(line.split()[1] for line in status.splitlines() if line.startswith("Umask:"))


def test_root_replaces_a_key_in_a_folder_of_its_own_without_taking_it(tmp_path: Path) -> None:
    """A running server, another user's, reads it again."""
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    data, key = tmp_path / "data", tmp_path / "pbx.key"
    environ = environment(data, PBX_SECRET_KEY_FILE=str(key))
    for arguments in (["init"], ["rotate-key"]):
        command = [sys.executable, "-m", "portsip_api", *arguments]
        subprocess.run(command, cwd=settings.ROOT, env=environ, capture_output=True, check=True)
        if arguments == ["init"]:
            os.chown(key, user, -1)
    assert (key.stat().st_uid, mode(key), len(key.read_text().splitlines())) == (user, 0o600, 2)


# A group that reads greetings


@pytest.fixture
def shared(admin: Crm) -> Iterator[Path]:
    """The folder of greetings, open to GROUP, with one that was there before and one that was made since."""
    data = settings.current().data_path
    admin.make_extension("100")
    FILES.put(wav())
    variables = {"PBX_DATA_DIR": str(data), "PBX_MEDIA_GROUP": str(GROUP)}
    settings.use(settings.load(variables))
    open_store()
    FILES.put(wav())
    yield FILES.path
    database.db.close()
    volatile.db.close()


def check_shared(folder: Path, files: int) -> None:
    """The group reads so many files, and nothing else."""
    found = list(folder.iterdir())
    assert len(found) == files
    assert {(path.stat().st_gid, mode(path)) for path in found} == {(GROUP, 0o640)}
    assert (mode(folder), mode(folder.parent)) == (0o750, 0o710)
    others = {path.name: oct(mode(path)) for path in folder.parent.iterdir() if path.is_file() and mode(path) & 0o077}
    assert others == {}


def test_the_group_reads_old_and_new_files(shared: Path) -> None:
    check_shared(shared, 2)
    open_store()
    check_shared(shared, 2)


def test_what_is_restored_is_shared_as_its_folder_is(shared: Path, tmp_path: Path) -> None:
    configuration = settings.current()
    place = backup.Place(configuration.data_path, configuration.database_path)
    backup.create(place, tmp_path / "pbx.tar.gz", lambda _: set())
    for path in shared.iterdir():
        path.unlink()
    database.db.close()
    volatile.db.close()
    restore(place, tmp_path / "pbx.tar.gz", keys=set(), needed_keys=lambda _: set())
    check_shared(shared, 2)


def test_a_folder_with_group_bits_is_followed_without_the_setting(shared: Path) -> None:
    settings.use(settings.load({"PBX_DATA_DIR": str(settings.current().data_path)}))
    FILES.put(wav())
    check_shared(shared, 3)


def test_a_group_that_cannot_be_let_in_keeps_the_server_from_starting(shared: Path) -> None:
    os.chown(shared.parent, -1, GROUP)
    shared.parent.chmod(0o750)
    settings.use(settings.load({"PBX_DATA_DIR": str(shared.parent), "PBX_MEDIA_GROUP": str(GROUP + 1)}))
    with pytest.raises(StartupError, match=r"^PBX_MEDIA_GROUP: the folder .* cannot be opened to this group"):
        open_store()


# What `check` says


def told(**variables: str) -> list[str]:
    """What there is to say of files, the data folder's path taken out."""
    data = settings.current().data_path
    given = {"PBX_DATA_DIR": str(data), "PBX_TIME_ZONE": "UTC", "PBX_PASSWORD_POLICY": "strict", **variables}
    sentences = [f"{finding.is_error:d} {finding.sentence}".replace(str(data), "DATA") for finding in findings(given)]
    return [sentence for sentence in sentences if "The key file lies in" not in sentence]


def test_check_is_content_with_what_the_server_made(shared: Path) -> None:
    assert told(PBX_MEDIA_GROUP=str(GROUP)) == []


def test_check_names_files_that_others_can_read(shared: Path) -> None:
    (shared.parent / "pbx.sqlite3").chmod(0o640)
    volatile.beside(shared.parent / "pbx.sqlite3").chmod(0o602)
    next(shared.iterdir()).chmod(0o644)
    shared.parent.chmod(0o755)
    assert told(PBX_MEDIA_GROUP=str(GROUP)) == [
        "0 Other users can enter the folder DATA: its mode should be 0700.",
        "1 DATA/pbx.sqlite3 can be read or written by other users: its mode must be 0600.",
        "1 DATA/pbx-volatile.sqlite3 can be read or written by other users: its mode must be 0600.",
        "1 1 files of greetings, messages and prompts can be read by other users.",
    ]


def test_check_names_files_that_the_group_cannot_read(shared: Path) -> None:
    next(shared.iterdir()).chmod(0o600)
    assert told() == ["1 1 files of greetings, messages and prompts cannot be read by the group of their folder."]
    shared.chmod(0o700)
    assert "0 Other users can enter the folder DATA: its mode should be 0700." in told()
    assert (
        "1 The group of PBX_MEDIA_GROUP does not get into the folder DATA/greetings; the next start opens it."
        in told(PBX_MEDIA_GROUP=str(GROUP))
    )


def test_check_names_files_of_another_user(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from the folder: only root can give files away."""
    real = Path.stat

    def stat_(path: Path, **how: bool) -> os.stat_result:
        found = real(path, **how)
        values = list(found)
        values[stat.ST_UID] += path.name in {"pbx.sqlite3", "migrate.lock"}
        return os.stat_result(values)

    monkeypatch.setattr(Path, "stat", stat_)
    assert told(PBX_MEDIA_GROUP=str(GROUP)) == [
        f"1 DATA/{name} belongs to another user than the data folder: it must belong to that one, the server's."
        for name in ("migrate.lock", "pbx.sqlite3")
    ]
