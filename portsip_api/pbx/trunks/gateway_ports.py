"""The ports of a gateway, each with settings of its own. Source: contract, section 6.2."""

from collections.abc import Sequence
from dataclasses import dataclass

from portsip_api.pbx.errors import Conflict, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import gateway_model
from portsip_api.pbx.trunks import gateways
from portsip_api.store import database


@dataclass(frozen=True)
class Port:
    """A port of a gateway."""

    id: int
    gateway_id: int


def page(tenant_id: int, gateway_key: int | str) -> Sequence[Port]:
    """Return the ports of a gateway in the order in which they were added. Raises NotFound."""
    rows = database.fetch_all(
        "SELECT id, gateway_id FROM gateway_port WHERE gateway_id = ? ORDER BY id",
        (gateways.show(tenant_id, gateway_key).id,),
    )
    return [Port(*row) for row in rows]


def show(tenant_id: int, gateway_key: int | str, port_id: int | str) -> Port:
    """Return one port of one gateway. Raises NotFound (also when the port is another gateway's)."""
    row = database.fetch_row(
        "SELECT id, gateway_id FROM gateway_port WHERE tenant_id = ? AND id = ? AND gateway_id = ?",
        (tenant_id, row_id(port_id), row_id(gateway_key)),
    )
    if row is None:
        raise NotFound("There is no such port of a gateway.")
    return Port(*row)


def add(tenant_id: int, gateway_key: int | str) -> int:
    """Give a gateway another port and return its id. Raises NotFound and Conflict (the model has no more)."""
    with database.writing():
        gateway = gateways.show(tenant_id, gateway_key)
        most = gateway_model(gateway.model_id).max_ports
        if len(page(tenant_id, gateway.id)) >= most:
            raise Conflict(f"A gateway of this model has at most {most} ports.")
        return database.insert(
            "INSERT INTO gateway_port (tenant_id, gateway_id) VALUES (?, ?)", (tenant_id, gateway.id)
        )


def destroy(tenant_id: int, gateway_key: int | str, port_id: int | str) -> None:
    """Delete one port of one gateway with its settings. Raises NotFound."""
    with database.writing():
        database.execute("DELETE FROM gateway_port WHERE id = ?", (show(tenant_id, gateway_key, port_id).id,))
