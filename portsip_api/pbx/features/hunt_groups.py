"""Hunt groups (call groups): numbers at which users ring in order or together, and what follows when nobody answers.

Source: contract, section 6.9; sipxcom-user.md, section 6.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from peewee import JOIN, fn

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import tables
from portsip_api.pbx.features.members import ids_of
from portsip_api.pbx.features.tables import HuntGroupRing
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.routing.ring_steps import KIND, NOT_AN_ADDRESS, TOGETHER, Address, kind_of
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import Flag, Rules, Text, Whole
from portsip_api.store import database
from portsip_api.store.names import meant
from portsip_api.store.search import fold

MOST_RINGS: Final = 200
_FALLBACK: Final = "fallback_destination"
HUNT_GROUP: Rules = {
    "enabled": Flag(False),
    "name": Text(64, 1),
    "extension": NUMBER,
    "did": Text(20, pattern=r"[0-9A-Za-z*#+]*", meaning="made of digits, letters, *, # and +"),
    "description": Text(1024, lines=True),
    "fallback_destination": Address(empty=True),
    "voicemail_fallback": Flag(True),
    "user_forward": Flag(True),
    "use_fwd_timers": Flag(False),
}
RING: Rules = {
    "kind": KIND,
    "user_name": Text(255, 1),
    "enabled": Flag(False),
    "expiration": Whole(0, 3600, 30),  # seconds
}
_REFUSALS: Final[Refusals] = {
    "hunt_group_tenant_id_name_key_key": lambda: Duplicate("Another hunt group has this name.", "name"),
    "hunt_group_tenant_id_extension_key": taken("extension"),
    "hunt_group_tenant_id_did_key": taken("did"),
    DIALLED: taken("extension"),
}


@dataclass(frozen=True)
class Ring:
    """A user (the number of an extension) who rings for `expiration` seconds.

    `kind` is `If no response` or `At the same time`, seen from the ring before; the first ring has none.
    """

    kind: str | None
    user_name: str
    enabled: bool
    expiration: int


@dataclass(frozen=True)
class HuntGroup:
    """A hunt group with its rings in order; `did` and `fallback_destination` are empty where there is none."""

    id: int
    enabled: bool
    name: str
    extension: str
    did: str
    description: str
    fallback_destination: str
    voicemail_fallback: bool
    user_forward: bool
    use_fwd_timers: bool
    rings: Sequence[Ring]


def list_all(tenant_id: int, prefix: str = "") -> list[HuntGroup]:
    """Return the hunt groups whose extension begins with `prefix`, by extension, in two statements."""
    return _fetch(tenant_id, fn.SUBSTR(tables.HuntGroup.extension, 1, len(prefix)) == prefix)


def find(tenant_id: int, name: str) -> HuntGroup:
    """Return the hunt group with that extension, else that DID, else that name (without case). Raises NotFound."""
    row = tables.HuntGroup
    alike, _ = meant(row, name)
    found = _fetch(tenant_id, (row.extension == name) | (row.did == name) | alike)
    if not found:
        raise NotFound(row.missing)
    named = min(found, key=lambda group: (group.extension != name, group.did != name, group.name != name, group.id))
    trail.about(named.id)
    return named


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a hunt group and return its id.

    `fields` are those of `HUNT_GROUP` (name and extension are required) and `rings`, a list of mappings of `RING`'s
    fields (user_name is required). Raises Invalid (also for a ring of an unknown user) and Duplicate (the name, the
    extension or the DID is taken).
    """
    values, rings = _checked(fields)
    with database.writing():
        _require_fallback(tenant_id, values[_FALLBACK])
        return _insert(tenant_id, values, rings)


def replace(tenant_id: int, extension: str, fields: Mapping[str, object]) -> int:
    """Replace the hunt group at `extension` with its rings and return its id.

    What is not sent takes its default. Raises NotFound, and as `create` does.
    """
    values, rings = _checked(fields)
    with database.writing():
        before = _require(tenant_id, extension)
        with refusing(_REFUSALS):
            tables.HuntGroup.update(tenant_id, _row(values), id=before.id)
        if values[_FALLBACK] != before.fallback_destination:
            _require_fallback(tenant_id, values[_FALLBACK])
            references.release(tenant_id, references.Place(references.HUNT_GROUP, before.id, _FALLBACK))
            _fall_back_to(tenant_id, before.id, values[_FALLBACK])
        _set_rings(tenant_id, before.id, rings)
    return before.id


def destroy(tenant_id: int, extension: str) -> None:
    """Delete the hunt group at `extension` and free its numbers. Raises NotFound."""
    with database.writing():
        tables.HuntGroup.delete(tenant_id, id=tables.HuntGroup.get(tenant_id, extension=extension).id)


def duplicate(tenant_id: int, extension: str, new_extension: str) -> int:
    """Copy the hunt group at `extension` to `new_extension` and return the copy's id.

    The copy is disabled, has no DID and a name of its own. Raises NotFound, Invalid and Duplicate.
    """
    with database.writing():
        source = _require(tenant_id, extension)
        fields = {name: getattr(source, name) for name in HUNT_GROUP}
        own = {"enabled": False, "did": "", "extension": new_extension, "name": _free_name(tenant_id, source.name)}
        values, _ = _checked(fields | own)
        return _insert(tenant_id, values, [vars(ring) for ring in source.rings])


def rotate(tenant_id: int, extension: str, ring_extension: str) -> bool:
    """Turn the rings of a hunt group so that the user `ring_extension` rings last and the one after it first.

    Returns False when that user rings last already. Raises NotFound (no such hunt group, no such ring).
    """
    with database.writing():
        group = _require(tenant_id, extension)
        users = [ring.user_name for ring in group.rings]
        if ring_extension not in users:
            raise NotFound("There is no such ring in the hunt group.")
        return _rotate(tenant_id, group, users.index(ring_extension))


def rotate_many(tenant_id: int, extensions: Sequence[str], answered: Mapping[str, str] | None = None) -> None:
    """Turn the rings of several hunt groups; an extension that is no hunt group's is passed over.

    `answered` says which user answered last at each; where that is not known, or rings no more, the first ring becomes
    the last. Costs three statements per hunt group that is turned. Raises Invalid (not a list of texts).
    """
    if not isinstance(extensions, list | tuple) or not all(isinstance(extension, str) for extension in extensions):
        raise Invalid({"strings": ["Must be an array of extensions."]})
    known = answered or {}
    with database.writing():
        for group in _fetch(tenant_id, tables.HuntGroup.extension.in_(set(extensions))):
            users = [ring.user_name for ring in group.rings]
            last = known.get(group.extension)
            if users:
                _rotate(tenant_id, group, users.index(last) if last in users else 0)


def _fetch(tenant_id: int, *where: Any) -> list[HuntGroup]:
    row = tables.HuntGroup
    columns = [getattr(row, name) for name in HUNT_GROUP]
    of_ring = (HuntGroupRing.together, Extension.number, HuntGroupRing.enabled, HuntGroupRing.expiration)
    found = (
        row.select(tenant_id, row.id, *columns, *of_ring)
        .join(HuntGroupRing, JOIN.LEFT_OUTER, on=HuntGroupRing.hunt_group_id == row.id)
        .join(Extension, JOIN.LEFT_OUTER, on=Extension.id == HuntGroupRing.extension_id)
        .where(*where)
        .order_by(fn.LENGTH(row.extension), row.extension, HuntGroupRing.position)
    )
    length = 1 + len(columns)
    groups = [
        (group, [ring[length:] for ring in rings])
        for group, rings in groupby(found.tuples(), key=lambda joined: joined[:length])
    ]
    pointed = references.texts(tenant_id, references.HUNT_GROUP, [group[0] for group, _ in groups]) if groups else {}
    return [_group(group, rings, pointed.get((group[0], _FALLBACK))) for group, rings in groups]


def _group(row: Sequence[Any], rows_of_rings: Sequence[Any], fallback: str | None) -> HuntGroup:
    group_id, *columns = row
    values = dict(zip(HUNT_GROUP, columns, strict=True))
    if fallback is not None:
        values[_FALLBACK] = fallback
    rings = [
        Ring(kind_of(position, together), user, enabled, seconds)
        for position, (together, user, enabled, seconds) in enumerate(rows_of_rings)
        if user is not None  # a group without rings
    ]
    return HuntGroup(id=group_id, rings=rings, **values | {"did": values["did"] or ""})


def _require(tenant_id: int, extension: str) -> HuntGroup:
    found = _fetch(tenant_id, tables.HuntGroup.extension == extension)
    if not found:
        raise NotFound(tables.HuntGroup.missing)
    trail.about(found[0].id)
    return found[0]


def _checked(fields: Mapping[str, object]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    values = complete(HUNT_GROUP, fields, ("name", "extension"))
    if values["did"] == values["extension"]:
        raise Invalid({"did": ["Must differ from the extension."]})
    return values, objects(fields, "rings", MOST_RINGS, RING, ("user_name",))


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {**values, "name_key": fold(values["name"]), "did": values["did"] or None}
    del columns[_FALLBACK]  # it is written by itself
    return columns


def _insert(tenant_id: int, values: Mapping[str, Any], rings: Sequence[Mapping[str, Any]]) -> int:
    with refusing(_REFUSALS):
        group_id = tables.HuntGroup.insert(tenant_id, **_row(values), fallback_destination="")
    _fall_back_to(tenant_id, group_id, values[_FALLBACK])
    _set_rings(tenant_id, group_id, rings)
    return group_id


def _require_fallback(tenant_id: int, destination: str) -> None:
    if destination and not references.can_be_dialled(tenant_id, destination):
        raise Invalid({_FALLBACK: [NOT_AN_ADDRESS]})


def _fall_back_to(tenant_id: int, group_id: int, destination: str) -> None:
    """Let the group, which falls back to nothing, do so to what is sent."""
    place = references.Place(references.HUNT_GROUP, group_id, _FALLBACK)
    text = references.point(tenant_id, place, destination) if destination else ""
    tables.HuntGroup.update(tenant_id, {_FALLBACK: text}, id=group_id)


def _set_rings(tenant_id: int, group_id: int, rings: Sequence[Mapping[str, Any]]) -> None:
    ids = ids_of(tenant_id, [ring["user_name"] for ring in rings])
    if any(ring["user_name"] not in ids for ring in rings):
        raise Invalid({"rings": ["Names a user that does not exist."]})
    HuntGroupRing.delete(tenant_id, hunt_group_id=group_id)
    HuntGroupRing.insert_all(
        tenant_id,
        [
            {
                "hunt_group_id": group_id,
                "position": position,
                "extension_id": ids[ring["user_name"]],
                "together": ring["kind"] == TOGETHER,
                "enabled": ring["enabled"],
                "expiration": ring["expiration"],
            }
            for position, ring in enumerate(rings)
        ],
    )


def _rotate(tenant_id: int, group: HuntGroup, last: int) -> bool:
    turned = [*group.rings[last + 1 :], *group.rings[: last + 1]]
    _set_rings(tenant_id, group.id, [vars(ring) for ring in turned])
    return last + 1 < len(turned)


def _free_name(tenant_id: int, name: str) -> str:
    """Return a name for a copy of the hunt group `name` that no other one has."""
    copy = f"Copy of {name}"[:56]
    taken = {key for (key,) in tables.HuntGroup.select(tenant_id, tables.HuntGroup.name_key).tuples()}
    candidates = (copy, *(f"{copy} {number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if fold(candidate) not in taken)
