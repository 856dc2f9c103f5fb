"""The life of a token in real time, in all workers of a real server."""

import time

import pytest
import requests

from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD

TRIES = 24  # over new connections, so that every one of the four workers is met
TTL = 3


@pytest.fixture(scope="module")
def server(fresh_store):
    """Four workers and short-lived tokens."""
    with running("gunicorn", fresh_store(), PBX_WORKERS="4", PBX_TOKEN_TTL=str(TTL)) as started:
        yield started


def log_in(server):
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    return requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30).json()


def statuses(server, token):
    url = f"{server.url}/api/extensions/list"
    return {requests.get(url, headers={"access_token": token}, timeout=30).status_code for _ in range(TRIES)}


def test_a_token_is_refused_by_every_worker_when_its_life_is_over(server):
    reply = log_in(server)
    assert reply["expires"] == TTL
    time.sleep(TTL)
    assert statuses(server, reply["access_token"]) == {401}


def test_signing_out_ends_it_in_every_worker(server):
    token = log_in(server)["access_token"]
    reply = requests.post(f"{server.url}/api/account/sign_out", json={"access_token": token}, timeout=30)
    assert reply.json() == {"result": "success"}
    assert statuses(server, token) == {401}
