"""The statements of who answered last and of groups' turns, over the volatile file, whose tables have no models."""

import json
from collections.abc import Sequence

from portsip_api.store import volatile
from portsip_api.store.dialect import IN_ORDER, elements


def answered(call_id: str, at: int, number: str) -> None:
    """Write that an extension has answered a call; nothing of an unknown call."""
    volatile.execute(
        "INSERT INTO last_answer (tenant_id, number, at) SELECT tenant_id, :number, :at FROM open_call"
        " WHERE call_id = :call ON CONFLICT (tenant_id, number) DO UPDATE SET at = excluded.at",
        {"call": call_id, "at": at, "number": number},
    )


def last_answers(tenant_id: int, numbers: Sequence[str]) -> dict[str, int]:
    """Return when extensions have answered last, in milliseconds since 1970, of those of `numbers` that have."""
    return dict(
        volatile.fetch_all(
            f"SELECT a.number, a.at FROM {elements('j')} {IN_ORDER} last_answer AS a"
            " ON a.tenant_id = ? AND a.number = j.value",
            (json.dumps(numbers), tenant_id),
        )
    )


def take(tenant_id: int, group: str) -> int:
    """Count a turn of a group, and return how many there were before."""
    turns: int = volatile.fetch_row(
        "INSERT INTO group_turn AS t (tenant_id, number, turns) VALUES (?, ?, 1)"
        " ON CONFLICT (tenant_id, number) DO UPDATE SET turns = t.turns + 1 RETURNING turns - 1",
        (tenant_id, group),
    )[0]
    return turns
