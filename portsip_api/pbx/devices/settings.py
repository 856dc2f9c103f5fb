"""The settings of devices: which definitions each has, what the store knows of their defaults, what groups hand down.

Owners of what was set are `phone:<id>`, `line:<id>`, `phone-group:<id>/<model id>`, `gateway:<id>` and `port:<id>`.
Source: contract, sections 4.1, 6.2, 6.3, 6.4 and 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from portsip_api import settings
from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import lines, phones, transports
from portsip_api.pbx.devices.clock_settings import clock_settings
from portsip_api.pbx.devices.clocks import rule_of
from portsip_api.pbx.devices.groups import PhoneGroup
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.devices.phones import Phone
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.settings.definitions import Definitions
from portsip_api.pbx.settings.device_models import (
    PhoneModel,
    definitions_of,
    gateway_model,
    line_definitions_of,
    phone_model,
    port_definitions_of,
)
from portsip_api.pbx.settings.values import Settings, overrides
from portsip_api.pbx.trunks import gateway_ports, gateways
from portsip_api.pbx.trunks.gateways import Gateway
from portsip_api.store.clock import clock

# Where the families of phones keep what a line is made of. A password is in none of them: it is shown with the line
# only, which may hide it, and profiles have it from there.
_LINE_PATHS: Final = {
    "user_id": (
        "reg/address",
        "reg/auth.userId",
        "line/user_name",
        "line/user_pname",
        "basic/user_name",
        "basic/auth_name",
        "credential/userId",
        "sip_id/user_name",
        "sip_id/auth_name",
        "Ext/User_ID",
        "line/name",
        "line/authname",
        "sipLines/name",
        "sipLines/authName",
        "registration/username",
        "registration/authorization_username",
    ),
    "display_name": (
        "reg/displayName",
        "line/user_realname",
        "basic/display_name",
        "credential/displayName",
        "sip_id/display_name",
        "Ext/Display_Name",
        "line/displayname",
        "sipLines/displayName",
        "registration/display_name",
    ),
    "registration_server": (
        "reg/server/1/address",
        "basic/sip_server_host",
        "server/registrationServer",
        "server/registrar_ip",
        "Proxy_and_Registration/Proxy",
        "proxy/address",
        "registration/domain",
    ),
    "registration_server_port": (
        "reg/server/1/port",
        "basic/sip_server_port",
        "server/registrationServerPort",
        "server/registrar_port",
        "proxy/port",
    ),
    "mailbox": ("line/user_mailbox", "basic/voice_mail.number", "server/voiceMail"),
}


# Whether a Grandstream fetches its file by HTTP or HTTPS: what it does now, until somebody decides.
_OF_FAMILY: Final[Mapping[str, Mapping[str, str | None]]] = {"grandstream": {"upgrade/P212": ""}}


def of_phone(tenant_id: int, phone_key: int | str) -> Settings:
    """Return the settings of a phone, with those of its groups as defaults: the lightest group's first.

    Raises NotFound.
    """
    return of_known_phone(tenant_id, phones.show(tenant_id, phone_key))


def of_known_phone(tenant_id: int, phone: Phone) -> Settings:
    """Return what `of_phone` does for a phone that has been read, in two statements."""
    model = phone_model(phone.model_id)
    definitions = definitions_of(model, phone.device_version)
    inherited = _handed_down(tenant_id, phone.groups, phone.model_id)
    return _with_defaults(Settings(tenant_id, f"phone:{phone.id}", definitions, {}, inherited), model)


def of_line(tenant_id: int, phone_key: int | str, line_id: int | str) -> Settings:
    """Return the settings of a phone's line; its user or account gives the defaults. Raises NotFound."""
    phone = phones.show(tenant_id, phone_key)
    return of_known_line(tenant_id, phone, lines.show(tenant_id, phone.id, line_id))


def of_known_line(tenant_id: int, phone: Phone, line: Line) -> Settings:
    """Return what `of_line` does for a phone and a line of it that have been read, without a statement."""
    definitions = line_definitions_of(phone_model(phone.model_id), phone.device_version)
    return Settings(tenant_id, f"line:{line.id}", definitions, _defaults_of_line(line, definitions))


def of_group_model(tenant_id: int, group_key: int | str, model_id: str) -> Settings:
    """Return what a phone group sets on its phones of one model, defined as for the model's default version.

    Raises NotFound (no such group, no such model).
    """
    group = phone_groups.show(tenant_id, group_key)
    model = phone_model(model_id)
    return _with_defaults(Settings(tenant_id, _group_owner(group, model.model_id), definitions_of(model)), model)


def of_gateway(tenant_id: int, key: int | str) -> Settings:
    """Return the settings of a gateway; a trunk's account follows its address. Raises NotFound (also: has none)."""
    gateway = gateways.show(tenant_id, key)
    definitions = definitions_of(gateway_model(gateway.model_id), gateway.device_version)
    computed = _defaults_of_trunk(gateway) if definitions.key == "gateways:sipTrunk" else {}
    return Settings(tenant_id, f"gateway:{gateway.id}", definitions, computed)


def of_port(tenant_id: int, gateway_key: int | str, port_id: int | str) -> Settings:
    """Return the settings of a gateway's port. Raises NotFound (also: a port of this model has none)."""
    gateway = gateways.show(tenant_id, gateway_key)
    port = gateway_ports.show(tenant_id, gateway.id, port_id)
    definitions = port_definitions_of(gateway_model(gateway.model_id), gateway.device_version)
    return Settings(tenant_id, f"port:{port.id}", definitions)


def _with_defaults(found: Settings, model: PhoneModel) -> Settings:
    """Return the settings with the time of the tenant's zone, the time server, the transport and the family's own."""
    zone = calendars.load(found.tenant_id).zone
    told = clock_settings(model, rule_of(zone, clock.wall()), settings.current().ntp_server)
    computed = {**_OF_FAMILY.get(model.family, {}), **transports.defaults(found.definitions), **told.server}
    return replace(found, computed=computed, led=told.zone, leading=told.leading)


def _group_owner(group: PhoneGroup, model_id: str) -> str:
    return f"phone-group:{group.id}/{model_id}"


def _handed_down(tenant_id: int, groups: Sequence[PhoneGroup], model_id: str) -> dict[str, str]:
    owners = [_group_owner(group, model_id) for group in groups]
    found = overrides(tenant_id, owners)
    inherited: dict[str, str] = {}
    for owner in reversed(owners):
        inherited |= found[owner]
    return inherited


def _defaults_of_line(line: Line, definitions: Definitions) -> dict[str, str | None]:
    found: dict[str, str | None] = {
        path: str(value)
        for name, paths in _LINE_PATHS.items()
        if (value := getattr(line, name)) is not None
        for path in paths
    }
    if line.registration_server is not None:
        found["line/user_host"] = _snoms_host(line, line.registration_server)
    return found if line.extension_id is None else found | transports.defaults(definitions)


def _snoms_host(line: Line, server: str) -> str:
    """Return what has one field in a Snom: server, port, and the transport unless its outbound proxy says it."""
    port = "" if line.registration_server_port is None else f":{line.registration_server_port}"
    transport = None if line.extension_id is None or transports.server_address() else transports.preferred()
    return f"{server}{port}" + (f";transport={transport.name.lower()}" if transport else "")


def _defaults_of_trunk(gateway: Gateway) -> dict[str, str | None]:
    """Return what follows from the address; calls go to the outbound proxy where there is one."""
    has_proxy = bool(gateway.outbound_address)
    port = gateway.outbound_port if has_proxy else gateway.address_port
    return {
        "itsp-account/itsp-proxy-domain": gateway.address,
        "itsp-account/itsp-proxy-address": gateway.outbound_address if has_proxy else gateway.address,
        "itsp-account/itsp-proxy-listening-port": str(port) if port else None,
        "itsp-account/itsp-transport": gateway.address_transport,
    }
