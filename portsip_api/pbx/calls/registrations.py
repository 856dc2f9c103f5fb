"""Registrations: the phones that the switch knows at the moment, found and dropped by what names them.

Source: contract, section 6.7 and decision 9. The switch keeps them; whether a phone or a server of that name exists at
all is for whoever asks.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import registrations_sql, servers
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.tables import ExtensionGroup
from portsip_api.pbx.settings import agents
from portsip_api.store.clock import clock
from portsip_api.store.search import fold

ACTIVE: Final = "active"
EXPIRED: Final = "expired"


@dataclass(frozen=True)
class Registration:
    """A phone at which a user can be reached, as the switch knows it.

    `identity` is the user's address (`201@pbx.example`), `uri` the registered one and `contact` that of the phone;
    `instrument` is the phone's MAC address, as `agent`, what the phone says it is, or the phone that was set up for the
    user tells; `server` is the host that holds the registration, `ip` the phone's address and `expires` in seconds
    since 1970.
    """

    uri: str
    contact: str
    call_id: str
    instrument: str
    server: str
    ip: str
    expires: float
    identity: str
    agent: str = ""

    @property
    def seconds_to_expire(self) -> int:
        """Return the whole seconds for which it still holds; 0 when it has expired."""
        return max(0, int(self.expires - clock.wall()))

    @property
    def status(self) -> str:
        """Return whether it still holds: `active` or `expired`."""
        return ACTIVE if self.expires > clock.wall() else EXPIRED


class Registrar(Protocol):
    """What a SIP engine tells of registrations."""

    def registrations(self, domain: str) -> Sequence[Registration]:
        """Return every registration of a SIP domain. Raises SwitchUnavailable."""

    def drop(self, registration: Registration) -> None:
        """End one registration. Raises SwitchUnavailable."""


def list_all(tenant_id: int, registrar: Registrar) -> list[Registration]:
    """Return one registration per contact, the newest of each, those that expire last first.

    Raises NotFound (no such tenant) and SwitchUnavailable, as every function here does.
    """
    return _find(tenant_id, registrar, lambda _: True)


def list_user(tenant_id: int, user: str, registrar: Registrar) -> list[Registration]:
    """Return those of one user, named by id, number or alias. Raises NotFound ("User not found")."""
    number = _number_of(tenant_id, user)
    return _find(tenant_id, registrar, lambda item: _user_of(item) == number)


def list_group(tenant_id: int, group_name: str, registrar: Registrar) -> list[Registration]:
    """Return those of the members of an extension group, named without case. Raises NotFound."""
    group_id = _require_group(tenant_id, group_name)
    found = list_all(tenant_id, registrar)
    members = registrations_sql.members_among(tenant_id, group_id, {_user_of(item) for item in found})
    return [item for item in found if _user_of(item) in members]


def list_serial(tenant_id: int, serial: str, registrar: Registrar) -> list[Registration]:
    """Return those of the phone with that MAC address, however it is written."""
    return _find(tenant_id, registrar, lambda item: bool(_mac(serial)) and _mac(item.instrument) == _mac(serial))


def list_ip(tenant_id: int, ip: str, registrar: Registrar) -> list[Registration]:
    """Return those that came from one address."""
    return _find(tenant_id, registrar, lambda item: item.ip == ip)


def list_call_id(tenant_id: int, call_id: str, registrar: Registrar) -> list[Registration]:
    """Return those with that Call-ID."""
    return _find(tenant_id, registrar, lambda item: item.call_id == call_id)


def list_server(tenant_id: int, server: str, registrar: Registrar) -> list[Registration]:
    """Return those that a server holds, this one under any of its names, another as the switch names it.

    Raises NotFound ("Server not found") for a server that holds none and is not this one.
    """
    if servers.is_this(tenant_id, server):
        wanted = {fold(name) for name in servers.names(tenant_id)}
        return _find(tenant_id, registrar, lambda item: fold(item.server) in wanted)
    found = _find(tenant_id, registrar, lambda item: fold(item.server) == fold(server))
    if not found:
        raise NotFound("Server not found")
    return found


def drop(registrations: Iterable[Registration], registrar: Registrar) -> None:
    """End registrations that one of the functions above has found; there may be none. Raises SwitchUnavailable."""
    for registration in registrations:
        registrar.drop(registration)


def _find(tenant_id: int, registrar: Registrar, wanted: Callable[[Registration], bool]) -> list[Registration]:
    found = registrar.registrations(tenants.domain_of(tenant_id))
    newest_first = sorted(found, key=lambda item: item.expires, reverse=True)
    by_contact: dict[str, Registration] = {}
    for item in newest_first:
        by_contact.setdefault(item.contact, item)
    return [item for item in _with_instruments(tenant_id, by_contact.values()) if wanted(item)]


def _with_instruments(tenant_id: int, found: Iterable[Registration]) -> list[Registration]:
    """Return registrations with the MAC addresses that are known of them."""
    known = [(item, agents.read(item.agent)) for item in found]
    phones: dict[str, list[tuple[str, str]]] = {}
    silent = {_user_of(item) for item, agent in known if agent.vendor and not agent.mac and not item.instrument}
    for number, serial, model_id in registrations_sql.phones_of(tenant_id, silent) if silent else ():
        phones.setdefault(number, []).append((serial, model_id))
    return [
        item
        if item.instrument
        else replace(item, instrument=agents.mac_among(agent, phones.get(_user_of(item), ())).lower())
        for item, agent in known
    ]


def _user_of(item: Registration) -> str:
    return item.identity.removeprefix("sip:").partition("@")[0]


def _mac(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


def _number_of(tenant_id: int, user: str) -> str:
    number = registrations_sql.number_of(tenant_id, user)
    if number is None:
        raise NotFound("User not found")
    return number


def id_of_user(tenant_id: int, user: str) -> int:
    """Return the id of a user, named by id, number or alias. Raises NotFound ("User not found")."""
    return find_id(tenant_id, ExtensionKey(_number_of(tenant_id, user)))


def _require_group(tenant_id: int, name: str) -> int:
    group = ExtensionGroup.named(tenant_id, name)
    if group is None:
        raise NotFound("Group not found")
    return group.id
