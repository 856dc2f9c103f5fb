"""Who calls from which emergency location, by the names that users, groups, phones and phone groups go by.

It stands above the locations, which know ids alone, because it finds phones. Source: contract (sipXcom), section 7.
"""

from collections.abc import Callable, Mapping
from typing import Final

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import keys
from portsip_api.pbx.devices.phones import Phone
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import user_directory, user_groups
from portsip_api.pbx.trunks import locations
from portsip_api.pbx.trunks.locations import Location
from portsip_api.store import database

_FIND: Final[Mapping[str, Callable[[int, str], int]]] = {
    "user": user_directory.find,
    "group": lambda tenant_id, name: user_groups.find_by_name(tenant_id, name).id,
    "phonegroup": lambda tenant_id, name: phone_groups.find_by_name(tenant_id, name).id,
}


def of(tenant_id: int, kind: str, name: str) -> Location:
    """Return the location of a `user`, `group` or `phonegroup` (`kind`). Raises NotFound (also: it has none)."""
    return _required(locations.of(tenant_id, kind, _FIND[kind](tenant_id, name)))


def of_phone(tenant_id: int, phone: Phone) -> Location:
    """Return the location of a phone: its own, else that of the first of its groups that has one. Raises NotFound."""
    groups = [("phonegroup", group.id) for group in phone.groups]
    return _required(locations.first_of(tenant_id, [("phone", phone.id), *groups]))


def assign(tenant_id: int, kind: str, name: str, elin: str) -> None:
    """Assign a `user`, `group` or `phonegroup` (`kind`) to the location of `elin`. Raises NotFound and Invalid."""
    with database.writing():
        locations.assign(tenant_id, kind, _FIND[kind](tenant_id, name), elin)


def assign_phones(tenant_id: int, elins: Mapping[str, str]) -> None:
    """Assign phones, all or none: `elins` names each one's ELIN by its serial number.

    Raises Invalid: no phone has a serial number, or no location an ELIN.
    """
    with database.writing():
        ids = keys.by_serials(tenant_id, elins)
        if unknown := [serial for serial in elins if serial not in ids]:
            raise Invalid({"serial": [f"No phone has the serial number {unknown[0][:64]}."]})
        locations.assign_all(tenant_id, "phone", {ids[serial]: elin for serial, elin in elins.items()})


def clear(tenant_id: int, kind: str, name: str) -> None:
    """Assign a `user`, `group` or `phonegroup` (`kind`) to no location. Raises NotFound (nothing of the name)."""
    with database.writing():
        locations.clear(tenant_id, kind, _FIND[kind](tenant_id, name))


def _required(location: Location | None) -> Location:
    if location is None:
        raise NotFound("No emergency location is assigned.")
    return location
