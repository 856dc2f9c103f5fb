"""A running server tells of a message that a command leaves, also when it was killed before it did."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import requests

from tests.audio import wav
from tests.contract.servers import Server, running, start_server, wait_until
from tests.contract.test_servers import log_in
from tests.mail_server import mail_server
from tests.ops.commands import run

ADDRESS = "ana@home.example"


def make_extension(server: Server) -> None:
    """Make 1000, whose person has an address."""
    fields: Any = {
        "extension_number": "1000",
        "password": "x",
        "web_access_password": "x",
        "profile": {"email": ADDRESS},
    }
    headers = {"access_token": log_in(server)}
    assert requests.post(f"{server.url}/api/extensions/create", json=fields, headers=headers, timeout=30).ok


def test_a_message_is_told_of(fresh_store: Callable[[], Path], tmp_path: Path) -> None:
    data, file = fresh_store(), tmp_path / "message.wav"
    file.write_bytes(wav(3.0))
    with mail_server() as mails:
        settings = {"PBX_SMTP_URL": f"smtp://127.0.0.1:{mails.port}"}
        with running("gunicorn", data, **settings) as server:
            make_extension(server)
            told = run(data, "mailbox", "notify", "1000", "--format", "medium", "--audio", **settings)
            assert told.stdout == f"{ADDRESS}\tMEDIUM\twith audio\n"
            left = run(data, "mailbox", "deposit", "1000", str(file), "--from", "+1555", **settings)
            assert left.returncode == 0, left.stderr
            wait_until(lambda: mails.mails, "the mail was sent")
            assert mails.recipients == [ADDRESS]
            assert ADDRESS not in server.log()

        mails.answer = "hang up"
        killed = start_server("gunicorn", data, **settings)
        try:
            run(data, "mailbox", "deposit", "1000", str(file), "--from", "+1556", **settings)
            os.killpg(killed.pid, signal.SIGKILL)
        finally:
            killed.stop()
        mails.answer = "250 OK"
        make_due(data)
        with running("uwsgi", data, **settings):
            wait_until(lambda: len(mails.mails) == 2, "the mail was sent after all")
        assert "+1556" in mails.mails[1]["Subject"]


def make_due(data: Path) -> None:
    """Let whatever was claimed or put off be due."""
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store, store:
        store.execute("UPDATE mail_outbox SET next_attempt = 1 + (SELECT max(received) FROM voice_message)")
