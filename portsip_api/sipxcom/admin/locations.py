"""`/rest/erls` and `/rest/erl`: emergency response locations (E911).

Source: sipXcom REST API, "Emergency Resource Location" and the section after it; contract `sipxcom-admin.md`,
section 7.
"""

from typing import Any, Final

from portsip_api.pbx.trunks import locations as pbx_locations
from portsip_api.pbx.trunks.locations import Location
from portsip_api.sipxcom.core import outcomes
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import Field, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import REST_LINE

locations = Resources("emergency locations", __name__, REST_LINE, "Emergency locations (E911)")

# The wire's name of each part, in its order: ours.
_NAMES: Final = {
    "location": "location",
    "elin": "elin",
    "addressInfo": "address_info",
    "description": "description",
}
ROOT: Final = "e911Location"


def _record(title: str, elin: Leaf) -> Record:
    fields: tuple[Field, ...] = tuple(elin if name == elin.name else Leaf(name) for name in _NAMES)
    return Record(ROOT, fields, title)


LOCATION: Final = _record("EmergencyLocation", Leaf("elin", required=True))
_NAMED: Final = _record("NamedEmergencyLocation", Leaf("elin", meaning="The path's counts.", ignored=True))
_LOCATIONS: Final = Record("e911Locations", (Many(ROOT, LOCATION, bare=True),), "EmergencyLocations")


@locations.route("/rest/erls")
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(_LOCATIONS)
def list_locations() -> dict[str, Any]:
    """List emergency locations by ELIN."""
    return {ROOT: [shown(location) for location in pbx_locations.all_of(current_tenant())]}


@locations.route("/rest/erls", methods=["PUT"])
@locations.reads(_LOCATIONS)
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(OUTCOME, note="Those that are not listed stay.")
def save_locations(given: dict[str, Any]) -> Outcome:
    """Make or replace the emergency locations that are listed, all or none."""
    pbx_locations.save_all(current_tenant(), [_fields(location) for location in given.get(ROOT, [])])
    return outcomes.updated()


@locations.route("/rest/erls", methods=["DELETE"])
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(OUTCOME, note="Nobody is assigned to any afterwards.")
def destroy_locations() -> Outcome:
    """Remove all emergency locations."""
    pbx_locations.destroy_all(current_tenant())
    return outcomes.deleted()


@locations.route("/rest/erl/elin/<name:elin>")
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(LOCATION, errors=(404,))
def show_location(elin: str) -> dict[str, Any]:
    """Show an emergency location."""
    return shown(pbx_locations.show(current_tenant(), elin))


@locations.route("/rest/erl/elin/<name:elin>", methods=["PUT"])
@locations.reads(_NAMED)
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(OUTCOME, note="What is not sent is emptied.")
def save_location(given: dict[str, Any], elin: str) -> Outcome:
    """Make or replace an emergency location."""
    pbx_locations.save(current_tenant(), elin, _fields(given))
    return outcomes.updated(note=elin)


@locations.route("/rest/erl/elin/<name:elin>", methods=["DELETE"])
@locations.allowed(Access.ADMINISTRATION)
@locations.answers(OUTCOME, errors=(404,), note="Nobody is assigned to it afterwards.")
def destroy_location(elin: str) -> Outcome:
    """Remove an emergency location."""
    pbx_locations.destroy(current_tenant(), elin)
    return outcomes.deleted(note=elin)


def shown(location: Location) -> dict[str, Any]:
    """Return a location as LOCATION shows it; what is empty is left out."""
    return {name: getattr(location, own) or None for name, own in _NAMES.items()}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {own: given[name] for name, own in _NAMES.items() if name in given}
