"""`/api/orbits`: park orbits and their settings.

Source: sipXcom REST API, "Park Orbits"; contract `sipxcom-admin.md`, section 6.6. There is one server, and every orbit
is on it.
"""

from typing import Any, Final

from portsip_api.pbx.calls import servers
from portsip_api.pbx.calls.servers import THIS_SERVER
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.features import park_orbits as pbx_orbits
from portsip_api.pbx.features.park_orbits import ParkOrbit
from portsip_api.pbx.media import prompts
from portsip_api.pbx.settings.values import Settings
from portsip_api.sipxcom.admin import setting_family
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

park_orbits = Resources("park orbits", __name__, API, "Park orbits")

_ORBIT: Final = Record(
    "Orbit",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("enabled", FLAG),
        Leaf("extension", required=True),
        Leaf("description"),
        Leaf("music", meaning="The name of a prompt; `default.wav` when absent."),
        Leaf("server", meaning="The server's name; in a request its id, 1, as well."),
    ),
    "ParkOrbit",
)
_ORBITS: Final = Record("Orbits", (Many("orbits", _ORBIT, bare=True),), "ParkOrbits")
_NOTE: Final = "An unknown server or prompt is 404, a name or number that is taken 409."
_ON_SERVER: Final = "/api/orbits/servers/<name:server>"
_KEPT: Final = str(THIS_SERVER)


@park_orbits.route("/api/orbits")
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(_ORBITS)
def list_park_orbits() -> dict[str, Any]:
    """List park orbits by name."""
    return _listed(pbx_orbits.list_all(current_tenant()))


@park_orbits.route("/api/orbits", methods=["POST"])
@park_orbits.reads(_ORBIT)
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(BARE_ID, errors=(404, 409), note=_NOTE)
def create_park_orbit(given: dict[str, Any]) -> int:
    """Make a park orbit."""
    return pbx_orbits.create(current_tenant(), _fields(given))


@park_orbits.route(_ON_SERVER)
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(_ORBITS, errors=(404,))
def list_park_orbits_on(server: str) -> dict[str, Any]:
    """List the park orbits of a server."""
    _require_server(server)
    return _listed(pbx_orbits.list_on(current_tenant(), _KEPT))


@park_orbits.route(_ON_SERVER, methods=["POST"])
@park_orbits.reads(_ORBIT)
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(BARE_ID, errors=(404, 409), note=f"{_NOTE} The server is that of the address.")
def create_park_orbit_on(given: dict[str, Any], server: str) -> int:
    """Make a park orbit on a server."""
    return pbx_orbits.create(current_tenant(), _fields(given | {"server": server}))


@park_orbits.route(_ON_SERVER, methods=["DELETE"])
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(NOTHING, errors=(404,))
def destroy_park_orbits_on(server: str) -> None:
    """Remove all park orbits of a server."""
    _require_server(server)
    pbx_orbits.destroy_on(current_tenant(), _KEPT)


@park_orbits.route("/api/orbits/<number:id>")
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(_ORBIT, errors=(404,))
def show_park_orbit(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a park orbit."""
    return _listed([pbx_orbits.show(current_tenant(), id)])["orbits"][0]  # type: ignore[no-any-return]


@park_orbits.route("/api/orbits/<number:id>", methods=["PUT"])
@park_orbits.reads(_ORBIT)
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(NOTHING, errors=(404, 409), note=_NOTE)
def replace_park_orbit(given: dict[str, Any], id: int) -> None:  # noqa: A002 — the wire's word
    """Replace a park orbit; what is not sent takes its default."""
    pbx_orbits.replace(current_tenant(), id, _fields(given))


@park_orbits.route("/api/orbits/<number:id>", methods=["DELETE"])
@park_orbits.allowed(Access.ADMINISTRATION)
@park_orbits.answers(NOTHING, errors=(404,))
def destroy_park_orbit(id: int) -> None:  # noqa: A002 — the wire's word
    """Remove a park orbit with its settings."""
    pbx_orbits.destroy(current_tenant(), id)


def _settings_of(id: int) -> Settings:  # noqa: A002 — the wire's word
    return pbx_orbits.settings_of(current_tenant(), id)


setting_family.register(park_orbits, "/api/orbits/<number:id>/settings", "a park orbit", _settings_of)


def _listed(orbits: list[ParkOrbit]) -> dict[str, Any]:
    """Return orbits as _ORBITS shows them: what they are kept under is the server's id, what is shown its name."""
    server = servers.names(current_tenant())[0]
    return {"orbits": [vars(orbit) | {"description": orbit.description or None, "server": server} for orbit in orbits]}


def _require_server(name: str) -> None:
    if not servers.is_this(current_tenant(), name):
        raise NotFound("No such server")


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    _require_server(given.get("server") or "")
    music = given.get("music") or None
    if music and not prompts.exists(current_tenant(), "orbits", music):
        raise NotFound("Prompt not found")
    return {name: given.get(name) for name in ("name", "enabled", "extension", "description")} | {
        "music": music,
        "server": _KEPT,
    }
