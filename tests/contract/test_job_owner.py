"""One process of many runs the jobs; when it is killed, another does."""

import os
import re
import signal
import sqlite3
from contextlib import closing

import pytest
import requests

from portsip_api.store import volatile
from tests.contract.servers import KINDS, Server, running, wait_until
from tests.contract.test_servers import lines, log_in

HANDOVER = 30.0  # seconds


def owners(server: Server) -> list[int]:
    """Return the processes that have said so far that they run the jobs."""
    return [line["pid"] for line in lines(server) if line["logger"] == "pbx.jobs"]


def has_tokens(server: Server) -> bool:
    """Tell whether any token is kept, expired or not."""
    with closing(sqlite3.connect(volatile.beside(server.data_dir / "pbx.sqlite3"), timeout=30)) as connection:
        return bool(connection.execute("SELECT count(*) FROM token").fetchone()[0])


def check_metrics_name(server: Server, owner: int) -> None:
    """The metrics tell who runs the jobs."""
    text = requests.get(f"{server.url}/metrics", timeout=30).text
    assert re.search(rf"^pbx_jobs_owner_pid {float(owner)}$", text, re.MULTILINE), text


def has_expired(server: Server, token: str) -> bool:
    """Tell whether the token is refused."""
    reply = requests.get(f"{server.url}/api/extensions/list", headers={"access_token": token}, timeout=30)
    return reply.status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_always_one_owner(kind: str, fresh_store) -> None:
    with running(kind, fresh_store(), PBX_WORKERS="3", PBX_TOKEN_TTL="1") as server:
        wait_until(lambda: len(server.worker_pids()) == 3 and owners(server), "three workers and an owner")
        token = log_in(server)
        wait_until(lambda: has_expired(server, token), "the token has expired")
        [first] = owners(server)
        check_metrics_name(server, first)

        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(owners(server)) == 2, "another owner", HANDOVER)
        second = owners(server)[-1]
        assert second != first
        assert second in server.worker_pids()
        check_metrics_name(server, second)
        wait_until(lambda: not has_tokens(server), "the job has deleted the expired token")
        assert len(owners(server)) == 2
