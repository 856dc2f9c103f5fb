"""The extensions that ring in a feature, as clients name them: by number, in the order in which they are tried."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.store.dialect import one_of

MOST: Final = 1_000
_REACHABLE: Final = ("ONLINE", "ON_CALL")


def ids_of(tenant_id: int, numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of the extensions that have those numbers (at most some thousands), by number."""
    query = Extension.select(tenant_id, Extension.number, Extension.id).where(Extension.number.in_(set(numbers)))
    return dict(query.tuples())


def checked(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return the `members` among `fields`, if they are there. Raises Invalid."""
    members = fields.get("members", [])
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise Invalid({"members": ["Must be an array of extension numbers."]})
    if len(members) > MOST:
        raise Invalid({"members": [f"Must name at most {MOST} extensions."]})
    return {"members": members} if "members" in fields else {}


def numbers(tenant_id: int, table: Any, owner_id: int) -> list[str]:
    """Return the numbers of the members of one owner, which rows of `table` name first, in their order."""
    query = (
        table.select(tenant_id, Extension.number)
        .join(Extension, on=Extension.id == table.extension_id)
        .where(_owner(table) == owner_id)
        .order_by(table.position)
    )
    return [number for (number,) in query.tuples()]


def reachable(tenant_id: int, table: Any, owner_ids: Collection[int]) -> set[int]:
    """Return those of the owners of whose members one at least is registered and wants calls, be it on one."""
    owner = _owner(table)
    query = (
        table.select(tenant_id, owner)
        .join(Extension, on=Extension.id == table.extension_id)
        .where(owner.in_(one_of(owner_ids)), Extension.status.in_(_REACHABLE))
        .distinct()
    )
    return {owner_id for (owner_id,) in query.tuples()}


def replace(tenant_id: int, table: Any, owner_id: int, members: Sequence[str]) -> None:
    """Let an owner have those members, each once, inside the caller's transaction. Raises Invalid (unknown numbers)."""
    wanted = list(dict.fromkeys(members))
    ids = ids_of(tenant_id, wanted)
    if len(ids) < len(wanted):
        raise Invalid({"members": ["Names an extension that does not exist."]})
    column = table.owning_link
    table.delete(tenant_id, **{column: owner_id})
    table.insert_all(
        tenant_id,
        [
            {column: owner_id, "position": position, "extension_id": ids[number]}
            for position, number in enumerate(wanted)
        ],
    )


def _owner(table: Any) -> Any:
    return getattr(table, table.owning_link)
