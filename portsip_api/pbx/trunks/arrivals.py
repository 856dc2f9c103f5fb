"""Where a call from outside comes in: in which tenant, over which gateway, at which of the tenant's numbers.

A call is known by the address that it comes from, which is one of a gateway's, and by the gateway that it was sent to,
where one has registered. Several tenants may have gateways at one address: the call comes in where its number is; where
several have it, at the gateway that was made first. What answers callers from outside is what answers callers, and no
service such as paging, parking, or hearing one's messages. All of this is ours.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.numbers.outside import cleaned
from portsip_api.pbx.trunks import addresses_sql, arrivals_sql, emergency_calls
from portsip_api.pbx.trunks.sip_trunks import literal

ANSWERING: Final = (
    *("EXTENSION", "ALIAS", "RING_GROUP", "HUNT_GROUP", "VIRTUAL_RECEPTIONIST", "CALL_QUEUE", "CONFERENCE_ROOM"),
    "DIALLING_RULE",
)


@dataclass(frozen=True)
class Source:
    """A gateway that a call may have come from."""

    gateway_id: int
    tenant_id: int
    domain: str


@dataclass(frozen=True)
class Arrival:
    """A call that came in; `number` is the tenant's, or empty where the tenant has no such number.

    `elin` is set where a call comes back to who made an emergency call, whose number that is.
    """

    source: Source
    number: str
    elin: str = ""


def sources(address: str, gateway_id: int | None = None) -> list[Source]:
    """Return the gateways at an address (of IP), or that one of them that was named, by id."""
    wanted = literal(address)
    named = {host for host, found in addresses_sql.known().items() if wanted in found}
    rows = arrivals_sql.gateways() if wanted else []
    return [
        Source(id_, tenant_id, domain)
        for id_, tenant_id, domain, *hosts in rows
        if gateway_id in {None, id_} and any(host in named or literal(host) == wanted for host in _hosts(*hosts))
    ]


def find(address: str, gateway_id: int | None, dialled: str) -> Arrival | None:
    """Return where a call from an address to a number comes in; None for an address that is no gateway's.

    The number is found as it was dialled, and with or without a `+` before it.
    """
    candidates = sources(address, gateway_id)
    if not candidates:
        return None
    bare = cleaned(dialled).removeprefix("+")
    forms = list(dict.fromkeys((dialled, cleaned(dialled), bare, f"+{bare}")))
    tenants = {source.tenant_id for source in candidates}
    found = {(tenant, number) for tenant, number in arrivals_sql.numbers(tenants, forms, ANSWERING)}
    for source in candidates:
        for form in forms:
            if (source.tenant_id, form) in found:
                return Arrival(source, form)
    return _back(candidates, tenants, cleaned(dialled)) or Arrival(candidates[0], "")


def _back(candidates: list[Source], tenants: set[int], dialled: str) -> Arrival | None:
    """Return where a call to a number that nobody has comes back to, if it is the ELIN of an emergency call."""
    caller = emergency_calls.caller_from(tenants, dialled)
    if caller is None:
        return None
    source = next(source for source in candidates if source.tenant_id == caller[0])
    return Arrival(source, caller[1], dialled)


def _hosts(address: str | None, proxy: str | None, account: str) -> list[Any]:
    return [host for host in (address, proxy, *orjson.loads(account)) if host]
