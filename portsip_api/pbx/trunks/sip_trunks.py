"""Gateways as a SIP engine uses them: where each is, with what it logs in there, and which addresses are its own.

What a gateway's account is made of, its settings say (`itsp-account/…` of a SIP trunk); other models have none and
are reached by their address alone. Source: contract `sipxcom-admin.md`, section 6.2; which of a trunk's settings are
obeyed, and what characters an engine is told, is ours.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from portsip_api import settings
from portsip_api.pbx.access.tables import Tenant
from portsip_api.pbx.settings.tables import SettingValue
from portsip_api.pbx.settings.values import SECRET
from portsip_api.pbx.trunks import addresses_sql
from portsip_api.pbx.trunks.tables import Gateway
from portsip_api.store.dialect import one_of
from portsip_api.store.secrets import keyring

USUAL_PORT: Final = 5060
_ACCOUNT: Final = "itsp-account/"
_USUAL_SECONDS: Final = "600"
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?", re.ASCII)
_USER: Final = re.compile(r"[A-Za-z0-9._!~*()%&=+/?-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """A host, a name or an address, and a port; 0 where none was named."""

    host: str
    port: int = 0

    @property
    def text(self) -> str:
        """It as it stands in a URI."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


@dataclass(frozen=True)
class Account:
    """With what a gateway is logged in to; `seconds` is how long a registration is asked for."""

    user: str
    login: str
    password: str = field(repr=False)
    registers: bool
    seconds: int


@dataclass(frozen=True)
class SipTrunk:
    """A gateway that is in use. `at` is where calls go, `proxy` what they go over, `registrar` where it registers."""

    tenant_id: int
    gateway_id: int
    at: Place
    proxy: Place | None
    registrar: Place | None
    transport: str  # udp, tcp or tls
    account: Account | None
    is_asked: bool  # whether it is asked now and then if it is there

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts from which its calls come."""
        return frozenset(place.host for place in (self.at, self.proxy, self.registrar) if place is not None)


def all_of_pbx() -> list[SipTrunk]:
    """Return the gateways in use of all tenants that are enabled, by id, as far as an engine can be told of them."""
    return [trunk for trunk in _all() if not problem(trunk)]


def problems() -> Iterator[tuple[int, str]]:
    """Yield what keeps gateways in use from being used: the gateway's id and a clause."""
    yield from ((trunk.gateway_id, why) for trunk in _all() if (why := problem(trunk)))


def problem(trunk: SipTrunk) -> str:
    """Return what keeps an engine from using a gateway, as a clause; empty when nothing does."""
    if not trunk.at.host:
        return "it has no address"
    if not all(_is_host(host) for host in trunk.hosts):
        return "an address of it is neither a name nor an address of IP"
    account = trunk.account
    if account is not None and account.registers and not (account.user and account.password):
        return "it is to register, and has no user name or no password"
    if account is not None and not all(_USER.fullmatch(name) for name in (account.user, account.login) if name):
        return "its user name has characters that no address of SIP has"
    has_certificate = bool(settings.current().sip_certificate_file)
    return "TLS needs PBX_SIP_CERTIFICATE_FILE" if trunk.transport == "tls" and not has_certificate else ""


def literal(host: str) -> str:
    """Return the address of IP that a host is, in its usual form; empty for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def addresses(trunks: Iterable[SipTrunk]) -> dict[str, list[SipTrunk]]:
    """Return the trunks by the addresses of IP that calls come from: their own, and those that names stand for."""
    named = addresses_sql.known()
    found: dict[str, list[SipTrunk]] = {}
    for trunk in trunks:
        for address in sorted({one for host in trunk.hosts for one in _of_host(host, named)}):
            found.setdefault(address, []).append(trunk)
    return found


def _of_host(host: str, named: Mapping[str, list[str]]) -> list[str]:
    own = literal(host)
    return [own] if own else named.get(host, [])


def _is_host(host: str) -> bool:
    return bool(literal(host)) or (_HOST.fullmatch(host) is not None and len(host) <= 253)


def _all() -> list[SipTrunk]:
    enabled = Tenant.select(Tenant.id).where(Tenant.enabled == True)  # noqa: E712 — the column, not the value
    whole = Gateway.whole_pbx().select()
    rows = list(whole.where(Gateway.enabled == True, Gateway.tenant_id.in_(enabled)).order_by(Gateway.id))  # noqa: E712
    accounts = _accounts([row.id for row in rows])
    return [_trunk(row, accounts.get(row.id, {})) for row in rows]


def _accounts(gateway_ids: list[int]) -> dict[int, dict[str, str]]:
    """Return what was set of the accounts of gateways, by the gateway's id and the end of the setting's path."""
    if not gateway_ids:
        return {}
    columns = (SettingValue.owner, SettingValue.path, SettingValue.value, SettingValue.secret)
    owners = {f"gateway:{id_}": id_ for id_ in gateway_ids}
    rows = SettingValue.whole_pbx().select(*columns).where(SettingValue.owner.in_(one_of(owners))).tuples()
    found: dict[int, dict[str, str]] = {}
    for owner, path, value, secret in rows:
        text = value if secret is None else keyring.decrypt(secret, SECRET)
        found.setdefault(owners[owner], {})[path.removeprefix(_ACCOUNT)] = text
    return found


def _trunk(row: Gateway, account: Mapping[str, str]) -> SipTrunk:
    proxy = account.get("itsp-proxy-address") or row.outbound_address
    registrar = account.get("itsp-registrar-address")
    transport = row.address_transport or "none"
    return SipTrunk(
        row.tenant_id,
        row.id,
        Place(row.address or "", row.address_port),
        Place(proxy, row.outbound_port) if proxy and proxy != row.address else None,
        Place(registrar, _whole(account.get("itsp-registrar-listening-port", ""))) if registrar else None,
        "udp" if transport == "none" else transport,
        _account(account),
        account.get("sip-keepalive-method") != "NONE",
    )


def _account(settings: Mapping[str, str]) -> Account | None:
    user, registers = settings.get("user-name", ""), settings.get("register-on-initialization") == "true"
    if not user and not registers:
        return None
    return Account(
        user,
        settings.get("authentication-user-name") or user,
        settings.get("password", ""),
        registers,
        min(max(_whole(settings.get("registration-interval", _USUAL_SECONDS)), 60), 86_400),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
