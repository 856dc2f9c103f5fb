"""The outbox of events: who listens takes them from it, after they were committed and in that order.

An event is written by a trigger, within the transaction that makes it happen, and only while somebody listens. One
process does; of one that was killed the outbox goes on, until another listens or `sweep` finds that nobody is to.
Source: contract `portsip-more.md`, section 5; DESIGN, decision 12.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.events import outbox_sql
from portsip_api.store import database

CALL: Final = "cdr"
QUEUE: Final = "queue"
MOST_AT_ONCE: Final = 500
MOST_KEPT: Final = 20_000  # of a listener that is gone; the newest


@dataclass(frozen=True)
class State:
    """An extension as its watchers see it: registered or not, on a call or not, and what its user chose."""

    id: int
    number: str
    online: bool
    on_call: bool
    presence: str


@dataclass(frozen=True)
class Happening:
    """An event of a tenant: `created`, `updated`, `destroyed` or `status`; `at` is in seconds since 1970.

    With CALL a call has ended: `detail` is its row of the history, by the names of its columns. With QUEUE something
    has happened to a caller in a queue, which `detail` says, as a QueueChange. `state` says nothing then.
    """

    id: int
    tenant_id: int
    kind: str
    state: State
    name: str
    email: str
    at: int
    detail: Mapping[str, Any]


def listen() -> int:
    """Let events be written from here on, and return the id behind which they begin."""
    with database.writing():
        outbox_sql.listen()
        newest = outbox_sql.last()
        outbox_sql.forget(newest)
    return newest


def stop() -> None:
    """Let no events be written any more, and drop those that nobody has taken."""
    with database.writing():
        outbox_sql.stop()
        outbox_sql.forget(outbox_sql.last())


def take(after: int) -> list[Happening]:
    """Return the next events behind an id, at most MOST_AT_ONCE; nothing is written."""
    return [
        Happening(id_, tenant_id, kind, _state(key, number, *state), name, email, at, orjson.loads(detail or "{}"))
        for id_, tenant_id, kind, key, number, name, email, *state, at, detail in outbox_sql.after(after, MOST_AT_ONCE)
    ]


def forget(up_to: int) -> None:
    """Delete the events up to an id, which have been told."""
    with database.writing():
        outbox_sql.forget(up_to)


def sweep(*, is_served: bool) -> None:
    """Delete what nobody takes: all where events are not served, else what is more than MOST_KEPT."""
    if not is_served and outbox_sql.is_heard():
        stop()
    elif outbox_sql.last() > MOST_KEPT:
        forget(outbox_sql.last() - MOST_KEPT)


def by_numbers(tenant_id: int, numbers: Collection[str]) -> list[State]:
    """Return the extensions with those numbers, as they are now."""
    return _states(tenant_id, "number", list(numbers))


def by_ids(tenant_id: int, ids: Collection[int]) -> list[State]:
    """Return the extensions with those ids, as they are now."""
    return _states(tenant_id, "id", list(ids))


def _states(tenant_id: int, column: str, keys: list[str] | list[int]) -> list[State]:
    return [_state(*row) for row in outbox_sql.watched(tenant_id, column, orjson.dumps(keys).decode())]


def _state(id_: int, number: str, enabled: int, line: str, presence: str) -> State:
    return State(id_, number, bool(enabled) and line != "OFFLINE", bool(enabled) and line == "ON_CALL", presence)


def newest() -> int:
    """Return the id of the newest event that has not been deleted; 0 without one."""
    return outbox_sql.last()
