"""With which of its members a group begins that rings them one after the other: by turns, or by who has rested longest.

What is known of this stands in the volatile file; without it a group begins as if nobody had been called yet.
Source: contract `portsip-more.md`, section 3: "Least worked = longest since it answered".
"""

from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.calls.going_on import turns_sql
from portsip_api.store import volatile

CYCLIC: Final = "CYCLIC_HUNT"
LEAST_WORKED: Final = "LEAST_WORKED_HUNT"


def in_order(  # noqa: PLR0913 — what the order depends on
    tenant_id: int, group: str, strategy: str, members: Sequence[str], turn: int, *, takes_turn: bool
) -> list[str]:
    """Return members in the order in which they ring for a call to a group's number.

    A call that `takes_turn` lets the next one begin with the next member. Any other one may never come to the group,
    and takes `turn`, a number that differs from call to call. Raises StoreUnavailable.
    """
    if strategy == CYCLIC and members:
        first = (_next(tenant_id, group) if takes_turn else turn) % len(members)
        return [*members[first:], *members[:first]]
    if strategy == LEAST_WORKED:
        answered = turns_sql.last_answers(tenant_id, members)
        return sorted(members, key=lambda number: answered.get(number, 0))
    return [*members]


def _next(tenant_id: int, group: str) -> int:
    with volatile.writing():
        return turns_sql.take(tenant_id, group)
