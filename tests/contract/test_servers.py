"""Both servers as in production, over a socket."""

import requests

from tests.contract.servers import Server


def test_the_server_answers(server: Server) -> None:
    assert requests.get(f"{server.url}/healthz", timeout=10).json() == {"status": "ok"}
    assert len(server.worker_pids()) == 2
