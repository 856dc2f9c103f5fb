"""The statements of the outbox of events, in SQL: they are asked several times a second, and of all tenants."""

from typing import Any

from portsip_api.store import database
from portsip_api.store.dialect import listed


def listen() -> None:
    """Let events be written from here on."""
    database.execute("DELETE FROM event_listener")
    database.execute("INSERT INTO event_listener (id) VALUES (1)")


def stop() -> None:
    """Let no events be written any more."""
    database.execute("DELETE FROM event_listener")


def is_heard() -> bool:
    """Tell whether somebody listens, or did until it was killed."""
    return database.fetch_row("SELECT 1 FROM event_listener") is not None


def put_queue(tenant_id: int, detail: str, at: int) -> None:
    """Write what happens in a call queue, as JSON."""
    database.execute(
        "INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at, detail)"
        " VALUES (?, 'queue', 0, '', '', '', 0, '', '', ?, ?)",
        (tenant_id, at, detail),
    )


def after(id_: int, limit: int) -> list[Any]:
    """Return the rows behind an id, as many as `limit`, in their order."""
    return database.fetch_all(
        "SELECT id, tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at, detail FROM event"
        " WHERE id > ? ORDER BY id LIMIT ?",
        (id_, limit),
    )


def last() -> int:
    """Return the id of the newest event; 0 without one."""
    newest: int = database.fetch_row("SELECT coalesce(max(id), 0) FROM event")[0]
    return newest


def forget(up_to: int) -> None:
    """Delete the events up to an id."""
    database.execute("DELETE FROM event WHERE id <= ?", (up_to,))


def watched(tenant_id: int, column: str, values: str) -> list[Any]:
    """Return id, number, whether it is enabled, line and presence of the extensions with those ids or numbers.

    `values` is a JSON array, so that the statement stays the same text.
    """
    return database.fetch_all(
        f"SELECT id, number, enabled, line, presence FROM extension WHERE tenant_id = :tenant"
        f" AND {column} IN {listed(':values')} ORDER BY number_key",
        {"tenant": tenant_id, "values": values},
    )
