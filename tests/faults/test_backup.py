"""Backups while clients write restore to a state that was: of each client, what it had written up to some write."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import requests

from portsip_api import settings
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.audio import wav
from tests.contract.servers import wait_until
from tests.faults import load
from tests.faults.form import LONG
from tests.faults.service import serving
from tests.ops.commands import run

BACKUPS, CLIENTS, EXTENSIONS, CYCLE = (10 if LONG else 1), 3, 4, 16
SOUND = wav(0.1)


class Counting(threading.Thread):
    """Writes its counter into one of its extensions after the other, and now and then adds or deletes a greeting."""

    def __init__(self, url: str, token: str, prefix: str) -> None:
        super().__init__()
        self.url, self.headers, self.prefix = url, {"access_token": token}, prefix
        self.done = threading.Event()
        self.begun = self.acknowledged = 0
        for number in range(EXTENSIONS):
            fields = {"extension_number": f"{prefix}{number}", "password": "x", "web_access_password": "x"}
            self._post("create", json=fields)

    def run(self) -> None:
        while not self.done.is_set():
            self.begun += 1
            self._write(self.begun)
            self.acknowledged = self.begun

    def _write(self, count: int) -> None:
        greeting = {"extension_number": f"{self.prefix}0", "filename": "mine.wav"}
        if count % CYCLE == 0:
            self._post("greeting_file/create", data=greeting, files={"file": ("mine.wav", SOUND)})
        elif count % CYCLE == CYCLE // 2 and count > CYCLE:
            self._post("greeting_file/destroy", json=greeting)
        else:
            number = f"{self.prefix}{count % EXTENSIONS}"
            self._post("update", json={"extension_number": number, "profile": {"last_name": str(count)}})

    def _post(self, path: str, **content: Any) -> None:
        reply = requests.post(f"{self.url}/api/extensions/{path}", headers=self.headers, timeout=60, **content)
        assert reply.status_code == 200, reply.text

    def states(self, first: int, last: int) -> Iterator[tuple[dict[str, str], bool]]:
        """Yield the last names by number, and whether there is a greeting, after `first` to `last` writes."""
        names, has_greeting = {f"{self.prefix}{number}": "" for number in range(EXTENSIONS)}, False
        if first == 0:
            yield dict(names), has_greeting
        for count in range(1, last + 1):
            if count % CYCLE == 0:
                has_greeting = True
            elif count % CYCLE == CYCLE // 2 and count > CYCLE:
                has_greeting = False
            else:
                names[f"{self.prefix}{count % EXTENSIONS}"] = str(count)
            if count >= first:
                yield dict(names), has_greeting


def state_of(data: Path, client: Counting) -> tuple[dict[str, str], bool]:
    """Return the same of a store."""
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as connection:
        names = connection.execute(
            "SELECT number, profile ->> 'last_name' FROM extension WHERE number LIKE ?", (f"{client.prefix}%",)
        ).fetchall()
        greetings = connection.execute(
            "SELECT count(*) FROM greeting JOIN extension AS e ON e.id = extension_id WHERE number LIKE ?",
            (f"{client.prefix}%",),
        ).fetchone()[0]
    return dict(names), bool(greetings)


def restored(archive: Path, key: Path) -> Path:
    """Restore the archive into a folder of its own, with the key, and return the folder."""
    data = archive.with_suffix(".restored")
    data.mkdir()
    shutil.copy(key, data)
    result = run(data, "restore", "--yes", str(archive))
    assert result.returncode == 0, result.stderr
    settings.use(settings.load({"PBX_DATA_DIR": str(data)}))
    database.use(data / "pbx.sqlite3")
    assert database.fetch_all("PRAGMA integrity_check") == [("ok",)]
    assert consistency.find_inconsistencies() == []
    database.db.close()
    return data


def have_grown(clients: list[Counting], before: list[int]) -> bool:
    return all(client.acknowledged > count + CYCLE for client, count in zip(clients, before, strict=True))


def test_each_is_of_a_moment(fresh_store, tmp_path, record_property) -> None:
    data = fresh_store()
    with serving("gunicorn", data) as service:
        token = load.log_in(service.url)
        clients = [Counting(service.url, token, f"{10 + number}") for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            for number in range(BACKUPS):
                before = [client.acknowledged for client in clients]
                wait_until(partial(have_grown, clients, before), "every client has written more")
                archive, least = tmp_path / f"{number}.tar.gz", [client.acknowledged for client in clients]
                made = run(data, "backup", "--yes", str(archive))
                most = [client.begun for client in clients]
                assert made.returncode == 0, made.stderr
                place = restored(archive, data / "secret.key")
                for client, first, last in zip(clients, least, most, strict=True):
                    assert state_of(place, client) in client.states(first, last)
        finally:
            for client in clients:
                client.done.set()
            for client in clients:
                client.join()
    record_property("backups", BACKUPS)
    record_property("writes", sum(client.acknowledged for client in clients))
