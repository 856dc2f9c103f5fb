"""What the name servers lack for phones to find this PBX by a tenant's SIP domain (RFC 3263).

The servers that are configured are asked, one after the other until one answers, with little patience: whoever waits
holds a thread that serves others. A tenant names them, and so they are judged as the hosts of files that are fetched.
Source: contract (sipXcom), section 6.1, and the vendor's page "View DNS Advisor results".
"""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from portsip_api import settings
from portsip_api.pbx import outside_work, public_addresses
from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.servers import THIS_SERVER
from portsip_api.pbx.errors import Conflict, NotFound
from portsip_api.pbx.settings.values import service_settings
from portsip_api.store.clock import Deadline

DNS_PORT: Final = 53
QUERY_SECONDS: Final = 0.7  # for one question, so that one that is silent leaves time for the next
# What is looked for by each transport: the service of its NAPTR record and the name of its SRV record.
_SERVICES: Final = {
    "UDP": ("SIP+D2U", "_sip._udp"),
    "TCP": ("SIP+D2T", "_sip._tcp"),
    "TLS": ("SIPS+D2T", "_sips._tcp"),
}


def system_resolver() -> dns.resolver.Resolver:
    """Return what asks the name servers of this machine."""
    return dns.resolver.Resolver()


class _NotAllowed(Exception):
    """A server is at an address that is not public."""


@dataclass
class _Asker:
    """Asks the first of some servers that answers; the ones that did not answer are not asked again."""

    servers: list[str]
    port: int
    deadline: Deadline

    def ask(self, name: str, kind: dns.rdatatype.RdataType) -> list[Any]:
        """Return the records of `kind` of `name`. Raises Conflict when no server answers, or `name` cannot be asked."""
        try:
            query = dns.message.make_query(dns.name.from_text(name), kind)
        except dns.exception.DNSException:
            raise Conflict(f"A name server cannot be asked about {name}: it is too long.") from None
        while self.servers:
            try:
                response = self._exchange(query)
                if response.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                    return [record for answer in response.answer for record in answer if record.rdtype == kind]
            except (dns.exception.DNSException, OSError, _NotAllowed):
                pass
            self.servers.pop(0)
        raise Conflict(
            "None of the configured DNS servers can be asked: they do not answer, or refuse to, or are not public."
        )

    def _exchange(self, query: dns.message.Message) -> dns.message.Message:
        address = self._address()
        try:
            return dns.query.udp(
                query, address, self._patience(), self.port, ignore_unexpected=True, raise_on_truncation=True
            )
        except dns.message.Truncated:
            return dns.query.tcp(query, address, self._patience(), self.port)

    def _address(self) -> str:
        """Return the address of the first server, which may be given by its name. Raises _NotAllowed."""
        server = self.servers[0]
        try:
            addresses = [ipaddress.ip_address(server)]
        except ValueError:
            answers = system_resolver().resolve_name(server, lifetime=self._patience())
            addresses = [ipaddress.ip_address(address) for address in answers.addresses()]
        if not addresses or not public_addresses.are_allowed(server.lower().rstrip("."), addresses):
            raise _NotAllowed
        return str(addresses[0])

    def _patience(self) -> float:
        left = self.deadline.remaining()
        if left <= 0:
            raise dns.exception.Timeout
        return min(QUERY_SECONDS, left)


def advise(tenant_id: int, server_id: int, *, host: str | None = None, port: int = DNS_PORT) -> str:
    """Return the lines that are missing from the zone of the tenant's SIP domain, in sections; empty when none is.

    `server_id` is 1, this server; `host` is its name, by default the domain itself. Takes at most as long as
    `outside_work` lets it. Raises NotFound (another server), Conflict (no DNS server is configured, may be asked or
    answers) and Busy.
    """
    if server_id != THIS_SERVER:
        raise NotFound("There is no such server.")
    domain = tenants.domain_of(tenant_id)
    servers = _servers(tenant_id)
    if not servers:
        raise Conflict("No DNS server is configured: set one in the DNS settings first.")
    with outside_work.waiting(tenant_id) as deadline:
        ask = _Asker(servers, port, deadline).ask
        missing = {
            "naptr": list(_missing_naptr(domain, ask)),
            "srv": list(_missing_srv(domain, host or domain, ask)),
            "a": list(_missing_address(host or domain, ask)),
        }
    sections = [
        f";; Missing {kind} records\n" + "".join(f"{line}\n" for line in missing[kind])
        for kind in missing
        if missing[kind]
    ]
    return "\n".join(sections)


_Ask = Callable[[str, dns.rdatatype.RdataType], Sequence[Any]]


def _servers(tenant_id: int) -> list[str]:
    """Return the servers that are to be asked: the outside ones when DNS is unmanaged, else the forwarders."""
    values = {value.setting.path: value.value for value in service_settings(tenant_id, "dns").all()}
    group = "sys/unmanaged_servers/" if values["sys/unmanaged"] == "1" else "named-config/forwarders/"
    return [value for path, value in values.items() if path.startswith(group) and value]


def _transports() -> list[tuple[str, int]]:
    return [(protocol, port) for protocol, port in settings.current().offered_transports if protocol in _SERVICES]


def _missing_naptr(domain: str, ask: _Ask) -> Iterator[str]:
    found = {
        (record.service.decode("latin-1").upper(), record.replacement.to_text(omit_final_dot=True).lower())
        for record in ask(domain, dns.rdatatype.NAPTR)
    }
    for order, (protocol, _) in enumerate(_transports()):
        service, name = _SERVICES[protocol]
        if (service, f"{name}.{domain}") not in found:
            yield f'{domain}. IN NAPTR {order} 0 "s" "{service}" "" {name}.{domain}.'


def _missing_srv(domain: str, host: str, ask: _Ask) -> Iterator[str]:
    for protocol, port in _transports():
        name = f"{_SERVICES[protocol][1]}.{domain}"
        found = {
            (record.port, record.target.to_text(omit_final_dot=True).lower()) for record in ask(name, dns.rdatatype.SRV)
        }
        if (port, host.lower()) not in found:
            yield f"{name}. IN SRV 1 0 {port} {host}."


def _missing_address(host: str, ask: _Ask) -> Iterator[str]:
    address = settings.current().server_address
    kind = dns.rdatatype.AAAA if ipaddress.ip_address(address).version == 6 else dns.rdatatype.A
    if address not in {str(ipaddress.ip_address(record.address)) for record in ask(host, kind)}:
        yield f"{host}. IN {kind.name} {address}"
