"""`/api/gateways/{id}/ports`: the ports of a gateway and their settings.

Source: sipXcom REST API, "Gateways", which writes `port`; contract `sipxcom-admin.md`, section 6.2.
"""

from typing import Any, Final

from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.settings.values import Settings
from portsip_api.pbx.trunks import gateway_ports as pbx_ports
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

gateway_ports = Resources("gateway ports", __name__, API, "Ports of gateways")

_PORTS: Final = Record(
    "Ports", (Many("ports", Record("Port", (Leaf("id", WHOLE),), "GatewayPort"), bare=True),), "GatewayPorts"
)
_BASE: Final = "/api/gateways/<name:id>/ports"
_ALIAS: Final = "/api/gateways/<name:id>/port"


@gateway_ports.route(_BASE, aliases=[_ALIAS])
@gateway_ports.allowed(Access.ADMINISTRATION)
@gateway_ports.answers(_PORTS, errors=(404,))
def list_gateway_ports(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """List the ports of a gateway."""
    return {"ports": [vars(port) for port in pbx_ports.page(current_tenant(), id)]}


@gateway_ports.route(_BASE, methods=["POST"], aliases=[_ALIAS])
@gateway_ports.allowed(Access.ADMINISTRATION)
@gateway_ports.answers(BARE_ID, errors=(404, 409), note="The reply is the new port's id; beyond the model's ports 409.")
def add_gateway_port(id: str) -> int:  # noqa: A002 — the wire's word
    """Give a gateway another port."""
    return pbx_ports.add(current_tenant(), id)


@gateway_ports.route(f"{_BASE}/<name:port_id>", methods=["DELETE"], aliases=[f"{_ALIAS}/<name:port_id>"])
@gateway_ports.allowed(Access.ADMINISTRATION)
@gateway_ports.answers(NOTHING, errors=(404,))
def remove_gateway_port(id: str, port_id: str) -> None:  # noqa: A002 — the wire's word
    """Take a port from a gateway."""
    pbx_ports.destroy(current_tenant(), id, port_id)


def _settings_of(id: str, port_id: str) -> Settings:  # noqa: A002 — the wire's word
    return device_settings.of_port(current_tenant(), id, port_id)


setting_family.register(
    gateway_ports,
    f"{_BASE}/<name:port_id>/settings",
    "a gateway port",
    _settings_of,
    aliases=[f"{_ALIAS}/<name:port_id>/settings"],
)
