"""Log-in with every request, as HTTP Basic and Digest do it: no token, no argon2id, no write when it succeeds.

Both compare a HA1. A user's is computed from the decrypted web access password; an administrator keeps an encrypted one
for each algorithm and name. An unknown name costs what a known one does, to the rows that are read: where nobody is
found somebody else's are, and dropped. Source: contract `sipxcom.md`, decision 2;
RFC 7616, section 3.4.2.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.errors import LoginRefused
from portsip_api.pbx.extension_drafts import WEB_PASSWORD
from portsip_api.pbx.identity import SUPERADMIN, Identity, Role
from portsip_api.pbx.login_limits import Attempt
from portsip_api.pbx.passwords import is_secret
from portsip_api.store import database
from portsip_api.store.search import fold
from portsip_api.store.secrets import keyring

REALM: Final = "PBX"  # stored HA1s hold it
HA1: Final = "administrator.ha1"
ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256"}

# Compares a candidate's HA1 with what the client sent.
Proof = Callable[[str], bool]


@dataclass(frozen=True)
class _Candidate:
    identity: Identity
    stored: bytes
    purpose: str

    def ha1(self, name: str, algorithm: str) -> str:
        secret = keyring.decrypt(self.stored, self.purpose)
        computed = compute_ha1(name, secret, algorithm)  # whoever it is, since time would tell who
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
    found = _administrators(name, algorithm) + _users(tenant_id, name)
    candidate = found[0] if len(found) == 1 else None
    if candidate is not None:
        holds = proof(candidate.ha1(name, algorithm))
    else:
        proof(compute_ha1(name, keyring.decrypt(keyring.decoy(WEB_PASSWORD), WEB_PASSWORD), algorithm))
        holds = False
    if not holds or candidate is None:
        attempt.failed()
        raise LoginRefused("The account does not exist or the password is wrong.")
    attempt.forgive()
    return candidate.identity


def compute_ha1(name: str, password: str, algorithm: str) -> str:
    """Return the HA1 of `name` and `password` in the server's realm, in hexadecimal digits."""
    text = f"{name}:{REALM}:{password}".encode()
    return hashlib.new(ALGORITHMS[algorithm], text, usedforsecurity=False).hexdigest()


def keep_ha1(administrator_id: int, name: str, password: str) -> None:
    """Store what an administrator's log-ins are compared with, inside the caller's transaction."""
    database.execute("DELETE FROM administrator_ha1 WHERE administrator_id = ?", (administrator_id,))
    for known_as in {name, SUPERADMIN}:
        for algorithm in ALGORITHMS:
            database.execute(
                "INSERT INTO administrator_ha1 (administrator_id, name, algorithm, ha1) VALUES (?, ?, ?, ?)",
                (
                    administrator_id,
                    known_as,
                    algorithm,
                    keyring.encrypt(compute_ha1(known_as, password, algorithm), HA1),
                ),
            )


def _administrators(name: str, algorithm: str) -> list[_Candidate]:
    rows = database.fetch_all(
        "WITH found AS MATERIALIZED ("
        "  SELECT h.administrator_id AS id, h.name FROM administrator_ha1 AS h"
        "  JOIN administrator AS a ON a.id = h.administrator_id"
        "  WHERE h.name = :name AND h.algorithm = :algorithm"
        "  AND (a.name = :name OR a.id = (SELECT min(id) FROM administrator))"
        "  ORDER BY a.name = :name DESC LIMIT 1"
        "), read AS (SELECT id, name, 1 AS is_found FROM found"
        "  UNION ALL SELECT (SELECT min(id) FROM administrator), :superadmin, 0 WHERE NOT EXISTS (SELECT 1 FROM found))"
        " SELECT read.is_found, a.id, a.name, h.ha1 FROM read CROSS JOIN administrator AS a ON a.id = read.id"
        " CROSS JOIN administrator_ha1 AS h"
        "  ON h.administrator_id = read.id AND h.name = read.name AND h.algorithm = :algorithm",
        {"name": name, "algorithm": algorithm, "superadmin": SUPERADMIN},
    )
    return _found(
        (is_found, _Candidate(Identity(Role.ADMINISTRATOR, id_, None, own), ha1, HA1))
        for is_found, id_, own, ha1 in rows
    )


def _users(tenant_id: int, name: str) -> list[_Candidate]:
    rows = database.fetch_all(
        "WITH found AS MATERIALIZED ("
        "  SELECT id FROM extension WHERE tenant_id = :tenant AND number = :name"
        "  UNION SELECT extension_id FROM extension_alias WHERE tenant_id = :tenant AND alias = :name"
        "  UNION SELECT id FROM extension WHERE email_key = :email AND email_key <> '' AND tenant_id = :tenant"
        "), read AS (SELECT id, 1 AS is_found FROM found"
        "  UNION ALL SELECT (SELECT min(id) FROM extension), 0 WHERE NOT EXISTS (SELECT 1 FROM found))"
        " SELECT read.is_found AND e.enabled AND t.enabled, e.id, e.number || '@' || t.domain, s.web_access_password"
        " FROM read CROSS JOIN extension AS e ON e.id = read.id CROSS JOIN tenant AS t ON t.id = e.tenant_id"
        " CROSS JOIN extension_settings AS s ON s.extension_id = e.id",
        {"tenant": tenant_id, "name": name, "email": fold(name)},
    )
    return _found(
        (is_found, _Candidate(Identity(Role.EXTENSION, extension_id, tenant_id, account), password, WEB_PASSWORD))
        for is_found, extension_id, account, password in rows
    )


def _found(read: Iterable[tuple[int, _Candidate]]) -> list[_Candidate]:
    """Return those that were found, and not read for the time that it takes."""
    return [candidate for is_found, candidate in read if is_found]
