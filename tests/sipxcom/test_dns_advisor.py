"""The DNS advisor's text, from a name server of our own on loopback."""

import pytest

from portsip_api.pbx.upkeep import dns_advisor
from tests.name_server import NOTHING, ZONE, Zone, serving
from tests.sipxcom.portal import Portal, check_refused

PATH = "api/dns/advisor/server/1"


@pytest.fixture
def zone(portal: Portal, monkeypatch: pytest.MonkeyPatch):
    """The zone of the server that is the first forwarder; it is empty at first."""
    portal.put("api/dns/settings/named-config/forwarders/forwarder_0", "127.0.0.1", type="text/plain")
    zone = Zone()
    with serving(zone) as port:
        monkeypatch.setitem(dns_advisor.advise.__kwdefaults__ or {}, "port", port)
        yield zone


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_what_is_missing_is_told_in_plain_text(portal, zone, path):
    reply = portal.get(path)
    assert (reply.status_code, reply.text) == (200, NOTHING)
    assert reply.content_type == "text/plain; charset=UTF-8"


def test_nothing_is_said_when_nothing_is_missing(portal, zone):
    zone.lines = ZONE.splitlines()
    reply = portal.get(PATH)
    assert (reply.status_code, reply.data) == (200, b"")


def test_without_a_dns_server_there_is_no_advice(portal):
    check_refused(portal.get(PATH), 409, "No DNS server is configured")


@pytest.mark.parametrize(("server", "status"), [("2", 404), ("0", 404), ("9" * 18, 404), ("x", 400), ("9" * 99, 400)])
def test_there_is_one_server(portal, server, status):
    check_refused(portal.get(f"api/dns/advisor/server/{server}"), status)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_it_is_only_read(portal, method):
    check_refused(portal.ask(method, PATH), 405)
