"""The statements of tokens, over the volatile file, whose tables have no models.

One or two run with every request that comes with a token, and building one would cost more than the token does.
"""

from typing import Any

from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.identity import Identity
from portsip_api.store import volatile


def insert(digest: bytes, identity: Identity, credential: Credential, expires: float) -> None:
    """Write a token; `expires` is a time of the boot clock."""
    volatile.execute(
        "INSERT INTO token (digest, role, account_id, credential, tenant_credential, expires)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (digest, identity.role, identity.account_id, credential.own, credential.tenant, expires),
    )


def find(digest: bytes) -> Any:
    """Return the role, the account's id, both credential numbers and the end of a token; None when there is none."""
    return volatile.fetch_row(
        "SELECT role, account_id, credential, tenant_credential, expires FROM token WHERE digest = ?", (digest,)
    )


def restart(digest: bytes, expires: float) -> None:
    """Let a token live until then."""
    volatile.execute("UPDATE token SET expires = ? WHERE digest = ?", (expires, digest))


def delete(digest: bytes) -> None:
    """Delete a token."""
    volatile.execute("DELETE FROM token WHERE digest = ?", (digest,))


def delete_expired(now: float) -> int:
    """Delete the tokens that have ended by then and return how many there were."""
    return volatile.execute("DELETE FROM token WHERE expires <= ?", (now,)).rowcount
