"""kill -9 of a worker, of the master and of the owner of the jobs, at random instants while clients write."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from portsip_api import create_app, settings
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.media import files as media_files
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.contract.servers import KINDS, wait_until
from tests.contract.test_job_owner import owners
from tests.faults.form import LONG
from tests.faults.service import Service, check_clients, check_store, is_alive, serving, wait_gone, written_to

KILLS = 105 if LONG else 6
CLIENTS, SEED = 4, 5
DEPOSITS_KILLED = 40 if LONG else 4


def kill_worker(service: Service, chance: random.Random) -> None:
    os.kill(chance.choice(service.server.worker_pids()), signal.SIGKILL)


def kill_owner(service: Service, _: random.Random) -> None:
    living = wait_until(lambda: [pid for pid in owners(service.server) if is_alive(pid)], "an owner of the jobs")
    os.kill(living[-1], signal.SIGKILL)


def kill_master(service: Service, chance: random.Random) -> None:
    """Kill it, and its workers or not: systemd does, a shell does not. Start it anew, at once or when they are gone."""
    orphans = service.kill_master()
    if chance.random() < 0.5:
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    if chance.random() < 0.5:
        wait_gone(orphans)
    service.start_again()
    wait_gone(orphans)


KINDS_OF_KILL: tuple[Callable[[Service, random.Random], None], ...] = (kill_worker, kill_owner, kill_master)


# In short the kills below have gunicorn's part.
@pytest.mark.parametrize("kind", KINDS if LONG else ("uwsgi",))
def test_workers_end_with_their_master_and_free_its_address(kind: str, fresh_store) -> None:
    with serving(kind, fresh_store()) as service:
        wait_gone(service.kill_master())
        service.start_again()
        service.wait_whole()


def test_what_was_acknowledged_survives_every_kill(fresh_store, record_property) -> None:
    chance, data = random.Random(SEED), fresh_store()
    kills = [*KINDS_OF_KILL] * (KILLS // len(KINDS_OF_KILL))
    chance.shuffle(kills)
    with serving("gunicorn", data) as service, written_to(service.url, CLIENTS) as clients:
        for kill in kills:
            time.sleep(chance.uniform(0.05, 0.7))
            kill(service, chance)
            service.wait_whole()
            check_clients(clients)
    total = check_store(data, clients)
    assert total["acknowledged"] > KILLS
    record_property("kills", len(kills))
    for name, number in total.items():
        record_property(name, number)


def deposit_until_killed(data: Path, seconds: float, what: str = "depositing") -> list[str]:
    """Let a process leave and remove messages for so long, kill it, and return the lines that it ended."""
    command = [sys.executable, "-m", f"tests.faults.{what}", str(data)]
    with subprocess.Popen(command, cwd=settings.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]  # it has begun
        time.sleep(seconds)
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [line.strip() for line in lines if line.endswith("\n")]


def test_messages_and_their_files_agree_after_every_kill(tmp_path: Path, record_property) -> None:
    chance = random.Random(SEED)
    create_app(settings.load({"PBX_DATA_DIR": str(tmp_path)}))
    for number in ("1000", "1001"):
        extensions.create(1, {"extension_number": number, "password": "x", "web_access_password": "x"})
    database.db.close()
    there, unknown = set[int](), set[int]()
    for _ in range(DEPOSITS_KILLED):
        for line in deposit_until_killed(tmp_path, chance.uniform(0.05, 0.6)):
            message_id = int(line.lstrip("~-"))
            {"~": unknown.add, "-": there.discard}.get(line[0], there.add)(message_id)
    named = {row[0] for row in database.fetch_all("SELECT blob FROM voice_message")}
    assert named <= {path.name for path in media_files.FILES.path.iterdir()}
    media_files.sweep_orphans(-1)
    assert named == {path.name for path in media_files.FILES.path.iterdir()}
    assert consistency.find_inconsistencies() == []
    ids = {row[0] for row in database.fetch_all("SELECT id FROM voice_message")}
    assert there - unknown <= ids
    assert not (unknown - there) & ids
    record_property("kills", DEPOSITS_KILLED)
    record_property("messages", len(ids))
    database.db.close()


def test_recordings_and_their_files_agree_after_every_kill(tmp_path: Path, record_property) -> None:
    chance = random.Random(SEED)
    create_app(settings.load({"PBX_DATA_DIR": str(tmp_path)}))
    extensions.create(1, {"extension_number": "1000", "password": "x", "web_access_password": "x"})
    database.db.close()
    kept = [
        int(line)
        for _ in range(DEPOSITS_KILLED)
        for line in deposit_until_killed(tmp_path, chance.uniform(0.05, 0.6), "recording")
    ]
    named = {row[0] for row in database.fetch_all("SELECT blob FROM recording")}
    assert named <= {path.name for path in media_files.FILES.path.iterdir()}
    media_files.sweep_orphans(-1)
    assert named == {path.name for path in media_files.FILES.path.iterdir()}
    assert consistency.find_inconsistencies() == []
    assert len(kept) == len(set(kept)) >= DEPOSITS_KILLED
    record_property("kills", DEPOSITS_KILLED)
    record_property("recordings", len(kept))
    database.db.close()


def test_reports_and_music_and_their_files_agree_after_every_kill(tmp_path: Path, record_property) -> None:
    chance = random.Random(SEED)
    create_app(settings.load({"PBX_DATA_DIR": str(tmp_path)}))
    extensions.create(1, {"extension_number": "1000", "password": "x", "web_access_password": "x"})
    database.db.close()
    made = [
        int(line)
        for _ in range(DEPOSITS_KILLED)
        for line in deposit_until_killed(tmp_path, chance.uniform(0.05, 0.6), "reporting")
    ]
    tables = ("call_report WHERE blob IS NOT NULL", "hold_music")
    named = {row[0] for table in tables for row in database.fetch_all(f"SELECT blob FROM {table}")}
    assert named <= {path.name for path in media_files.FILES.path.iterdir()}
    media_files.sweep_orphans(-1)
    assert named == {path.name for path in media_files.FILES.path.iterdir()}
    assert consistency.find_inconsistencies() == []
    assert len(made) == len(set(made)) >= DEPOSITS_KILLED
    record_property("kills", DEPOSITS_KILLED)
    record_property("reports", len(made))
    database.db.close()
