"""PHP's own curl, on the addresses of the system's other ports: Digest, and a POST without fields in chunks."""

import re
from pathlib import Path

import pytest

from tests.audio import wav
from tests.contract.dialects.users_clients import php
from tests.contract.servers import Server
from tests.contract.sipxcom.world import Portal
from tests.crm import WEB_PASSWORD
from tests.ops.commands import run


@pytest.fixture
def user(server: Server) -> str:
    """A user of this server."""
    name = {"gunicorn": "500", "uwsgi": "501"}[server.kind]
    portal = Portal(server.url)
    portal.ask("PUT", "rest/user", {"userName": name, "pin": WEB_PASSWORD})
    portal.ask("PUT", "rest/user", {"userName": "101", "pin": WEB_PASSWORD})
    return name


def statuses(exchanges: str) -> list[str]:
    return re.findall(r"^< HTTP/1\.[01] ([0-9]{3})", exchanges, re.MULTILINE)


def test_a_mailbox_is_read_and_marked(server: Server, user: str, tmp_path: Path):
    (tmp_path / "message.wav").write_bytes(wav(4.0))
    left = run(server.data_dir, "mailbox", "deposit", user, str(tmp_path / "message.wav"), "--from", "101")
    assert left.returncode == 0, left.stderr
    listed = php(server, "GET", f"/mailbox/{user}/inbox", user, WEB_PASSWORD)
    assert (listed.status, statuses(listed.exchanges)) == (200, ["401", "200"])
    (id_,) = re.findall(r' id="([0-9]+)" heard="false"', listed.text)
    assert php(server, "PUT", f"/mailbox/{user}/message/{id_}/heard", user, WEB_PASSWORD).status == 200
    assert php(server, "GET", f"/mailbox/{user}/message/{id_}/heard", user, WEB_PASSWORD).text == "<heard>true</heard>"


def test_a_post_without_fields_comes_in_chunks_and_is_taken(server: Server, user: str):
    """As the page's sample sends it: what is known to be empty only when it ends."""
    made = php(server, "POST", "/sipxconfig/rest/my/privatekey", user, WEB_PASSWORD)
    assert "Transfer-Encoding: chunked" in made.exchanges
    assert (made.status, len(made.text)) == (200, 32)
    assert statuses(made.exchanges)[0] == "401"


def test_the_page_s_click_to_call(server: Server, user: str):
    """A call is checked, and then there is no SIP engine."""
    called = php(server, "POST", f"/callcontroller/{user}/101?isForwardingAllowed=true", user, WEB_PASSWORD)
    assert "Transfer-Encoding: chunked" in called.exchanges
    assert (called.status, statuses(called.exchanges)[0]) == (503, "401"), called.text
    assert "<processing-status" in called.text
    assert "<status-lines/>" in php(server, "GET", f"/callcontroller/{user}/101", user, WEB_PASSWORD).text
    assert php(server, "POST", "/callcontroller/101/102", user, WEB_PASSWORD).status == 403


def test_a_wrong_password_is_refused(server: Server, user: str):
    assert php(server, "GET", f"/mailbox/{user}/inbox", user, "wrong").status == 401
