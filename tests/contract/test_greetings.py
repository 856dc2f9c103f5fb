"""Greetings over a socket: files that are sent and played, and what is left when workers are killed meanwhile."""

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import requests

from portsip_api import settings
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.audio import check_plays, silence, wav
from tests.contract.servers import Server, running, wait_until
from tests.crm import ADMIN_PASSWORD

ROUNDS, UPLOADS = 5, 10
NUMBER = "1000"


class Client:
    """An administrator's client that knows one extension, 1000."""

    def __init__(self, server: Server) -> None:
        self.base = server.url
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        reply = requests.post(f"{self.base}/api/account/credentials/verify", json=credentials, timeout=60)
        self.headers = {"access_token": reply.json()["access_token"]}

    def make_extension(self) -> None:
        fields = {"extension_number": NUMBER, "password": "x", "web_access_password": "x"}
        assert self.post("extensions/create", json=fields).status_code == 200

    def post(self, path: str, **content: Any) -> requests.Response:
        return requests.post(f"{self.base}/api/{path}", headers=self.headers, timeout=60, **content)

    def upload(self, name: str, content: bytes) -> requests.Response:
        form = {"extension_number": NUMBER}
        return self.post("extensions/greeting_file/create", data=form, files={"upload": (name, content)})

    def list(self) -> Any:
        query = {"extension_number": NUMBER}
        path = f"{self.base}/api/extensions/greeting_file/list"
        reply = requests.get(path, query, headers=self.headers, timeout=60)
        assert reply.status_code == 200, reply.text
        return reply.json()["files"]

    def follow(self, url: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.base}{url}", headers=headers, timeout=60)


def test_a_file_is_sent_listed_and_played(server: Server) -> None:
    client = Client(server)
    client.make_extension()
    assert client.upload("a.wav", silence(10 << 20)).json()["result"] == "success"
    assert client.upload("b.wav", silence((10 << 20) + 2)).status_code == 413
    assert client.upload("b.wav", silence(12 << 20)).status_code == 413
    default, row = client.list()
    for url in (default["url"], row["url"]):
        whole = client.follow(url)
        check_plays(whole.content)
        assert whole.headers["Content-Type"] == "audio/wav"
        part = client.follow(url, Range="bytes=-7")
        assert (part.status_code, part.content) == (206, whole.content[-7:])
        assert client.follow(url, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
        refused = client.follow(url, Range="bytes=99999999-")
        assert (refused.status_code, refused.json()["err_code"]) == (416, "416.1")
        assert refused.headers["Content-Range"] == f"bytes */{len(whole.content)}"
        head = requests.head(f"{server.url}{url}", timeout=60)
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole.content)))


def test_a_worker_answers_while_it_takes_large_files(fresh_store) -> None:
    """One worker of two threads, and one of them decodes all the time: what the other answers began and ended then."""
    with running("gunicorn", fresh_store(), PBX_WORKERS="1", PBX_THREADS="2", PBX_TOKEN_TTL="3600") as server:
        client = Client(server)
        client.make_extension()
        content, done = silence(10 << 20), threading.Event()
        statuses: list[int] = []

        def upload() -> None:
            statuses.extend(client.upload(f"{number}.wav", content).status_code for number in range(5))
            done.set()

        thread = threading.Thread(target=upload)
        thread.start()
        answered = 0
        while not done.is_set():
            client.list()
            answered += not done.is_set()
        thread.join()
        assert statuses == [200] * 5
        assert answered > 0


def upload_all(client: Client, names: list[str], content: bytes, acknowledged: set[str]) -> list[threading.Thread]:
    """Upload `content` under each name, all at once; the names that are answered with success are noted."""

    def upload(name: str) -> None:
        with contextlib.suppress(requests.RequestException):  # its worker was killed
            if client.upload(name, content).status_code == 200:
                acknowledged.add(name)

    threads = [threading.Thread(target=upload, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    return threads


def check_kept(client: Client, acknowledged: set[str]) -> None:
    """All that was acknowledged is listed, and all that is listed plays."""
    rows = client.list()
    assert acknowledged <= {row["filename"] for row in rows}
    for row in rows:
        check_plays(client.follow(row["url"]).content)


def check_files(data: Path) -> None:
    """Every file belongs to a greeting once a sweep has been, and every greeting has its file."""
    settings.use(settings.load({"PBX_DATA_DIR": str(data)}))
    database.use(data / "pbx.sqlite3")
    greeting_files.sweep_orphans(0)
    assert consistency.find_inconsistencies() == []
    named = {row[0] for row in database.fetch_all("SELECT blob FROM greeting")}
    database.db.close()
    assert {path.name for path in (data / "greetings").iterdir()} == named


def test_uploads_survive_workers_that_are_killed(fresh_store) -> None:
    chance, acknowledged, content = random.Random(1), set[str](), wav(2, 44_100, 2)
    data = fresh_store()
    limits = {"PBX_TOKEN_TTL": "3600", "PBX_GREETING_FILES": "100"}
    with running("gunicorn", data, **limits) as server:
        client = Client(server)
        client.make_extension()
        for number in range(ROUNDS):
            wait_until(lambda: len(server.worker_pids()) == 2, "two workers")
            assert client.list()
            names = [f"{number}-{upload}.wav" for upload in range(UPLOADS)]
            threads = upload_all(client, names, content, acknowledged)
            time.sleep(chance.uniform(0, 0.15))
            for pid in server.worker_pids():
                os.kill(pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
        assert acknowledged
        check_kept(client, acknowledged)
    check_files(data)
