"""Emergency response locations (E911): where a call to the emergency services comes from, and who calls from there.

A location is named by its ELIN, the number that such calls show. Source: contract (sipXcom), section 7.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Invalid, NotFound
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
_COLUMNS: Final = "elin, location, address_info, description"
_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True)
class Location:
    """A place that emergency calls come from."""

    elin: str
    location: str
    address_info: str
    description: str


def all_of(tenant_id: int) -> list[Location]:
    """Return all locations, by ELIN."""
    rows = database.fetch_all(f"SELECT {_COLUMNS} FROM location WHERE tenant_id = ? ORDER BY elin", (tenant_id,))
    return [Location(*row) for row in rows]


def show(tenant_id: int, elin: str) -> Location:
    """Return one location. Raises NotFound."""
    row = database.fetch_row(
        f"SELECT {_COLUMNS} FROM location WHERE tenant_id = ? AND elin = ?", (tenant_id, _known_form(elin))
    )
    if row is None:
        raise _missing()
    return Location(*row)


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
    _write(tenant_id, [_checked({**fields, "elin": elin})])


def destroy(tenant_id: int, elin: str) -> None:
    """Delete a location; nobody is assigned to it any more. Raises NotFound."""
    with database.writing():
        gone = database.execute(
            "DELETE FROM location WHERE tenant_id = ? AND elin = ?", (tenant_id, _known_form(elin))
        ).rowcount
    if not gone:
        raise _missing()


def destroy_all(tenant_id: int) -> None:
    """Delete every location, and so every assignment."""
    with database.writing():
        database.execute("DELETE FROM location WHERE tenant_id = ?", (tenant_id,))


def of(tenant_id: int, kind: str, key_id: int) -> Location | None:
    """Return the location that something is assigned to itself, or None.

    `kind` is one of `KINDS` and `key_id` the id of an extension, an extension group, a phone or a phone group of this
    tenant, which the caller has looked up. Raises NotFound (no such kind).
    """
    _require_kind(kind)
    row = database.fetch_row(
        f"SELECT {_COLUMNS} FROM location WHERE tenant_id = ? AND id ="
        " (SELECT location_id FROM location_assignment WHERE tenant_id = ? AND kind = ? AND key_id = ?)",
        (tenant_id, tenant_id, kind, min(key_id, _LARGEST_ID)),
    )
    return None if row is None else Location(*row)


def first_of(tenant_id: int, keys: Sequence[tuple[str, int]]) -> Location | None:
    """Return the location of the first of `keys`, kinds and ids as in `of`, that is assigned to one; one statement."""
    row = database.fetch_row(
        f"SELECT {', '.join(f'l.{name}' for name in _COLUMNS.split(', '))} FROM json_each(?) AS j"
        " JOIN location_assignment AS a ON a.tenant_id = ? AND a.kind = j.value ->> 0 AND a.key_id = j.value ->> 1"
        " JOIN location AS l ON l.id = a.location_id ORDER BY j.key LIMIT 1",
        (json.dumps(keys), tenant_id),
    )
    return None if row is None else Location(*row)


def assign(tenant_id: int, kind: str, key_id: int, elin: str) -> None:
    """Assign something, as in `of`, to the location of `elin`. Raises NotFound, and Invalid: no location has it."""
    assign_all(tenant_id, kind, {key_id: elin})


def assign_all(tenant_id: int, kind: str, elins: Mapping[int, str]) -> None:
    """Assign several of one kind, all or none: `elins` names each one's ELIN by its id. Raises as `assign`."""
    _require_kind(kind)
    wanted = json.dumps([[key_id, _known_form(elin)] for key_id, elin in elins.items()])
    with database.writing():
        found = database.fetch_all(
            "SELECT j.value ->> 0, l.id FROM json_each(?) AS j"
            " LEFT JOIN location AS l ON l.tenant_id = ? AND l.elin = j.value ->> 1",
            (wanted, tenant_id),
        )
        if any(location_id is None for _, location_id in found):
            raise Invalid({"elin": ["Names a location that does not exist."]})
        database.execute(
            "INSERT INTO location_assignment (tenant_id, kind, key_id, location_id)"
            " SELECT ?, ?, j.value ->> 0, j.value ->> 1 FROM json_each(?) AS j WHERE true"
            " ON CONFLICT (tenant_id, kind, key_id) DO UPDATE SET location_id = excluded.location_id",
            (tenant_id, kind, json.dumps(found)),
        )


def clear(tenant_id: int, kind: str, key_id: int) -> None:
    """Assign something, as in `of`, to no location; it may have been so before. Raises NotFound (no such kind)."""
    _require_kind(kind)
    with database.writing():
        database.execute(
            "DELETE FROM location_assignment WHERE tenant_id = ? AND kind = ? AND key_id = ?",
            (tenant_id, kind, min(key_id, _LARGEST_ID)),
        )


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
    with database.writing():
        database.execute(
            f"INSERT INTO location (tenant_id, {_COLUMNS})"
            " SELECT ?, value ->> 'elin', value ->> 'location', value ->> 'address_info', value ->> 'description'"
            " FROM json_each(?) WHERE true ORDER BY key ON CONFLICT (tenant_id, elin) DO UPDATE SET"
            " location = excluded.location, address_info = excluded.address_info, description = excluded.description",
            (tenant_id, json.dumps(rows)),
        )


def _missing() -> NotFound:
    return NotFound("There is no such emergency location.")
