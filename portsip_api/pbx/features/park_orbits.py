"""Park orbits: numbers at which a call is parked and picked up again.

Source: contract, section 6.6. The server that holds an orbit is a text: what names it is resolved by the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.replacements import complete
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.definitions import definitions
from portsip_api.pbx.settings.values import Settings
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
_COLUMNS: Final = "id, name, enabled, extension, description, music, server"


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
    return _fetch("1", (tenant_id,))


def list_on(tenant_id: int, server: str) -> list[ParkOrbit]:
    """Return the orbits of one server by name."""
    return _fetch("server = ?", (tenant_id, server))


def show(tenant_id: int, orbit_id: int) -> ParkOrbit:
    """Return one orbit. Raises NotFound."""
    found = _fetch("id = ?", (tenant_id, row_id(orbit_id)))
    if not found:
        raise NotFound("There is no such park orbit.")
    return found[0]


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make an orbit of `PARK_ORBIT`'s fields (name, extension and server are required) and return its id.

    Raises Invalid (also for a name that is the extension) and Duplicate (the name or the number is taken).
    """
    row = _row(fields)
    with database.writing():
        try:
            return database.insert(
                "INSERT INTO park_orbit (tenant_id, name, name_key, enabled, extension, description, music, server)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (tenant_id, *row),
            )
        except peewee.IntegrityError as error:
            raise _taken(error) from error


def replace(tenant_id: int, orbit_id: int, fields: Mapping[str, object]) -> None:
    """Replace an orbit; what is not sent takes its default. Raises NotFound, and as `create` does."""
    row = _row(fields)
    with database.writing():
        show(tenant_id, orbit_id)
        try:
            database.execute(
                "UPDATE park_orbit SET name = ?, name_key = ?, enabled = ?, extension = ?, description = ?, music = ?,"
                " server = ? WHERE tenant_id = ? AND id = ?",
                (*row, tenant_id, orbit_id),
            )
        except peewee.IntegrityError as error:
            raise _taken(error) from error


def destroy(tenant_id: int, orbit_id: int) -> None:
    """Delete an orbit and free its number. Raises NotFound."""
    with database.writing():
        show(tenant_id, orbit_id)
        database.execute("DELETE FROM park_orbit WHERE tenant_id = ? AND id = ?", (tenant_id, orbit_id))


def destroy_on(tenant_id: int, server: str) -> None:
    """Delete every orbit of one server; there may be none."""
    with database.writing():
        database.execute("DELETE FROM park_orbit WHERE tenant_id = ? AND server = ?", (tenant_id, server))


def settings_of(tenant_id: int, orbit_id: int) -> Settings:
    """Return the settings of an orbit, which go with it. Raises NotFound."""
    return Settings(tenant_id, f"orbit:{show(tenant_id, orbit_id).id}", definitions("orbits"))


def _fetch(where: str, values: Sequence[object]) -> list[ParkOrbit]:
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM park_orbit WHERE tenant_id = ? AND {where} ORDER BY name_key", values
    )
    return [ParkOrbit(orbit_id, name, bool(enabled), *texts) for orbit_id, name, enabled, *texts in rows]


def _row(fields: Mapping[str, object]) -> tuple[Any, ...]:
    values = complete(PARK_ORBIT, fields, ("name", "extension", "server"))
    if fold(values["name"]) == fold(values["extension"]):
        raise Invalid({"name": ["Must differ from the extension."]})
    return (
        values["name"],
        fold(values["name"]),
        *(values[name] for name in ("enabled", "extension", "description", "music", "server")),
    )


def _taken(error: peewee.IntegrityError) -> Duplicate:
    if "name_key" in str(error):
        return Duplicate("Another park orbit has this name.", "name")
    return Duplicate("Another object of this tenant has this number.", "extension")
