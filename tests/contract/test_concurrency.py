"""Twenty clients at once against four workers: no error, and the store is what was acknowledged."""

import random
import threading

import requests

from portsip_api.store import database
from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD

CLIENTS = 20
STEPS = 250  # of each client, as many as take some seconds together


class Client(threading.Thread):
    """Creates, changes, lists and deletes extensions of its own numbers, and keeps what was acknowledged."""

    def __init__(self, url, token, name):
        super().__init__()
        self.url, self.prefix = url, name
        self.http = requests.Session()
        self.http.headers["access_token"] = token
        self.mine = {}
        self.made = 0
        self.refused = []
        self.random = random.Random(name)

    def run(self):
        for _ in range(STEPS):
            self.random.choice([self.create, self.change, self.destroy, self.list, self.list])()

    def send(self, path, **fields):
        return self.keep(self.http.post(f"{self.url}/api/extensions/{path}", json=fields, timeout=60))

    def keep(self, reply):
        if reply.status_code != 200:
            self.refused.append((reply.status_code, reply.text))
        return reply

    def create(self):
        self.made += 1
        number = f"{self.prefix}{self.made}"
        self.send("create", extension_number=number, password="x", web_access_password="x")
        self.mine[number] = ""

    def change(self):
        if self.mine:
            number, name = self.random.choice(list(self.mine)), f"name {self.random.random()}"
            self.send("update", extension_number=number, profile={"last_name": name})
            self.mine[number] = name

    def destroy(self):
        if len(self.mine) > 3:
            number = self.random.choice(list(self.mine))
            self.send("destroy", extension_number=number)
            del self.mine[number]

    def list(self):
        page = self.random.randrange(1, 5)
        reply = self.keep(self.http.get(f"{self.url}/api/extensions/list", params={"pagination": page}, timeout=60))
        assert reply.json()["count"] == len(reply.json()["extensions"])


def test_no_write_is_lost_and_none_fails(fresh_store, configure):
    data = fresh_store()
    with running("gunicorn", data, PBX_WORKERS="4", PBX_TOKEN_TTL="3600") as server:
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        reply = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30)
        clients = [Client(server.url, reply.json()["access_token"], f"c{n}n") for n in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert [refusal for client in clients for refusal in client.refused] == []
        assert "database is locked" not in server.log()
    acknowledged = {number: name for client in clients for number, name in client.mine.items()}
    assert len(acknowledged) > CLIENTS
    database.use(data / "pbx.sqlite3")
    assert dict(database.fetch_all("SELECT number, profile ->> 'last_name' FROM extension")) == acknowledged
    assert database.fetch_all("PRAGMA integrity_check") == [("ok",)]
    totals = database.fetch_all("SELECT ordering, sum(rows) FROM extension_order_block GROUP BY ordering")
    assert {total for _, total in totals} == {len(acknowledged)}
