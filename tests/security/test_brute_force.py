"""Ten thousand guesses at one password, over real workers: the limit holds, and the victim can still log in.

The guesses come by many connections at once, so that all workers get them.
"""

import base64
import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.servers import Server, running, wait_until
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD

VICTIM = "198.51.100.7"
GUESSES, CONNECTIONS = 10_000, 8
PER_ACCOUNT, PER_ADDRESS = 10, 100  # the settings' defaults
Answer = tuple[int, str]  # HTTP status and body
LogIn = Callable[[http.client.HTTPConnection, str, str, str], Answer]  # connection, name, password, from where


def by_token(connection: http.client.HTTPConnection, name: str, password: str, address: str) -> Answer:
    """Log in on PortSIP's API."""
    body = json.dumps({"username": name, "password": password})
    headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
    return _sent(connection, "POST", "/api/account/credentials/verify", body, headers)


def by_basic(connection: http.client.HTTPConnection, name: str, password: str, address: str) -> Answer:
    """Log in on sipXcom's API."""
    proof = base64.b64encode(f"{name.partition('@')[0]}:{password}".encode()).decode()
    headers = {"X-Forwarded-For": address, "Authorization": f"Basic {proof}"}
    return _sent(connection, "GET", "/sipxconfig/rest/my/callfwd", None, headers)


def _sent(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
) -> Answer:
    connection.request(method, path, body, headers)
    with connection.getresponse() as reply:
        return reply.status, reply.read().decode()


@pytest.fixture(scope="module")
def server(fresh_store) -> Iterator[Server]:
    """A gunicorn of two workers behind a proxy, with extensions. Each test attacks from an address of its own."""
    with running("gunicorn", fresh_store(), PBX_TRUSTED_PROXIES="127.0.0.1", PBX_LOGIN_WINDOW="3600") as server:
        wait_until(lambda: len(server.worker_pids()) == 2, "both workers are there")
        connection = connect(server)
        token = json.loads(by_token(connection, "admin", ADMIN_PASSWORD, VICTIM)[1])["access_token"]
        for number in ("1000", "1001"):
            body = {"extension_number": number, "password": "sip-only-1", "web_access_password": WEB_PASSWORD}
            headers = {"access_token": token}
            assert _sent(connection, "POST", "/api/extensions/create", json.dumps(body), headers)[0] == 200
        connection.close()
        yield server


def connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)


def guess(server: Server, log_in: LogIn, names: list[str], address: str) -> Counter[int]:
    """Guess at each of `names` in turn, by several connections at once, and count the statuses."""

    def some(part: int) -> Counter[int]:
        connection, seen = connect(server), Counter[int]()
        for name in names[part::CONNECTIONS]:
            seen[log_in(connection, name, f"guess-{part}", address)[0]] += 1
        connection.close()
        return seen

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(some, range(CONNECTIONS)), Counter[int]())


def status_of(server: Server, log_in: LogIn, name: str, password: str, address: str) -> int:
    connection = connect(server)
    status = log_in(connection, name, password, address)[0]
    connection.close()
    return status


@pytest.mark.parametrize(
    ("log_in", "refused", "attacker"),
    [(by_token, 400, "203.0.113.1"), (by_basic, 401, "203.0.113.2")],
    ids=["portsip", "sipxcom"],
)
def test_ten_thousand_guesses(server: Server, log_in: LogIn, refused: int, attacker: str):
    victim = "1000@pbx.local"
    assert guess(server, log_in, [victim] * GUESSES, attacker) == {refused: PER_ACCOUNT, 429: GUESSES - PER_ACCOUNT}
    # Even the right password is refused to who guessed, and not to its owner.
    assert status_of(server, log_in, victim, WEB_PASSWORD, attacker) == 429
    assert status_of(server, log_in, victim, WEB_PASSWORD, VICTIM) == 200
    # Another account is not limited yet, from there or elsewhere.
    assert status_of(server, log_in, "1001@pbx.local", WEB_PASSWORD, attacker) == 200


@pytest.mark.parametrize(
    ("log_in", "refused", "attacker"),
    [(by_token, 400, "203.0.113.3"), (by_basic, 401, "203.0.113.4")],
    ids=["portsip", "sipxcom"],
)
def test_one_guess_at_each_of_a_thousand_accounts(server: Server, log_in: LogIn, refused: int, attacker: str):
    names = [f"{number}@pbx.local" for number in range(1000, 2000)]
    assert guess(server, log_in, names, attacker) == {refused: PER_ADDRESS, 429: len(names) - PER_ADDRESS}
    assert status_of(server, log_in, "1000@pbx.local", WEB_PASSWORD, attacker) == 429
    assert status_of(server, log_in, "1000@pbx.local", WEB_PASSWORD, VICTIM) == 200


def test_guesses_at_an_administrator(server: Server):
    """Fewer of them reach a hash than would slow the others down: as many as the limit."""
    assert guess(server, by_token, ["admin"] * 500, "203.0.113.5") == {400: PER_ACCOUNT, 429: 490}
    assert status_of(server, by_token, "admin", ADMIN_PASSWORD, VICTIM) == 200


def test_the_limit_is_not_escaped_by_what_the_client_says(server: Server):
    """By names that mean the same, an address that the client wrote itself, or another one of its IPv6 network."""
    names = ["1000@pbx.local", "1000@PBX.local", "1000@Pbx.Local", "1000@pBX.LOCAL"]
    counted = Counter[int]()
    for own, name in enumerate(names):
        counted += guess(server, by_token, [name] * 10, f"6.6.6.{own}, 203.0.113.6")
    assert counted == {400: PER_ACCOUNT, 429: 30}
    assert guess(server, by_token, ["1001@pbx.local"] * 8, "2001:db8:0:1::1")[400] == 8
    assert guess(server, by_token, ["1001@pbx.local"] * 8, "2001:db8:0:1:ffff::2") == {400: 2, 429: 6}


def test_guesses_on_one_api_do_not_help_on_the_other(server: Server):
    """The limit of an address is one, whichever API it asks."""
    attacker = "203.0.113.7"
    guess(server, by_token, [f"{number}@pbx.local" for number in range(2000, 2000 + PER_ADDRESS)], attacker)
    assert status_of(server, by_basic, "1000", WEB_PASSWORD, attacker) == 429
    assert status_of(server, by_basic, "1000", WEB_PASSWORD, VICTIM) == 200
