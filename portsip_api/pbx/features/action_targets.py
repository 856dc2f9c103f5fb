"""What actions of features lead to: the check of a target when it is written, and the reference that it becomes.

Source: contract `portsip-more.md`, sections 0 and 1.2.
"""

from typing import Final

from portsip_api.pbx.numbers import numbers_sql, outside_rows, references
from portsip_api.pbx.numbers.outside import refusal
from portsip_api.pbx.numbers.references import ANY, Place, fits

DISCONNECT: Final = "DISCONNECT"
VOICE_MAIL: Final = "CONNECT_TO_VOICE_MAIL"
REPEAT: Final = "REPEAT"
NUMBER: Final = "CONNECT_TO_NUMBER"
# The kind of object that each action leads to; the other actions lead to none.
KINDS: Final = {
    "CONNECT_TO_ANOTHER_EXTENSION": "EXTENSION",
    "CONNECT_TO_RING_GROUP": "RING_GROUP",
    "CONNECT_TO_CALL_QUEUE": "CALL_QUEUE",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST": "VIRTUAL_RECEPTIONIST",
    "CONNECT_TO_CONFERENCE_ROOM": "CONFERENCE_ROOM",
    VOICE_MAIL: "EXTENSION",
    NUMBER: ANY,
}
ACTIONS: Final = (DISCONNECT, *KINDS, REPEAT)
_A_TARGET: Final = {
    "EXTENSION": "an extension",
    "RING_GROUP": "a ring group or a hunt group",
    "CALL_QUEUE": "a call queue",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
    "CONFERENCE_ROOM": "a conference",
}


def problem(tenant_id: int, action: str, target: str, who: str) -> str:
    """Return what is wrong with the target of an action; empty when nothing is. `who` dials, as in `the call queue`."""
    kind = KINDS.get(action)
    if kind is None:
        return ""
    if kind == ANY:
        found = references.named(tenant_id, target)
        if found.target_id is not None:
            return ""
        why_not = refusal(found.number, outside_rows.load(tenant_id), None)
        return "" if why_not is None else f"Must be a number that may be dialled: {why_not.clause(who)}."
    there = numbers_sql.find(tenant_id, target)
    return "" if there is not None and fits(kind, there[1]) else f"Must name {_A_TARGET[kind]} of this tenant."


def point(tenant_id: int, place: Place, action: str, target: str, *, is_pointing: bool) -> str:
    """Let a place point where an action leads, inside the caller's transaction; return what is kept as text.

    `is_pointing` tells that it points somewhere now.
    """
    if is_pointing:
        references.release(tenant_id, place)
    kind = KINDS.get(action)
    return target if kind is None or not target else references.point(tenant_id, place, target, kind)
