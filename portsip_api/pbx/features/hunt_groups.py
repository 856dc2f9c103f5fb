"""Hunt groups (call groups): numbers at which users ring in order or together, and what follows when nobody answers.

Source: contract, section 6.9; sipxcom-user.md, section 6.7.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.routing.ring_steps import KIND, TOGETHER, Address, kind_of
from portsip_api.pbx.values import Flag, Rules, Text, Whole
from portsip_api.store import database
from portsip_api.store.search import fold

MOST_RINGS: Final = 200
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
_COLUMNS: Final = ("enabled", "name", "extension", "did", "description", "fallback_destination")
_FLAGS: Final = ("voicemail_fallback", "user_forward", "use_fwd_timers")
_TAKEN: Final = "Another object of this tenant has this number."


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
    """Return the hunt groups whose extension begins with `prefix`, by extension, in one statement."""
    return _fetch("substr(h.extension, 1, length(?)) = ?", (tenant_id, prefix, prefix))


def find(tenant_id: int, name: str) -> HuntGroup:
    """Return the hunt group with that extension, else that DID, else that name (without case). Raises NotFound."""
    found = _fetch("(h.extension = ? OR h.did = ? OR h.name_key = ?)", (tenant_id, name, name, fold(name)))
    if not found:
        raise _not_there()
    return min(found, key=lambda group: (group.extension != name, group.did != name))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a hunt group and return its id.

    `fields` are those of `HUNT_GROUP` (name and extension are required) and `rings`, a list of mappings of `RING`'s
    fields (user_name is required). Raises Invalid (also for a ring of an unknown user) and Duplicate (the name, the
    extension or the DID is taken).
    """
    values, rings = _checked(fields)
    with database.writing():
        return _insert(tenant_id, values, rings)


def replace(tenant_id: int, extension: str, fields: Mapping[str, object]) -> int:
    """Replace the hunt group at `extension` with its rings and return its id.

    What is not sent takes its default. Raises NotFound, and as `create` does.
    """
    values, rings = _checked(fields)
    with database.writing():
        group_id = _require(tenant_id, extension).id
        assignments = ", ".join(f"{column} = ?" for column in _row(values))
        try:
            database.execute(
                f"UPDATE hunt_group SET {assignments} WHERE tenant_id = ? AND id = ?",
                (*_row(values).values(), tenant_id, group_id),
            )
        except peewee.IntegrityError as error:
            raise _taken(error) from error
        _set_rings(tenant_id, group_id, rings)
    return group_id


def destroy(tenant_id: int, extension: str) -> None:
    """Delete the hunt group at `extension` and free its numbers. Raises NotFound."""
    with database.writing():
        group_id = _require(tenant_id, extension).id
        database.execute("DELETE FROM hunt_group WHERE tenant_id = ? AND id = ?", (tenant_id, group_id))


def duplicate(tenant_id: int, extension: str, new_extension: str) -> int:
    """Copy the hunt group at `extension` to `new_extension` and return the copy's id.

    The copy is disabled, has no DID and a name of its own. Raises NotFound, Invalid and Duplicate.
    """
    with database.writing():
        source = _require(tenant_id, extension)
        fields = {name: getattr(source, name) for name in (*_COLUMNS, *_FLAGS)}
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
    the last. Costs two statements per hunt group that is turned. Raises Invalid (not a list of texts).
    """
    if not isinstance(extensions, list | tuple) or not all(isinstance(extension, str) for extension in extensions):
        raise Invalid({"strings": ["Must be an array of extensions."]})
    known = answered or {}
    with database.writing():
        groups = _fetch("h.extension IN (SELECT value FROM json_each(?))", (tenant_id, json.dumps(list(extensions))))
        for group in groups:
            users = [ring.user_name for ring in group.rings]
            last = known.get(group.extension)
            if users:
                _rotate(tenant_id, group, users.index(last) if last in users else 0)


def _fetch(where: str, values: Sequence[object]) -> list[HuntGroup]:
    rows = database.fetch_all(
        f"SELECT h.id, {', '.join(f'h.{column}' for column in (*_COLUMNS, *_FLAGS))},"
        " (SELECT json_group_array(json(ring)) FROM ("
        "   SELECT json_array(r.together, e.number, r.enabled, r.expiration) AS ring FROM hunt_group_ring AS r"
        "   JOIN extension AS e ON e.id = r.extension_id WHERE r.hunt_group_id = h.id ORDER BY r.position))"
        f" FROM hunt_group AS h WHERE h.tenant_id = ? AND {where} ORDER BY length(h.extension), h.extension",
        values,
    )
    return [_group(*row) for row in rows]


def _group(group_id: int, *row: Any) -> HuntGroup:
    values = dict(zip((*_COLUMNS, *_FLAGS), row[:-1], strict=True))
    flags = {name: bool(values[name]) for name in ("enabled", *_FLAGS)}
    rings = [
        Ring(kind_of(position, together), user, bool(rings), seconds)
        for position, (together, user, rings, seconds) in enumerate(json.loads(row[-1]))
    ]
    return HuntGroup(id=group_id, rings=rings, **(values | flags | {"did": values["did"] or ""}))


def _require(tenant_id: int, extension: str) -> HuntGroup:
    found = _fetch("h.extension = ?", (tenant_id, extension))
    if not found:
        raise _not_there()
    return found[0]


def _checked(fields: Mapping[str, object]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    values = complete(HUNT_GROUP, fields, ("name", "extension"))
    if values["did"] == values["extension"]:
        raise Invalid({"did": ["Must differ from the extension."]})
    return values, objects(fields, "rings", MOST_RINGS, RING, ("user_name",))


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "name_key": fold(values["name"]), "did": values["did"] or None}


def _insert(tenant_id: int, values: Mapping[str, Any], rings: Sequence[Mapping[str, Any]]) -> int:
    row = {"tenant_id": tenant_id, **_row(values)}
    try:
        group_id = database.insert(
            f"INSERT INTO hunt_group ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values())
        )
    except peewee.IntegrityError as error:
        raise _taken(error) from error
    _set_rings(tenant_id, group_id, rings)
    return group_id


def _taken(error: peewee.IntegrityError) -> Duplicate:
    if "name_key" in str(error):
        return Duplicate("Another hunt group has this name.", "name")
    return Duplicate(_TAKEN, "did" if "hunt_group.did" in str(error) else "extension")


def _set_rings(tenant_id: int, group_id: int, rings: Sequence[Mapping[str, Any]]) -> None:
    database.execute("DELETE FROM hunt_group_ring WHERE hunt_group_id = ?", (group_id,))
    document = json.dumps(
        [[ring["user_name"], ring["kind"] == TOGETHER, ring["enabled"], ring["expiration"]] for ring in rings]
    )
    made = database.execute(
        "INSERT INTO hunt_group_ring (hunt_group_id, position, extension_id, together, enabled, expiration)"
        " SELECT ?, j.key, e.id, j.value ->> 1, j.value ->> 2, j.value ->> 3"
        " FROM json_each(?) AS j JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value ->> 0",
        (group_id, document, tenant_id),
    )
    if made.rowcount != len(rings):
        raise Invalid({"rings": ["Names a user that does not exist."]})


def _rotate(tenant_id: int, group: HuntGroup, last: int) -> bool:
    turned = [*group.rings[last + 1 :], *group.rings[: last + 1]]
    _set_rings(tenant_id, group.id, [vars(ring) for ring in turned])
    return last + 1 < len(turned)


def _free_name(tenant_id: int, name: str) -> str:
    """Return a name for a copy of the hunt group `name` that no other one has."""
    copy = f"Copy of {name}"[:56]
    taken = {row[0] for row in database.fetch_all("SELECT name_key FROM hunt_group WHERE tenant_id = ?", (tenant_id,))}
    candidates = (copy, *(f"{copy} {number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if fold(candidate) not in taken)


def _not_there() -> NotFound:
    return NotFound("There is no such hunt group.")
