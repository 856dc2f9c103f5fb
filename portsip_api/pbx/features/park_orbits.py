"""Park orbits: numbers at which a call is parked and picked up again.

Source: contract, section 6.6. The server that holds an orbit is a text: what names it is resolved by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features import tables
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.replacements import complete
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.definitions import definitions
from portsip_api.pbx.settings.values import Settings
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Flag, Rules, Text
from portsip_api.store import database
from portsip_api.store.search import fold

PARK_ORBIT: Rules = {
    "name": Text(64, 1),
    "enabled": Flag(False),
    "extension": NUMBER,
    "description": Text(1024, lines=True),
    "music": Text(255, 1, default="default.wav"),
    "server": Text(253, 1),
}
_REFUSALS: Final[Refusals] = {
    "park_orbit_tenant_id_name_key_key": lambda: Duplicate("Another park orbit has this name.", "name"),
    "park_orbit_tenant_id_extension_key": taken("extension"),
    DIALLED: taken("extension"),
}


@dataclass(frozen=True)
class ParkOrbit:
    """A park orbit; `music` is the name of the prompt that the parked hear, `server` that of its host."""

    id: int
    name: str
    enabled: bool
    extension: str
    description: str
    music: str
    server: str


def list_all(tenant_id: int) -> list[ParkOrbit]:
    """Return all orbits by name."""
    return _fetch(tenant_id)


def list_on(tenant_id: int, server: str) -> list[ParkOrbit]:
    """Return the orbits of one server by name."""
    return _fetch(tenant_id, tables.ParkOrbit.server == server)


def show(tenant_id: int, orbit_id: int) -> ParkOrbit:
    """Return one orbit. Raises NotFound."""
    return _orbit(tables.ParkOrbit.get(tenant_id, id=row_id(orbit_id)))


def at(tenant_id: int, number: str) -> ParkOrbit:
    """Return the orbit at a number. Raises NotFound."""
    return _orbit(tables.ParkOrbit.get(tenant_id, extension=number))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make an orbit of `PARK_ORBIT`'s fields (name, extension and server are required) and return its id.

    Raises Invalid (also for a name that is the extension) and Duplicate (the name or the number is taken).
    """
    row = _row(fields)
    with database.writing(), refusing(_REFUSALS):
        return tables.ParkOrbit.insert(tenant_id, **row)


def replace(tenant_id: int, orbit_id: int, fields: Mapping[str, object]) -> None:
    """Replace an orbit; what is not sent takes its default. Raises NotFound, and as `create` does."""
    row = _row(fields)
    with database.writing(), refusing(_REFUSALS):
        if not tables.ParkOrbit.update(tenant_id, row, id=row_id(orbit_id)):
            raise NotFound(tables.ParkOrbit.missing)


def destroy(tenant_id: int, orbit_id: int) -> None:
    """Delete an orbit and free its number. Raises NotFound."""
    with database.writing():
        if not tables.ParkOrbit.delete(tenant_id, id=row_id(orbit_id)):
            raise NotFound(tables.ParkOrbit.missing)


def destroy_on(tenant_id: int, server: str) -> None:
    """Delete every orbit of one server; there may be none."""
    with database.writing():
        tables.ParkOrbit.delete(tenant_id, server=server)


def settings_of(tenant_id: int, orbit_id: int) -> Settings:
    """Return the settings of an orbit, which go with it. Raises NotFound."""
    return Settings(tenant_id, f"orbit:{show(tenant_id, orbit_id).id}", definitions("orbits"))


def _fetch(tenant_id: int, *where: Any) -> list[ParkOrbit]:
    return [_orbit(row) for row in tables.ParkOrbit.page(tenant_id, *where, order=[tables.ParkOrbit.name_key])]


def _orbit(row: Any) -> ParkOrbit:
    return ParkOrbit(row.id, row.name, row.enabled, row.extension, row.description, row.music, row.server)


def _row(fields: Mapping[str, object]) -> dict[str, Any]:
    values = complete(PARK_ORBIT, fields, ("name", "extension", "server"))
    if fold(values["name"]) == fold(values["extension"]):
        raise Invalid({"name": ["Must differ from the extension."]})
    return {**values, "name_key": fold(values["name"])}
