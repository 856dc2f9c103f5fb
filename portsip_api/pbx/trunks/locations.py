"""Emergency response locations (E911): where a call to the emergency services comes from, and who calls from there.

A location is named by its ELIN, the number that such calls show. Source: contract (sipXcom), section 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.row_ids import MOST
from portsip_api.pbx.trunks import locations_sql, tables
from portsip_api.pbx.trunks.tables import LocationAssignment
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database

KINDS: Final = ("user", "group", "phone", "phonegroup")
MOST_AT_ONCE: Final = 5_000
ELIN: Final = Text(16, pattern=r"\+?[0-9]{7,15}", meaning="a number of 7 to 15 digits")
LOCATION: Final[Rules] = {
    "elin": ELIN,
    "location": Text(255),
    "address_info": Text(1000, lines=True),
    "description": Text(255, lines=True),
}
_REFUSALS: Refusals = {
    "location_assignment_location_id_not_null": lambda: Invalid({"elin": ["Names a location that does not exist."]}),
}


@dataclass(frozen=True)
class Location:
    """A place that emergency calls come from."""

    elin: str
    location: str
    address_info: str
    description: str


def all_of(tenant_id: int) -> list[Location]:
    """Return all locations, by ELIN."""
    return [_location(row) for row in tables.Location.page(tenant_id, order=[tables.Location.elin])]


def show(tenant_id: int, elin: str) -> Location:
    """Return one location. Raises NotFound."""
    return _location(tables.Location.get(tenant_id, elin=_known_form(elin)))


def save_all(tenant_id: int, locations: Sequence[Mapping[str, object]]) -> None:
    """Make or replace each of `locations`, mappings with the names of `LOCATION`, all or none; others stay.

    What a mapping does not have but the ELIN becomes empty; of two with one ELIN the last counts. Raises Invalid, whose
    paths begin with the position in the list, from 0.
    """
    if len(locations) > MOST_AT_ONCE:
        raise Invalid({"locations": [f"Must be at most {MOST_AT_ONCE} at a time."]})
    errors: dict[str, Sequence[str]] = {}
    rows = []
    for position, fields in enumerate(locations):
        try:
            rows.append(_checked(fields))
        except Invalid as error:
            errors |= {f"{position}.{name}": texts for name, texts in error.errors.items()}
    if errors:
        raise Invalid(errors)
    _write(tenant_id, rows)


def save(tenant_id: int, elin: str, fields: Mapping[str, object]) -> None:
    """Make or replace the location of `elin`; an ELIN in `fields` is ignored. Raises Invalid."""
    values = _checked({**fields, "elin": elin})
    with database.writing():  # the id is read inside, or what was written could be answered as a failure
        _write(tenant_id, [values])
        trail.exactly(tables.Location.get(tenant_id, elin=values["elin"]).id)


def destroy(tenant_id: int, elin: str) -> None:
    """Delete a location; nobody is assigned to it any more. Raises NotFound."""
    with database.writing():
        tables.Location.delete(tenant_id, id=tables.Location.get(tenant_id, elin=_known_form(elin)).id)


def destroy_all(tenant_id: int) -> None:
    """Delete every location, and so every assignment."""
    with database.writing():
        tables.Location.delete(tenant_id)


def of(tenant_id: int, kind: str, key_id: int) -> Location | None:
    """Return the location that something is assigned to itself, or None.

    `kind` is one of `KINDS` and `key_id` the id of an extension, an extension group, a phone or a phone group of this
    tenant, which the caller has looked up. Raises NotFound (no such kind).
    """
    _require_kind(kind)
    assigned = LocationAssignment.select(tenant_id, LocationAssignment.location_id)
    assigned = assigned.where(LocationAssignment.kind == kind, LocationAssignment.key_id == min(key_id, MOST))
    row = tables.Location.find(tenant_id, tables.Location.id.in_(assigned))
    return None if row is None else _location(row)


def first_of(tenant_id: int, keys: Sequence[tuple[str, int]]) -> Location | None:
    """Return the location of the first of `keys`, kinds and ids as in `of`, that is assigned to one; one statement."""
    rows = locations_sql.of_any(tenant_id, {kind for kind, _ in keys}, {key_id for _, key_id in keys})
    found = {(kind, key_id): location for kind, key_id, *location in rows}
    return next((Location(*found[key]) for key in keys if key in found), None)


def assign(tenant_id: int, kind: str, key_id: int, elin: str) -> None:
    """Assign something, as in `of`, to the location of `elin`. Raises NotFound, and Invalid: no location has it."""
    assign_all(tenant_id, kind, {key_id: elin})


def assign_all(tenant_id: int, kind: str, elins: Mapping[int, str]) -> None:
    """Assign several of one kind, all or none: `elins` names each one's ELIN by its id. Raises as `assign`."""
    _require_kind(kind)
    wanted = {key_id: _known_form(elin) for key_id, elin in elins.items()}
    with database.writing(), refusing(_REFUSALS):
        locations_sql.assign(tenant_id, kind, wanted)


def clear(tenant_id: int, kind: str, key_id: int) -> None:
    """Assign something, as in `of`, to no location; it may have been so before. Raises NotFound (no such kind)."""
    _require_kind(kind)
    with database.writing():
        LocationAssignment.delete(tenant_id, kind=kind, key_id=min(key_id, MOST))


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound("Nothing of this kind has an emergency location.")


def _known_form(elin: str) -> str:
    """Return `elin`, or an empty text, which no location has, when it is none: it may not even be storable."""
    try:
        return ELIN.check(elin)
    except ValueError:
        return ""


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    if "elin" not in fields:
        raise Invalid({"elin": ["Missing."]})
    return dict.fromkeys(LOCATION, "") | checked(LOCATION, fields)


def _write(tenant_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    last = {row["elin"]: (row["elin"], row["location"], row["address_info"], row["description"]) for row in rows}
    if last:
        with database.writing():
            locations_sql.save(tenant_id, list(last.values()))


def _location(row: tables.Location) -> Location:
    return Location(row.elin, row.location, row.address_info, row.description)
