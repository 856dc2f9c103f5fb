"""Log-in with every request, as HTTP Basic and Digest do it: no token, no argon2id, no write when it succeeds.

Both compare a HA1. A user's is computed from the decrypted web access password; an administrator keeps an encrypted one
for each algorithm and name. An unknown name costs what a known one does, to the rows that are read: where nobody is
found somebody else's are, with a secret that is nobody's. Source: contract `sipxcom.md`, decision 2; RFC 7616, section
3.4.2.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from portsip_api.pbx.access import candidates, portal_logins_sql
from portsip_api.pbx.access.candidates import Candidate, Proof, chosen, typed
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.passwords import forms, is_secret
from portsip_api.pbx.access.tables import AdministratorHa1
from portsip_api.pbx.identity import SUPERADMIN, Identity, Role
from portsip_api.store.secrets import keyring

REALM: Final = "PBX"  # stored HA1s hold it
HA1: Final = "administrator.ha1"
_MOST_FORMS: Final = 3
ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256"}

# Compares a candidate's HA1 with what the client sent.
Ha1Proof = Callable[[str], bool]


def by_password(tenant_id: int, name: str, password: str, address: str) -> Identity:
    """Return whom `name` and `password` log in. Raises LoginRefused and TooManyFailures."""
    fits = typed(password)
    given = [compute_ha1(name, spelling, "SHA-256") for spelling in forms(password)]

    def proof(candidate: Candidate) -> bool:
        if candidate.purpose != HA1:
            return fits(candidate)
        return True in [is_secret(ha1, kept) for ha1 in given for kept in _ha1s(candidate)]

    return _log_in(tenant_id, name, "SHA-256", proof, address)


def by_proof(tenant_id: int, name: str, algorithm: str, proof: Ha1Proof, address: str) -> Identity:
    """Return whom `name` logs in when `proof` holds for the account's HA1 of `algorithm`.

    The name is an administrator's own, `superadmin` (the first administrator), or a user's number, alias or e-mail
    address in the tenant. Raises LoginRefused and TooManyFailures.
    """

    def fits(candidate: Candidate) -> bool:
        if candidate.purpose == HA1:
            return True in [proof(ha1) for ha1 in _ha1s(candidate)]
        spellings = _padded(forms(candidate.secret()))
        return True in [proof(compute_ha1(name, spelling, algorithm)) for spelling in spellings]

    return _log_in(tenant_id, name, algorithm, fits, address)


def _log_in(tenant_id: int, name: str, algorithm: str, proof: Proof, address: str) -> Identity:
    attempt = Attempt(name, address)
    meant = _administrators(name, algorithm)
    is_address = "@" in name  # which neither a number nor an alias has
    if is_address:
        meant += candidates.by_address_in(tenant_id, name)
    else:
        users, domain = candidates.by_name(tenant_id, name)
        attempt.call(f"{name}@{domain}")
        meant += users
    found = chosen(attempt, meant, proof)
    if is_address:
        attempt.count_others(found.account, found.secret(), waits=False)  # it comes with every request
    attempt.forgive(found.account)
    return found.account


def compute_ha1(name: str, password: str, algorithm: str) -> str:
    """Return the HA1 of `name` and `password` in the server's realm, in hexadecimal digits."""
    text = f"{name}:{REALM}:{password}".encode()
    return hashlib.new(ALGORITHMS[algorithm], text, usedforsecurity=False).hexdigest()


def _ha1s(candidate: Candidate) -> list[str]:
    """Return the HA1 of each spelling of an administrator's password; one that was set long ago has that of one."""
    return _padded(candidate.secret().split())


def _padded(texts: list[str]) -> list[str]:
    """Return as many as the most spellings that there are: what is tried must not tell what is stored."""
    return [*texts, *texts[-1:] * (_MOST_FORMS - len(texts))]


def keep_ha1(administrator_id: int, name: str, password: str) -> None:
    """Store what an administrator's log-ins are compared with, inside the caller's transaction."""
    AdministratorHa1.delete().where(AdministratorHa1.administrator_id == administrator_id).execute()
    rows = [
        {
            "administrator_id": administrator_id,
            "name": known_as,
            "algorithm": algorithm,
            "ha1": keyring.encrypt(" ".join(compute_ha1(known_as, form, algorithm) for form in forms(password)), HA1),
        }
        for known_as in {name, SUPERADMIN}
        for algorithm in ALGORITHMS
    ]
    AdministratorHa1.insert_many(rows).execute()


def _administrators(name: str, algorithm: str) -> list[Candidate]:
    return [
        Candidate(Identity(Role.ADMINISTRATOR, id_, None, own) if is_found else None, Credential(0), ha1, HA1)
        for is_found, id_, own, ha1 in portal_logins_sql.administrator(name, algorithm)
    ]
