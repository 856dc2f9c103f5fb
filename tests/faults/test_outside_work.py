"""One user asks for what waits for a name server that is silent, many times at once: others are served."""

import threading
import time
from collections import Counter

import pytest
import requests

from tests.contract.servers import KINDS, running
from tests.crm import ADMIN_PASSWORD
from tests.faults.form import LONG

ASKING, ROUNDS = (32, 5) if LONG else (32, 1)
SILENT = [f"127.0.0.{number}" for number in range(10, 15)]  # nobody answers there
SETTINGS = "/sipxconfig/api/dns/settings/named-config/forwarders/forwarder_"
ADVISOR = "/sipxconfig/api/dns/advisor/server/1"
SOON = 1.0  # seconds
MOST = 4.0  # seconds for all that ask: those who wait take two, in each worker


@pytest.mark.parametrize("kind", KINDS)
def test_one_user_cannot_hold_the_threads(fresh_store, record_property, kind: str) -> None:
    auth = ("superadmin", ADMIN_PASSWORD)
    slowest, statuses = 0.0, Counter[int]()
    with running(kind, fresh_store(), PBX_FETCH_ALLOW="127.0.0.0/8") as server:
        for number, address in enumerate(SILENT):
            put = requests.put(
                f"{server.url}{SETTINGS}{number}",
                address,
                auth=auth,
                headers={"Content-Type": "text/plain"},
                timeout=30,
            )
            assert put.ok, put.text

        def ask() -> None:
            reply = requests.get(f"{server.url}{ADVISOR}", auth=auth, timeout=60)
            statuses[reply.status_code] += 1
            assert reply.status_code != 503 or reply.headers["Retry-After"]

        for _ in range(ROUNDS):
            asking = [threading.Thread(target=ask) for _ in range(ASKING)]
            began = time.monotonic()
            for thread in asking:
                thread.start()
            while any(thread.is_alive() for thread in asking):
                asked = time.monotonic()
                assert requests.get(f"{server.url}/readyz", timeout=30).ok
                slowest = max(slowest, time.monotonic() - asked)
                time.sleep(0.05)
            assert time.monotonic() - began < MOST
    assert set(statuses) == {409, 503}
    assert statuses.total() == ASKING * ROUNDS
    record_property("requests to the DNS advisor", statuses.total())
    record_property("refused at once", statuses[503])
    record_property(f"ms at most until {kind} answered /readyz", round(slowest * 1000))
    assert slowest < SOON
