"""A change that one worker acknowledged is in what every worker answers next, from a kept reply or not."""

from typing import Any

import requests

from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

CONNECTIONS = 12  # each is served by one of the four workers, whichever took it
CHANGES = 15


def test_no_worker_answers_with_what_was_before_a_change(fresh_store):
    with running("gunicorn", fresh_store(), PBX_WORKERS="4", PBX_TOKEN_TTL="3600") as server:
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        login = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30).json()
        clients = [requests.Session() for _ in range(CONNECTIONS)]
        for client in clients:
            client.headers["access_token"] = login["access_token"]
        fields = {"extension_number": "1000", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
        clients[0].post(f"{server.url}/api/extensions/create", json=fields, timeout=30)
        tags = [""] * CONNECTIONS
        for change in range(CHANGES):
            name = f"name {change}"
            changed: dict[str, Any] = {"extension_number": "1000", "profile": {"first_name": name}}
            reply = clients[change % CONNECTIONS].post(f"{server.url}/api/extensions/update", json=changed, timeout=30)
            assert reply.status_code == 200
            for at, client in enumerate(clients):
                listed = client.get(
                    f"{server.url}/api/extensions/list", headers={"If-None-Match": tags[at]}, timeout=30
                )
                assert listed.json()["extensions"][0]["first_name"] == name
                tags[at] = listed.headers["ETag"]
        for tag, client in zip(tags, clients, strict=True):
            again = client.get(f"{server.url}/api/extensions/list", headers={"If-None-Match": tag}, timeout=30)
            assert again.status_code == 304
        for client in clients:
            client.close()
