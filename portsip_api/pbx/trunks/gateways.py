"""Gateways: the ways out of the PBX, SIP trunks and devices to the telephone network.

Source: contract, section 6.2 (G).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.tables import Branch
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import GatewayModel, gateway_model
from portsip_api.pbx.trunks import tables
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.search import fold

_PORT: Final = Whole(0, 65_535, 0)
_LABEL: Final = Text(255)
_HOST: Final = Text(253, pattern=r"[^\s@<>\"/]*", meaning="a host name or an address")
_NAME: Final = Text(255, 1, pattern=r"\S|\S.*\S", meaning="a name that neither begins nor ends with a blank")

# A field that is not sent, or None, becomes false, 0 or None: no defaults of a form.
CALLER_ALIAS: Rules = {
    "default_caller_alias": _LABEL,
    "anonymous": Flag(False),
    "ignore_user_info": Flag(False),
    "transform_user_extension": Flag(False),
    "add_prefix": _LABEL,
    "keep_digits": Whole(0, 100, 0),
    "display_name": _LABEL,
    "url_parameters": _LABEL,
}
GATEWAY: Rules = {
    "name": _NAME,
    "description": Text(255, lines=True),
    "enabled": Flag(False),
    "address": _HOST,
    "address_port": _PORT,
    "outbound_address": _HOST,
    "outbound_port": _PORT,
    "address_transport": Choice(("none", "udp", "tcp", "tls"), "none"),
    "prefix": _LABEL,
    "shared": Flag(False),
    "use_internal_bridge": Flag(False),
    **CALLER_ALIAS,
}
_FIELDS: Final = ("id", "model_id", "device_version", "branch_id", *GATEWAY)
_REFUSALS: Refusals = {
    "gateway_tenant_id_name_key_key": lambda: Duplicate("Another gateway has this name.", "name"),
}


@dataclass(frozen=True)
class Gateway:
    """A gateway; how callers are shown is the fields from `default_caller_alias` on."""

    id: int
    model_id: str
    device_version: str | None
    branch_id: int | None
    branch: str | None  # its name
    name: str
    description: str | None
    enabled: bool
    address: str | None
    address_port: int
    outbound_address: str | None
    outbound_port: int
    address_transport: str | None
    prefix: str | None
    shared: bool
    use_internal_bridge: bool
    default_caller_alias: str | None
    anonymous: bool
    ignore_user_info: bool
    transform_user_extension: bool
    add_prefix: str | None
    keep_digits: int
    display_name: str | None
    url_parameters: str | None


def page(tenant_id: int) -> Sequence[Gateway]:
    """Return every gateway by id, in one statement."""
    return [Gateway(**row) for row in _select(tenant_id).order_by(tables.Gateway.id)]


def show(tenant_id: int, key: int | str) -> Gateway:
    """Return the gateway with that id, an int or digits. Raises NotFound."""
    row = _select(tenant_id).where(tables.Gateway.id == row_id(key)).first()
    if row is None:
        raise NotFound(tables.Gateway.missing)
    return Gateway(**row)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a gateway and return its id; `fields` are those of GATEWAY, `model_id`, `device_version` and `branch`.

    What is not sent becomes false, 0 or None; `branch` is a name; a version that the model does not have is like none.
    Raises NotFound (no such model), Invalid (also for an unknown branch) and Duplicate (the name is taken).
    """
    model_id = fields.get("model_id")
    if not isinstance(model_id, str):
        raise NotFound("No such gateway model defined.")
    model = gateway_model(model_id)
    columns = _columns(fields) | {"model_id": model_id, "device_version": _version(model, fields)}
    with database.writing(), refusing(_REFUSALS):
        return tables.Gateway.insert(tenant_id, branch_id=_branch_id(tenant_id, fields), **columns)


def replace(tenant_id: int, key: int | str, fields: Mapping[str, object]) -> int:
    """Give every field of a gateway a new value, as `create` does, and return its id; it may not change its model.

    Raises NotFound, Invalid, Duplicate and Conflict (another model, whose settings and ports would be others).
    """
    columns = _columns(fields)
    with database.writing(), refusing(_REFUSALS):
        before = show(tenant_id, key)
        if fields.get("model_id", before.model_id) != before.model_id:
            raise Conflict("The model of a gateway cannot be changed.")
        columns["device_version"] = _version(gateway_model(before.model_id), fields)
        columns["branch_id"] = _branch_id(tenant_id, fields)
        tables.Gateway.update(tenant_id, columns, id=before.id)
    return before.id


def destroy(tenant_id: int, key: int | str) -> None:
    """Delete a gateway with its ports and settings; it leaves its dialling rules. Raises NotFound."""
    with database.writing():
        tables.Gateway.delete(tenant_id, id=show(tenant_id, key).id)


def _select(tenant_id: int) -> Any:
    """Return a query of what a Gateway is made of."""
    gateway = tables.Gateway
    fields = [getattr(gateway, name) for name in _FIELDS]
    query = gateway.select(tenant_id, *fields, Branch.name.alias("branch"))
    return query.join(Branch, peewee.JOIN.LEFT_OUTER, on=Branch.id == gateway.branch_id).dicts()


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(GATEWAY, {name: value for name, value in fields.items() if value is not None})
    if "name" not in values:
        raise Invalid({"name": ["Missing."]})
    absent = {name: rule.default if isinstance(rule, Flag | Whole) else None for name, rule in GATEWAY.items()}
    return absent | values | {"name_key": fold(values["name"])}


def _branch_id(tenant_id: int, fields: Mapping[str, object]) -> int | None:
    name = fields.get("branch")
    if name is None:
        return None
    branch = Branch.named(tenant_id, str(name))
    if branch is None:
        raise Invalid({"branch": ["Names a branch that does not exist."]})
    return int(branch.id)


def _version(model: GatewayModel, fields: Mapping[str, object]) -> str | None:
    version = fields.get("device_version")
    return version if isinstance(version, str) and version in (model.versions or ()) else None
