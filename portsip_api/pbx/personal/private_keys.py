"""Private keys: a user's one key stands for its user in an address, for readers that cannot log in.

It has 128 random bits and is shown once; what is kept is its SHA-256. It lasts until its user makes another one or
takes it back, is disabled or deleted. Source: contract sipxcom-user.md, section 1; the way to make one is ours.
"""

import hashlib
import secrets
from typing import Final

from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.errors import LoginRefused, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.identity import Identity, Role
from portsip_api.pbx.personal import private_keys_sql
from portsip_api.pbx.personal.tables import PrivateKey
from portsip_api.store import database

BYTES: Final = 16  # as 32 hexadecimal digits
_UNKNOWN: Final = "The private key is unknown."


def rotate(tenant_id: int, user_id: int) -> str:
    """Give a user a new key in place of the one there was, and return it. Raises NotFound."""
    key = secrets.token_hex(BYTES)
    with database.writing():
        find_id(tenant_id, ExtensionKey(id=user_id))
        if not PrivateKey.update(tenant_id, {"digest": _digest(key)}, extension_id=user_id):
            PrivateKey.insert(tenant_id, extension_id=user_id, digest=_digest(key))
    return key


def revoke(tenant_id: int, user_id: int) -> None:
    """Take a user's key back. Raises NotFound when there is none."""
    with database.writing():
        if not PrivateKey.delete(tenant_id, extension_id=user_id):
            raise NotFound("There is no private key.")


def log_in(tenant_id: int, key: str, address: str) -> Identity:
    """Return the user of the tenant whose key it is; unknown ones count as failed log-ins of the client's `address`.

    Raises LoginRefused and TooManyFailures.
    """
    digest = _digest(key)
    attempt = Attempt(f"private key {digest}", address)
    row = private_keys_sql.user(tenant_id, digest)
    found = Identity(Role.EXTENSION, row[0], tenant_id, row[1]) if row is not None else None
    (is_open,) = attempt.check([found])
    if found is None or not is_open:
        attempt.failed()
        raise LoginRefused(_UNKNOWN)
    attempt.forgive(found)
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
