"""The ids of what forward rules point at, by which later clients name it in the place of its number.

Source: contract `portsip-more.md`, section 1.1.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features.tables import Attendant, CallQueue, Conference, RingGroup
from portsip_api.store.dialect import one_of

_TABLES: Final[Mapping[str, Any]] = {
    "CONNECT_TO_ANOTHER_EXTENSION": Extension,
    "CONNECT_TO_RING_GROUP": RingGroup,
    "CONNECT_TO_VIRTUAL_RECEPTIONIST": Attendant,
    "CONNECT_TO_CALL_QUEUE": CallQueue,
    "CONNECT_TO_CONFERENCE_ROOM": Conference,
}
NAMED_BY_ID: Final = frozenset(_TABLES)  # actions


def numbers(tenant_id: int, targets: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return the number of each target, an action and an id, that is there and has one; a statement for each action."""
    found: dict[tuple[str, int], str] = {}
    for action, ids in _by_action(targets).items():
        table = _TABLES[action]
        rows = table.select(tenant_id, table.id, table.number).where(table.id.in_(one_of(ids)))
        found |= {(action, id_): number for id_, number in rows.tuples() if number}
    return found


def ids(tenant_id: int, targets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the id of each target, an action and a number, that is there; a statement for each action."""
    found: dict[tuple[str, str], int] = {}
    for action, sought in _by_action(targets).items():
        table = _TABLES[action]
        rows = table.select(tenant_id, table.id, table.number).where(table.number.in_(one_of(sought)))
        found |= {(action, number): id_ for id_, number in rows.tuples()}
    return found


def _by_action(targets: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    sorted_ = defaultdict(list)
    for action, key in targets:
        if action in NAMED_BY_ID:
            sorted_[action].append(key)
    return sorted_
