"""The DNS advisor's text, from a name server of our own on loopback."""

import pytest

from portsip_api.pbx import outside_work
from portsip_api.pbx.access import tenants
from portsip_api.pbx.upkeep import dns_advisor
from tests.name_server import NOTHING, ZONE, Zone, serving
from tests.sipxcom.portal import Portal, check_refused

PATH = "api/dns/advisor/server/1"


@pytest.fixture
def zone(portal: Portal, configure, monkeypatch: pytest.MonkeyPatch):
    """The zone of the server that is the first forwarder, which may be asked; it is empty at first."""
    configure(PBX_FETCH_ALLOW="127.0.0.1")
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


def test_only_one_request_of_a_tenant_waits_for_an_answer(portal, zone):
    with outside_work.waiting(tenants.DEFAULT_TENANT_ID):
        reply = portal.get(PATH)
        check_refused(reply, 503, "try again in a moment")
        assert reply.headers["Retry-After"] == "2"
        assert zone.asked == []
    assert portal.get(PATH).status_code == 200


def test_a_server_inside_is_not_asked(portal, zone, configure):
    configure()
    check_refused(portal.get(PATH), 409, "not public")
    assert zone.asked == []


def test_without_a_dns_server_there_is_no_advice(portal):
    check_refused(portal.get(PATH), 409, "No DNS server is configured")


@pytest.mark.parametrize(("server", "status"), [("2", 404), ("0", 404), ("9" * 18, 404), ("x", 400), ("9" * 99, 400)])
def test_there_is_one_server(portal, server, status):
    check_refused(portal.get(f"api/dns/advisor/server/{server}"), status)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_it_is_only_read(portal, method):
    check_refused(portal.ask(method, PATH), 405)
