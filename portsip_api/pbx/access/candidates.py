"""Whom a log-in may mean: the accounts that were found, and decoys in the place of those that were not.

As many are tried for everybody, known or not, since time would tell; and here alone a password that was typed meets one
that is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from portsip_api.pbx import trail
from portsip_api.pbx.access import candidates_sql
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.passwords import forms, is_password, is_secret
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.errors import LoginRefused
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store.search import fold, lower
from portsip_api.store.secrets import keyring

_NOBODYS: Final = token_hex(32)
HASH: Final = ""  # the purpose of what is no secret but the hash of one
REFUSED: Final = "The account does not exist or the password is wrong."


@dataclass(frozen=True)
class Candidate:
    """An account that was read, and what is kept of its password: an encrypted secret of that purpose, or a hash."""

    identity: Identity | None  # None: a decoy, there for the time that it takes
    credential: Credential
    stored: bytes | str | None
    purpose: str

    @property
    def account(self) -> Identity:
        """Whose it is. Raises ValueError when it is nobody's."""
        if self.identity is None:
            raise ValueError("A decoy is nobody.")
        return self.identity

    def secret(self) -> str:
        """Return the secret; a decoy's is nobody's, since another account's own may be one that cannot be read.

        Where none is set it is nobody's either, so that nothing that is sent, nor a hash of it, fits.
        """
        own = self.stored if self.identity is not None and isinstance(self.stored, bytes) else None
        return keyring.decrypt(own or keyring.decoy(self.purpose), self.purpose) or _NOBODYS


# Tells whether what the client sent fits a candidate.
Proof = Callable[[Candidate], bool]


def typed(password: str) -> Proof:
    """Return the proof of a password that was typed: whether it is the one that a candidate's secret or hash is of.

    It is tried in each of its `forms`, in all of them whoever is meant and whichever fits; a SIP password as it is
    only, since a phone sends no password but a hash of it.
    """
    spellings = forms(password)

    def fits(candidate: Candidate) -> bool:
        if candidate.purpose == HASH:
            stored = candidate.stored if isinstance(candidate.stored, str) else None
            return True in [is_password(spelling, stored) for spelling in spellings]
        tried = spellings[:1] if candidate.purpose == SIP_PASSWORD else spellings
        secret = candidate.secret()
        return True in [is_secret(spelling, secret) for spelling in tried]

    return fits


def chosen(attempt: Attempt, candidates: Sequence[Candidate], proof: Proof) -> Candidate:
    """Return the one candidate whom the proof fits; none or several is a failure of the attempt.

    A candidate whose failures have reached the limit is tried for the time that it takes. A hash is computed only where
    nothing else fits. Raises LoginRefused and TooManyFailures.
    """
    meant = [candidate.identity for candidate in candidates]
    is_open = attempt.check(meant)
    fitting: list[int] = []
    for place in sorted(range(len(candidates)), key=lambda place: candidates[place].purpose == HASH):
        candidate = candidates[place]
        if candidate.purpose == HASH and fitting:
            break
        if proof(candidate) and is_open[place] and candidate.identity is not None:
            fitting.append(place)
    if len(fitting) != 1:
        attempt.failed(fitting)
        raise LoginRefused(REFUSED)
    found = candidates[fitting[0]]
    trail.logged_in(found.account)
    return found


def by_number(domain: str, number: str, purpose: str) -> list[Candidate]:
    """Return the extension with that number in the tenant of that domain, with its secret of that purpose."""
    return _extensions(candidates_sql.by_number(lower(domain), number), purpose)


def by_address(email: str) -> list[Candidate]:
    """Return whom an e-mail address may mean, of whatever tenant, each with the web access password."""
    return _extensions(candidates_sql.by_address(fold(email)), WEB_PASSWORD)


def by_address_in(tenant_id: int | None, email: str) -> list[Candidate]:
    """Return whom an e-mail address may mean in a tenant, each with the web access password."""
    return _extensions(candidates_sql.by_address_in(tenant_id, fold(email)), WEB_PASSWORD)


def by_name(tenant_id: int, name: str) -> tuple[list[Candidate], str]:
    """Return the user whom a number or an alias means, with the web access password, and the tenant's domain."""
    rows = candidates_sql.by_name(tenant_id, name)
    return _extensions(rows, WEB_PASSWORD), rows[0][-1] if rows else ""


def _extensions(rows: list[Any], purpose: str) -> list[Candidate]:
    """Return who was found; a decoy is made into one as well, which takes as long, and is nobody."""
    made = [
        (
            is_found,
            Identity(Role.EXTENSION, extension_id, tenant_id, name),
            Credential(own, of_tenant),
            sip if purpose == SIP_PASSWORD else web,
        )
        for is_found, extension_id, tenant_id, name, own, of_tenant, web, sip, _ in rows
    ]
    return [
        Candidate(identity if is_found else None, credential, stored, purpose)
        for is_found, identity, credential, stored in made
    ]
