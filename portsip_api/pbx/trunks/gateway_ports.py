"""The ports of a gateway, each with settings of its own. Source: contract, section 6.2."""

from collections.abc import Sequence
from dataclasses import dataclass

from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import gateway_model
from portsip_api.pbx.trunks import gateways
from portsip_api.pbx.trunks.tables import GatewayPort
from portsip_api.store import database


@dataclass(frozen=True)
class Port:
    """A port of a gateway."""

    id: int
    gateway_id: int


def page(tenant_id: int, gateway_key: int | str) -> Sequence[Port]:
    """Return the ports of a gateway in the order in which they were added. Raises NotFound."""
    of_gateway = GatewayPort.gateway_id == gateways.show(tenant_id, gateway_key).id
    return [_port(row) for row in GatewayPort.page(tenant_id, of_gateway, order=[GatewayPort.id])]


def show(tenant_id: int, gateway_key: int | str, port_id: int | str) -> Port:
    """Return one port of one gateway. Raises NotFound (also when the port is another gateway's)."""
    return _port(GatewayPort.get(tenant_id, id=row_id(port_id), gateway_id=row_id(gateway_key)))


def add(tenant_id: int, gateway_key: int | str) -> int:
    """Give a gateway another port and return its id. Raises NotFound and Conflict (the model has no more)."""
    with database.writing():
        gateway = gateways.show(tenant_id, gateway_key)
        most = gateway_model(gateway.model_id).max_ports
        if GatewayPort.count(tenant_id, GatewayPort.gateway_id == gateway.id) >= most:
            raise Conflict(f"A gateway of this model has at most {most} ports.")
        return GatewayPort.insert(tenant_id, gateway_id=gateway.id)


def destroy(tenant_id: int, gateway_key: int | str, port_id: int | str) -> None:
    """Delete one port of one gateway with its settings. Raises NotFound."""
    with database.writing():
        GatewayPort.delete(tenant_id, id=show(tenant_id, gateway_key, port_id).id)


def _port(row: GatewayPort) -> Port:
    return Port(row.id, row.gateway_id)
