"""Log-in with every request, as HTTP Basic and Digest do it: no token, no argon2id, no write when it succeeds.

Both compare a HA1. A user's is computed from the decrypted web access password; an administrator keeps an encrypted one
for each algorithm and name. An unknown name costs what a known one does, to the rows that are read: where nobody is
found somebody else's are, with a secret that is nobody's. Source: contract `sipxcom.md`, decision 2; RFC 7616, section
3.4.2.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import portal_logins_sql
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.passwords import is_secret
from portsip_api.pbx.access.secret_purposes import WEB_PASSWORD
from portsip_api.pbx.access.tables import AdministratorHa1
from portsip_api.pbx.errors import LoginRefused
from portsip_api.pbx.identity import SUPERADMIN, Identity, Role
from portsip_api.store.search import fold
from portsip_api.store.secrets import keyring

REALM: Final = "PBX"  # stored HA1s hold it
HA1: Final = "administrator.ha1"
ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256"}

# Compares a candidate's HA1 with what the client sent.
Proof = Callable[[str], bool]


@dataclass(frozen=True)
class _Candidate:
    """An account that was read; when it is not the name's, it is there for the time that it takes."""

    is_found: bool
    identity: Identity
    stored: bytes
    purpose: str

    def ha1(self, name: str, algorithm: str) -> str:
        decoy = keyring.decoy(self.purpose)  # another account's own secret may be one that cannot be read
        secret = keyring.decrypt(self.stored if self.is_found else decoy, self.purpose)
        computed = compute_ha1(name, secret, algorithm)  # an administrator's too, since time would tell
        return secret if self.purpose == HA1 else computed


def by_password(tenant_id: int, name: str, password: str, address: str) -> Identity:
    """Return whom `name` and `password` log in. Raises LoginRefused and TooManyFailures."""
    given = compute_ha1(name, password, "SHA-256")
    return by_proof(tenant_id, name, "SHA-256", lambda ha1: is_secret(given, ha1), address)


def by_proof(tenant_id: int, name: str, algorithm: str, proof: Proof, address: str) -> Identity:
    """Return whom `name` logs in when `proof` holds for the account's HA1 of `algorithm`.

    The name is an administrator's own, `superadmin` (the first administrator), or a user's number, alias or e-mail
    address in the tenant. Raises LoginRefused and TooManyFailures.
    """
    attempt = Attempt(f"{name}@tenant {tenant_id}", address)
    attempt.check()
    read = _administrators(name, algorithm) + _users(tenant_id, name)
    proved = [(one, proof(one.ha1(name, algorithm))) for one in read]  # whoever they are, since time would tell
    found = [(candidate, holds) for candidate, holds in proved if candidate.is_found]
    if len(found) != 1 or not found[0][1]:
        attempt.failed()
        raise LoginRefused("The account does not exist or the password is wrong.")
    attempt.forgive()
    return found[0][0].identity


def compute_ha1(name: str, password: str, algorithm: str) -> str:
    """Return the HA1 of `name` and `password` in the server's realm, in hexadecimal digits."""
    text = f"{name}:{REALM}:{password}".encode()
    return hashlib.new(ALGORITHMS[algorithm], text, usedforsecurity=False).hexdigest()


def keep_ha1(administrator_id: int, name: str, password: str) -> None:
    """Store what an administrator's log-ins are compared with, inside the caller's transaction."""
    AdministratorHa1.delete().where(AdministratorHa1.administrator_id == administrator_id).execute()
    rows = [
        {
            "administrator_id": administrator_id,
            "name": known_as,
            "algorithm": algorithm,
            "ha1": keyring.encrypt(compute_ha1(known_as, password, algorithm), HA1),
        }
        for known_as in {name, SUPERADMIN}
        for algorithm in ALGORITHMS
    ]
    AdministratorHa1.insert_many(rows).execute()


def _administrators(name: str, algorithm: str) -> list[_Candidate]:
    return [
        _Candidate(bool(is_found), Identity(Role.ADMINISTRATOR, id_, None, own), ha1, HA1)
        for is_found, id_, own, ha1 in portal_logins_sql.administrator(name, algorithm)
    ]


def _users(tenant_id: int, name: str) -> list[_Candidate]:
    return [
        _Candidate(bool(is_found), Identity(Role.EXTENSION, extension_id, tenant_id, account), password, WEB_PASSWORD)
        for is_found, extension_id, account, password in portal_logins_sql.user(tenant_id, name, fold(name))
    ]
