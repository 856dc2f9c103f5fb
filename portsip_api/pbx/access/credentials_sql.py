"""The statements by which an account is read with its credential numbers: one runs with every request with a token.

An extension's stands here, below the room of extensions, because a token is refused or accepted in one statement.
"""

from typing import Any, Final

from portsip_api.pbx.identity import Role
from portsip_api.store import database

_ACCOUNTS: Final = {
    Role.ADMINISTRATOR: "SELECT NULL, name, credential, 0 FROM administrator WHERE id = ? AND enabled",
    Role.TENANT: "SELECT id, name, credential, 0 FROM tenant WHERE id = ?",
    Role.EXTENSION: (
        "SELECT t.id, e.number || '@' || t.domain, s.credential, t.credential FROM extension AS e"
        " JOIN tenant AS t ON t.id = e.tenant_id JOIN extension_settings AS s ON s.extension_id = e.id WHERE e.id = ?"
    ),
}


def account(role: Role, account_id: int) -> Any:
    """Return an account's tenant or None, its name, its credential number and its tenant's or 0; None: no account."""
    return database.fetch_row(_ACCOUNTS[role], (account_id,))
