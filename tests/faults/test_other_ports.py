"""The ports of `deploy/nginx-other-ports.conf`: they lead where they should, with a log-in, and nowhere else."""

import pytest
import requests
from requests.auth import HTTPDigestAuth

from tests.contract.servers import running
from tests.contract.sipxcom.world import Portal
from tests.crm import WEB_PASSWORD
from tests.faults.proxy import nginx

SECURE = "https"
SCHEMES = {6666: "http", 6667: "http", 8085: SECURE}


@pytest.fixture(scope="module")
def ask(tmp_path_factory, fresh_store):
    """Ask one of the old ports for a path, as the user 200 or as nobody."""
    ports: dict[int, int] = {}
    with running("gunicorn", fresh_store(), PBX_TRUSTED_PROXIES="127.0.0.1") as server:
        Portal(server.url).make("rest/user", {"userName": "200", "pin": WEB_PASSWORD})
        with nginx(tmp_path_factory.mktemp("nginx"), server.port, ports) as (_, trusted):

            def send(port: int, path: str, *, known: bool = True) -> requests.Response:
                auth = HTTPDigestAuth("200", WEB_PASSWORD) if known else None
                url = f"{SCHEMES[port]}://127.0.0.1:{ports[port]}{path}"
                return requests.get(url, auth=auth, verify=str(trusted), timeout=60)

            yield send


@pytest.mark.parametrize("port", SCHEMES)
def test_every_port_asks_for_a_log_in(ask, port):
    assert ask(port, "/mailbox/200/messages", known=False).status_code == 401
    reply = ask(port, "/mailbox/200/messages")
    assert (reply.status_code, reply.text.endswith("<messages/>")) == (200, True)
    assert ask(port, "/mailbox/201/messages").status_code == 403


@pytest.mark.parametrize("port", SCHEMES)
@pytest.mark.parametrize("path", ["/sipxconfig/rest/my/time", "/api/extensions/list", "/metrics", "/", "/mailbox"])
def test_no_port_leads_elsewhere(ask, port, path):
    reply = ask(port, path)
    assert (reply.status_code, "nginx" in reply.text) == (404, True)
