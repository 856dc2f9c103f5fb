"""The licence of the PBX, which needs none: what clients of the original ask for, and the number that they set.

Source: contract (sipXcom), decision 10 and section 7.
"""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extensions import tables
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database

UID: Final[Rules] = {"uid": Text(64, 1, pattern="[A-Za-z0-9._-]+", meaning="letters, digits, dots and dashes")}
UNSET: Final = -1


@dataclass(frozen=True)
class Licence:
    """A licence; dates are dd-Mon-yyyy, and counts -1 when there is no limit."""

    uid: str
    domain: str
    version: str
    expire: str = ""
    support: str = ""
    licence_type: str = ""
    users: int = UNSET
    mobile_devices: int = UNSET
    company: str = ""
    contact_email: str = ""
    contact_name: str = ""
    contact_phone: str = ""


def show(tenant_id: int, version: str) -> Licence:
    """Return the licence of the program's `version`. Raises NotFound (there is no such tenant)."""
    row = tables.Licence.find(tenant_id)
    return Licence(row.uid if row else "", tenants.domain_of(tenant_id), version)


def set_uid(tenant_id: int, uid: str, version: str) -> Licence:
    """Set the number of the licence and return it as `show` does. Raises NotFound and Invalid."""
    value = checked(UID, {"uid": uid})["uid"]
    with database.writing():  # what cannot be shown must not have been done
        tenants.require(tenant_id)
        if not tables.Licence.update(tenant_id, {"uid": value}):
            tables.Licence.insert(tenant_id, uid=value)
        return show(tenant_id, version)
