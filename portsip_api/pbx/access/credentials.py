"""Credential numbers: what a token remembers of its account, to die with it.

An account has a random number of 64 bits, made anew when its password or its state changes. A token holds the number
that the account had when it logged in, and an extension's also that of its tenant: with another number, and with an
account that is gone, it is worth nothing. So tokens end in the transaction that ends what they stood for, although they
are kept in another file.
"""

import secrets
from dataclasses import dataclass

from portsip_api.pbx.access import credentials_sql
from portsip_api.pbx.identity import Identity, Role


@dataclass(frozen=True)
class Credential:
    """The credential numbers of an account: its own, and for an extension its tenant's, else 0."""

    own: int
    tenant: int = 0


def new() -> int:
    """Return a new credential number, to be written in the transaction that ends an account's tokens.

    A tenant's number also ends those of its extensions.
    """
    return int.from_bytes(secrets.token_bytes(8), signed=True)


def read(role: Role, account_id: int) -> tuple[Identity, Credential] | None:
    """Return an account as it is now and its credential numbers; None when there is none."""
    row = credentials_sql.account(role, account_id)
    if row is None:
        return None
    tenant_id, name, own, tenant = row
    return Identity(role, account_id, tenant_id, name), Credential(own, tenant)
