"""The statements of the credentials with which phones fetch their files.

Those of a fetch are hot and name no tenant, since a phone says none, so that no model can say them; the volatile file's
tables have no models; and where two processes start at the same moment, one statement has to look and write.
"""

from collections.abc import Mapping
from typing import Any, Final

from portsip_api.store import database, volatile

_FOUND: Final = (
    "SELECT c.id, c.phone_id, c.tenant_id, p.serial, c.secret_digest, c.ends,"
    " EXISTS (SELECT 1 FROM phone_credential AS o WHERE o.phone_id = c.phone_id AND o.id < c.id)"
    " FROM phone_credential AS c JOIN phone AS p ON p.id = c.phone_id"
    " JOIN tenant AS t ON t.id = c.tenant_id AND t.enabled WHERE "
)
_WITHOUT: Final = "NOT EXISTS (SELECT 1 FROM phone_credential AS c WHERE c.phone_id = phone.id AND c.ends IS NULL)"


def by_secret(digest: bytes) -> Any:
    """Return the credential with that digest of its secret, or None.

    As its id, its phone's id, tenant and serial number, the digest of its secret, its end, and whether the phone has
    earlier ones. That of a phone of a disabled tenant is like none.
    """
    return database.fetch_row(f"{_FOUND} c.secret_digest = ?", (digest,))


def by_password(digest: bytes) -> Any:
    """Return the credential with that digest of its password, as `by_secret` does."""
    return database.fetch_row(f"{_FOUND} c.password_digest = ?", (digest,))


def with_serial(serial: str, limit: int) -> list[tuple[int, int]]:
    """Return id and tenant of the phones with that serial number, in whatever tenant."""
    return database.fetch_all("SELECT id, tenant_id FROM phone WHERE serial = ? ORDER BY id LIMIT ?", (serial, limit))


def later(phone_id: int, id_: int) -> list[bytes]:
    """Return the digests of the secrets of a phone's credentials after the one with that id."""
    rows = database.fetch_all(
        "SELECT secret_digest FROM phone_credential WHERE phone_id = ? AND id > ?", (phone_id, id_)
    )
    return [row[0] for row in rows]


def without(after: int, limit: int) -> list[int]:
    """Return the ids of the next phones after the id `after` that have no current credential."""
    rows = database.fetch_all(f"SELECT id FROM phone WHERE id > ? AND {_WITHOUT} ORDER BY id LIMIT ?", (after, limit))
    return [row[0] for row in rows]


def give(phone_id: int, columns: Mapping[str, bytes]) -> None:
    """Write the current credential of a phone, where it is there and has none."""
    names = ", ".join(columns)
    database.execute(
        f"INSERT INTO phone_credential (tenant_id, phone_id, {names})"
        f" SELECT tenant_id, id, {', '.join('?' * len(columns))} FROM phone WHERE id = ? AND {_WITHOUT}",
        (*columns.values(), phone_id),
    )


def is_any_past(now: float) -> bool:
    """Tell whether a credential has ended by then."""
    return database.fetch_row("SELECT 1 FROM phone_credential WHERE ends <= ? LIMIT 1", (now,)) is not None


def delete_past(now: float) -> int:
    """Delete the credentials that have ended by then and return how many there were."""
    return database.execute("DELETE FROM phone_credential WHERE ends <= ?", (now,)).rowcount


def delete_before(digest: bytes) -> int:
    """Delete a phone's credentials before the one with that digest of its secret; return how many there were."""
    return database.execute(
        "DELETE FROM phone_credential WHERE ends IS NOT NULL AND EXISTS (SELECT 1 FROM phone_credential AS l"
        " WHERE l.secret_digest = ? AND l.phone_id = phone_credential.phone_id AND l.id > phone_credential.id)",
        (digest,),
    ).rowcount


def note_fetch(digest: bytes) -> None:
    """Note that a phone has fetched with the credential with that digest of its secret."""
    volatile.execute("INSERT INTO phone_fetch (digest) VALUES (?) ON CONFLICT DO NOTHING", (digest,))


def is_noted(digest: bytes) -> bool:
    """Tell whether a phone has fetched with it."""
    return volatile.fetch_row("SELECT 1 FROM phone_fetch WHERE digest = ?", (digest,)) is not None


def noted(limit: int) -> list[bytes]:
    """Return digests of the secrets that phones have fetched with."""
    return [row[0] for row in volatile.fetch_all("SELECT digest FROM phone_fetch LIMIT ?", (limit,))]


def forget(digest: bytes) -> None:
    """Forget a note."""
    volatile.execute("DELETE FROM phone_fetch WHERE digest = ?", (digest,))
