"""A store with phones, groups and gateways, for the tests of devices."""

from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import phones
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.trunks import gateways
from tests.crm import SIP_PASSWORD, WEB_PASSWORD

HOME = tenants.DEFAULT_TENANT_ID
MANY_LINES = "polycomVVX500"
VERSION = "polycom5.4.0"
SERIAL = "0004f2aabb95"


def user(number: str, tenant: int = HOME, **profile: str) -> int:
    """The id of a new extension."""
    fields = {"extension_number": number, "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    return extensions.create(tenant, {**fields, "profile": profile})


def phone(serial: str = SERIAL, tenant: int = HOME, **fields: object) -> int:
    """The id of a new phone with room for several lines."""
    return phones.create(tenant, {"serial": serial, "model_id": MANY_LINES, **fields})


def gateway(name: str = "trunk", tenant: int = HOME, **fields: object) -> int:
    """The id of a new gateway."""
    return gateways.create(tenant, {"name": name, "model_id": "sipTrunkStandard", **fields})


def other_tenant() -> int:
    """The id of another tenant."""
    return tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
