"""Access tokens: 32 upper-case hexadecimal characters that live 30 seconds.

The store keeps only a SHA-256 of each, so that all workers share them and a stolen file yields none. A token dies in
the transaction that ends what it stood for: foreign keys delete it with its account, `revoke` when a password changes
or an account is disabled. Source: PortSIP REST API ("32-byte string with validity of 30 seconds"); contract, section 2.
"""

import hashlib
import secrets
from collections.abc import Callable

import peewee

from portsip_api import settings
from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store import database
from portsip_api.store.clock import Deadline, clock

_RENEWAL_LAG = 1.0  # seconds: a sliding token is written at most this often


class TokenRefused(PbxError):
    """The token is missing, unknown or expired."""


def issue(identity: Identity) -> str:
    """Return a new token for `identity`, inside the caller's transaction."""
    token = secrets.token_hex(16).upper()
    deadline = Deadline.after(settings.current().token_ttl)
    database.execute(
        "INSERT INTO token (digest, administrator_id, tenant_id, extension_id, name, boot_id, boot_expires,"
        " wall_expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _digest(token),
            identity.account_id if identity.role is Role.ADMINISTRATOR else None,
            identity.tenant_id,
            identity.account_id if identity.role is Role.EXTENSION else None,
            identity.name,
            deadline.boot_id,
            deadline.boot,
            deadline.wall,
        ),
    )
    return token


def identify(token: str) -> Identity:
    """Return whose token it is, in one statement. Raises TokenRefused."""
    row = database.fetch_row(
        "SELECT administrator_id, tenant_id, extension_id, name, boot_id, boot_expires, wall_expires"
        " FROM token WHERE digest = ?",
        (_digest(token),),
    )
    if row is None:
        raise TokenRefused("The access token is missing, unknown or expired.")
    administrator_id, tenant_id, extension_id, name, *deadline = row
    remaining = Deadline(*deadline).remaining()
    # With more to live than any token is given, the machine's clock was set back while it restarted.
    was_stepped = deadline[0] != clock.boot_id and remaining > settings.current().token_ttl
    if remaining <= 0 or was_stepped:
        raise TokenRefused("The access token is missing, unknown or expired.")
    if settings.current().token_renewal == "sliding" and remaining < settings.current().token_ttl - _RENEWAL_LAG:
        _renew_if_idle(token)
    if administrator_id is not None:
        return Identity(Role.ADMINISTRATOR, administrator_id, None, name)
    if extension_id is not None:
        return Identity(Role.EXTENSION, extension_id, tenant_id, name)
    return Identity(Role.TENANT, tenant_id, tenant_id, name)


def refresh(token: str) -> int:
    """Restart the life of `token` and return it in seconds. Raises TokenRefused when it has died meanwhile."""
    with database.writing():
        identify(token)
        _restart(token)
    return settings.current().token_ttl


def sign_out(token: str) -> None:
    """End `token` at once, for all workers."""
    with database.writing():
        database.execute("DELETE FROM token WHERE digest = ?", (_digest(token),))


def revoke(
    *, administrator_id: int | None = None, tenant_id: int | None = None, extension_id: int | None = None
) -> None:
    """End every token of an account (for a tenant: also those of its extensions), inside the caller's transaction."""
    if administrator_id is not None:
        database.execute("DELETE FROM token WHERE administrator_id = ?", (administrator_id,))
    if tenant_id is not None:
        database.execute("DELETE FROM token WHERE tenant_id = ?", (tenant_id,))
    if extension_id is not None:
        database.execute("DELETE FROM token WHERE extension_id = ?", (extension_id,))


def delete_expired() -> int:
    """Delete the rows of expired tokens and return how many there were. Nothing depends on its having run."""
    with database.writing():
        return database.execute(
            "DELETE FROM token WHERE CASE WHEN boot_id = ? AND boot_id <> '' THEN boot_expires <= ?"
            " ELSE wall_expires <= ? END",
            (clock.boot_id, clock.boot(), clock.wall()),
        ).rowcount


def _restart(token: str) -> None:
    deadline = Deadline.after(settings.current().token_ttl)
    database.execute(
        "UPDATE token SET boot_id = ?, boot_expires = ?, wall_expires = ? WHERE digest = ?",
        (deadline.boot_id, deadline.boot, deadline.wall, _digest(token)),
    )


def _renew_if_idle(token: str) -> None:
    """Restart the token's life unless somebody holds the write lock: then the next call will."""
    _ignore_busy(lambda: _restart(token))


def _ignore_busy(write: Callable[[], None]) -> None:
    database.execute("PRAGMA busy_timeout = 0")
    try:
        write()
    except peewee.OperationalError as error:
        if not database.is_unavailable(error):
            raise
    finally:
        database.execute(f"PRAGMA busy_timeout = {int(database.BUSY_SECONDS * 1000)}")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
