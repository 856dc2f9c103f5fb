"""Digest over a socket, by the clients that people use: curl, and requests with HTTPDigestAuth."""

import hashlib
import re
import shutil
import subprocess

import pytest
import requests
from requests.auth import HTTPDigestAuth

from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD

PATH = "/sipxconfig/rest/branch"
CURL = shutil.which("curl") or "curl"


def curl(server: Server, *options: str) -> str:
    """Return curl's output: the statuses of all its exchanges, one a line."""
    command = [CURL, "--silent", "--show-error", "--output", "/dev/null", "--dump-header", "-", *options]
    outcome = subprocess.run([*command, f"{server.url}{PATH}?page=1"], capture_output=True, text=True, check=True)
    return outcome.stdout


def statuses(headers: str) -> list[str]:
    return re.findall(r"^HTTP/1\.[01] ([0-9]{3})", headers, re.MULTILINE)


def test_curl_logs_in_by_digest(server: Server):
    assert statuses(curl(server, "--digest", "-u", f"superadmin:{ADMIN_PASSWORD}")) == ["401", "200"]


def test_curl_takes_the_best_it_is_offered(server: Server):
    assert statuses(curl(server, "--anyauth", "-u", f"admin:{ADMIN_PASSWORD}"))[-1] == "200"


def test_curl_with_a_wrong_password_stays_outside(server: Server):
    assert set(statuses(curl(server, "--digest", "-u", "superadmin:wrong"))) == {"401"}


def test_requests_logs_in_by_digest_and_goes_on_with_its_nonce(server: Server):
    session = requests.Session()
    session.auth = HTTPDigestAuth("superadmin", ADMIN_PASSWORD)
    for number in range(3):
        reply = session.get(f"{server.url}{PATH}", timeout=20)
        assert (reply.status_code, len(reply.history)) == (200, 1 if number == 0 else 0)
    body = f"<branch><name>by digest {server.kind}</name></branch>"
    assert session.put(f"{server.url}{PATH}", body, timeout=20).status_code == 201


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_what_was_overheard_is_refused_by_every_worker(server: Server, algorithm: str):
    challenge = requests.get(f"{server.url}{PATH}", timeout=20).headers["WWW-Authenticate"]
    nonce = re.findall(r'nonce="([^"]+)"', challenge)[0]
    name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode()).hexdigest()

    def header(count: str) -> dict[str, str]:
        ha1, ha2 = digest(f"superadmin:PBX:{ADMIN_PASSWORD}"), digest(f"GET:{PATH}")
        response = digest(f"{ha1}:{nonce}:{count}:abc:auth:{ha2}")
        return {
            "Authorization": f'Digest username="superadmin", realm="PBX", nonce="{nonce}", uri="{PATH}", qop=auth,'
            f' nc={count}, cnonce="abc", algorithm={algorithm}, response="{response}"'
        }

    def ask(count: str) -> int:
        return requests.get(f"{server.url}{PATH}", headers=header(count), timeout=20).status_code

    assert ask("00000002") == 200
    assert [ask("00000002") for _ in range(8)] == [401] * 8
    assert ask("00000001") == 401
    assert ask("00000003") == 200
