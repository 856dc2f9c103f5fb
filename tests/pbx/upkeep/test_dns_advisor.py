"""The DNS advisor, against a name server of our own on loopback."""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import dns.rcode
import dns.resolver
import pytest

from portsip_api import settings
from portsip_api.pbx import outside_work
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Busy, Conflict, NotFound
from portsip_api.pbx.settings.values import service_settings
from portsip_api.pbx.upkeep import dns_advisor
from portsip_api.pbx.upkeep.dns_advisor import advise
from tests.name_server import NOTHING, ZONE, Zone, serving

HOME = tenants.DEFAULT_TENANT_ID


@pytest.fixture
def zone(app: object, configure: Callable[..., object]) -> Zone:
    """What the server answers, which may be asked; it is empty at first."""
    configure(PBX_FETCH_ALLOW="127.0.0.1")
    return Zone()


@pytest.fixture
def port(zone: Zone) -> Iterator[int]:
    """The port of a server on 127.0.0.1, the first forwarder, over UDP and TCP."""
    service_settings(HOME, "dns").put("named-config/forwarders/forwarder_0", "127.0.0.1")
    with serving(zone) as number:
        yield number


def test_a_whole_zone_lacks_nothing(zone: Zone, port: int) -> None:
    zone.lines = ZONE.splitlines()
    assert advise(HOME, 1, port=port) == ""


def test_all_that_is_missing_is_named_as_lines_of_a_zone_file(zone: Zone, port: int) -> None:
    assert advise(HOME, 1, port=port) == NOTHING
    zone.rcode = dns.rcode.NXDOMAIN
    assert advise(HOME, 1, port=port) == NOTHING


def test_what_is_said_to_be_missing_mends_the_zone(zone: Zone, port: int) -> None:
    lines = [line for line in advise(HOME, 1, port=port).splitlines() if line and not line.startswith(";;")]
    zone.lines = [line.replace(" IN ", " 60 IN ", 1) for line in lines]
    assert advise(HOME, 1, port=port) == ""


@pytest.mark.parametrize("left_out", range(5))
def test_only_what_is_missing_is_named(zone: Zone, port: int, left_out: int) -> None:
    lines = ZONE.splitlines()
    missing = lines.pop(left_out)
    zone.lines = lines
    heading, line = advise(HOME, 1, port=port).splitlines()
    assert heading == f";; Missing {missing.split(' ')[3].lower()} records"
    assert line.lower() == missing.replace(" 60 IN ", " IN ").lower()


@pytest.mark.parametrize(
    ("before", "after"),
    [("SRV 1 0 5060", "SRV 1 0 5061"), ("5060 pbx.local.", "5060 old.pbx.local."), ("127.0.0.1", "127.0.0.2")],
)
def test_a_record_that_leads_elsewhere_does_not_count(zone: Zone, port: int, before: str, after: str) -> None:
    zone.lines = ZONE.replace(before, after).splitlines()
    assert "Missing" in advise(HOME, 1, port=port)


def test_transports_ports_host_and_address_are_those_of_the_server(zone: Zone, port: int, configure: object) -> None:
    configure(PBX_SIP_TRANSPORTS="TLS:5061,WSS:443", PBX_SERVER_ADDRESS="2001:db8::1", PBX_FETCH_ALLOW="127.0.0.1")  # type: ignore[operator]
    assert advise(HOME, 1, host="sip1.pbx.local", port=port).splitlines() == [
        ";; Missing naptr records",
        'pbx.local. IN NAPTR 0 0 "s" "SIPS+D2T" "" _sips._tcp.pbx.local.',
        "",
        ";; Missing srv records",
        "_sips._tcp.pbx.local. IN SRV 1 0 5061 sip1.pbx.local.",
        "",
        ";; Missing a records",
        "sip1.pbx.local. IN AAAA 2001:db8::1",
    ]
    assert len(zone.asked) == 3


def test_a_long_answer_is_asked_for_over_tcp(zone: Zone, port: int) -> None:
    zone.truncated = True
    zone.lines = ZONE.splitlines()
    assert advise(HOME, 1, port=port) == ""
    assert len(zone.asked) == 8


def test_the_next_server_is_asked_when_one_refuses(zone: Zone, port: int) -> None:
    service_settings(HOME, "dns").put("named-config/forwarders/forwarder_1", "127.0.0.1")
    zone.rcode = dns.rcode.REFUSED
    with pytest.raises(Conflict, match="do not answer, or refuse"):
        advise(HOME, 1, port=port)
    assert len(zone.asked) == 2


def test_unmanaged_servers_are_asked_instead_when_dns_is_unmanaged(zone: Zone, port: int) -> None:
    settings = service_settings(HOME, "dns")
    settings.put("sys/unmanaged", "true")
    with pytest.raises(Conflict, match="No DNS server is configured"):
        advise(HOME, 1, port=port)
    assert zone.asked == []
    settings.put("sys/unmanaged_servers/unmanaged_2", "127.0.0.1")
    zone.lines = ZONE.splitlines()
    assert advise(HOME, 1, port=port) == ""


def test_without_a_server_there_is_no_advice(app: object) -> None:
    with pytest.raises(Conflict, match="No DNS server is configured"):
        advise(HOME, 1)


@pytest.mark.parametrize("server_id", [0, 2, -1, 2**70])
def test_there_is_one_server(app: object, server_id: int) -> None:
    with pytest.raises(NotFound):
        advise(HOME, server_id)


def test_a_silent_server_is_not_waited_for(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_advisor, "QUERY_SECONDS", 0.1)
    monkeypatch.setattr(outside_work, "SECONDS", 0.25)
    service_settings(HOME, "dns").put_all({f"named-config/forwarders/forwarder_{n}": "127.0.0.1" for n in range(5)})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        began = time.monotonic()
        with pytest.raises(Conflict, match="do not answer, or refuse"):
            advise(HOME, 1, port=silent.getsockname()[1])
    assert 0.2 < time.monotonic() - began < 2


INSIDE = ["127.0.0.1", "127.0.0.10", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00:ec2::254", "fe80::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_servers_that_are_not_public_are_not_asked(
    zone: Zone, port: int, configure: Callable[..., object], address: str
) -> None:
    """And the sentence is the one of a server that is silent, so that nobody learns what there is."""
    configure()
    service_settings(HOME, "dns").put("named-config/forwarders/forwarder_0", address)
    with pytest.raises(Conflict, match="do not answer, or refuse to, or are not public"):
        advise(HOME, 1, port=port)
    assert zone.asked == []


@pytest.mark.parametrize(("allowed", "is_asked"), [("", False), ("NS.example", True), ("127.0.0.0/8", True)])
def test_a_name_is_judged_by_its_addresses(
    zone: Zone,
    port: int,
    configure: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    allowed: str,
    is_asked: bool,
) -> None:
    def resolver() -> dns.resolver.Resolver:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], port
        return found

    monkeypatch.setattr(dns_advisor, "system_resolver", resolver)
    configure(PBX_FETCH_ALLOW=allowed)
    zone.lines = [*ZONE.splitlines(), "ns.example. 60 IN A 127.0.0.1"]
    service_settings(HOME, "dns").put_all({"sys/unmanaged": "1", "sys/unmanaged_servers/unmanaged_0": "ns.example"})
    if is_asked:
        assert advise(HOME, 1, port=port) == ""
    else:
        with pytest.raises(Conflict, match="are not public"):
            advise(HOME, 1, port=port)
    assert any("NAPTR" in question for question in zone.asked) == is_asked


def test_a_silent_server_leaves_time_for_the_next(zone: Zone, port: int) -> None:
    """With the times that it has in earnest."""
    zone.lines = ZONE.splitlines()
    service_settings(HOME, "dns").put_all(
        {"named-config/forwarders/forwarder_0": "127.0.0.77", "named-config/forwarders/forwarder_1": "127.0.0.1"}
    )
    settings.use(replace(settings.current(), fetch_allow=[ipaddress.ip_network("127.0.0.0/8")]))
    began = time.monotonic()
    assert advise(HOME, 1, port=port) == ""
    assert time.monotonic() - began < outside_work.SECONDS


def test_one_advice_at_a_time_is_given_to_a_tenant(zone: Zone, port: int) -> None:
    with outside_work.waiting(HOME), pytest.raises(Busy):
        advise(HOME, 1, port=port)
    assert zone.asked == []


def test_a_domain_that_is_too_long_for_dns_is_refused_with_a_sentence(zone: Zone, port: int) -> None:
    tenants.update(HOME, {"domain": "x" * 64 + ".example"})
    with pytest.raises(Conflict, match="too long"):
        advise(HOME, 1, port=port)
