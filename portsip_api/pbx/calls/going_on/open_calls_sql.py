"""The statements of open calls, over the volatile file, whose tables have no models."""

from collections.abc import Sequence
from typing import Any

from portsip_api.store import volatile


def insert(values: Sequence[object]) -> None:
    """Write a call, unless it is known: id, tenant's id, direction, caller, its domain, callee and beginning."""
    volatile.execute(
        "INSERT INTO open_call (call_id, tenant_id, direction, caller, caller_domain, callee, started)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (call_id) DO NOTHING",
        values,
    )


def answer(call_id: str, at: int, recipient: str) -> None:
    """Write that a call is answered; a time that is known stays."""
    volatile.execute(
        "UPDATE open_call SET answered = coalesce(answered, :at), recipient = coalesce(nullif(:by, ''), recipient)"
        " WHERE call_id = :call",
        {"call": call_id, "at": at, "by": recipient},
    )


def delete(call_id: str) -> None:
    """Forget a call, known or not."""
    volatile.execute("DELETE FROM open_call WHERE call_id = ?", (call_id,))


def begun_before(instant: int) -> list[Any]:
    """Return the rows of calls that began before an instant, with answer and recipient behind what `insert` has."""
    return volatile.fetch_all(
        "SELECT call_id, tenant_id, direction, caller, caller_domain, callee, started, answered, recipient"
        " FROM open_call WHERE started < ? ORDER BY started",
        (instant,),
    )


def find(tenant_id: int, call_id: str) -> Any:
    """Return caller, callee and the time of the answer of a call, or None."""
    return volatile.fetch_row(
        "SELECT caller, callee, answered FROM open_call WHERE call_id = ? AND tenant_id = ?", (call_id, tenant_id)
    )
