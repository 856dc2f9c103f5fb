"""Log-in: from a name and a password to a token.

An unknown name and a wrong password give the same answer for the same work: where a name could be an administrator's
or a tenant's, a failure costs one argon2id hash, whether there is one to compare with or not; where it can only be an
extension's, it costs one decryption; by an e-mail address as many as it can have candidates. Source: contract, section
2.
"""

from dataclasses import dataclass

from portsip_api.pbx.access import candidates, logins_sql, tenants, tokens
from portsip_api.pbx.access.candidates import HASH, Candidate, chosen, typed
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store import volatile
from portsip_api.store.search import lower


@dataclass(frozen=True)
class Login:
    """A log-in that succeeded."""

    token: str
    identity: Identity


def by_credentials(name: str, password: str, domain: str, address: str) -> Login:
    """Log in an administrator, a tenant, or an extension as `number@domain` or as `number` with its `domain`.

    Raises LoginRefused and TooManyFailures.
    """
    number, at, host = name.rpartition("@")
    attempt = Attempt(name, address)
    if at:
        return _log_in(attempt, candidates.by_number(host, number, WEB_PASSWORD), password)
    meant = _hashed(name, domain)
    if domain:
        attempt.call(f"{name}@{domain}")
        meant += candidates.by_number(domain, name, WEB_PASSWORD)
    return _log_in(attempt, meant, password)


def by_email(email: str, password: str, domain: str, address: str) -> Login:
    """Log in an extension by its e-mail address and web access password, of that `domain` unless it is empty.

    The address belongs to nobody: of its candidates the one whose password it is logs in, and for the others it was a
    guess. Raises LoginRefused (also when it is the password of several) and TooManyFailures.
    """
    attempt = Attempt(email, address)
    tenant_id = tenants.id_of_domain(domain) if domain else None
    meant = candidates.by_address_in(tenant_id, email) if domain else candidates.by_address(email)
    found = chosen(attempt, meant, typed(password))
    attempt.count_others(found.account, found.secret(), waits=True)
    return _issue(attempt, found)


def by_sip(domain: str, number: str, sip_password: str, address: str) -> Login:
    """Log in an extension by its SIP account. Raises LoginRefused and TooManyFailures."""
    attempt = Attempt(f"{number}@{domain}", address)
    return _log_in(attempt, candidates.by_number(domain, number, SIP_PASSWORD), sip_password)


def check_extension(domain: str, number: str, password: str, address: str) -> Identity:
    """Return the extension whose web access password this is, without a token; a wrong one counts as a failure.

    Raises LoginRefused and TooManyFailures.
    """
    attempt = Attempt(f"{number}@{domain}", address)
    return chosen(attempt, candidates.by_number(domain, number, WEB_PASSWORD), typed(password)).account


def _log_in(attempt: Attempt, meant: list[Candidate], password: str) -> Login:
    return _issue(attempt, chosen(attempt, meant, typed(password)))


def _issue(attempt: Attempt, found: Candidate) -> Login:
    with volatile.writing():
        attempt.succeeded(found.account)
        # Worth nothing if the account was changed or deleted while the password was being compared.
        return Login(tokens.issue(found.account, found.credential), found.account)


def _hashed(name: str, domain: str) -> list[Candidate]:
    """Return the administrator or the tenant that a name means, or a decoy."""
    found = [
        Candidate(Identity(Role(role), *identity), Credential(credential), password_hash, HASH)
        for role, *identity, credential, password_hash in logins_sql.hashed(name, lower(domain))
    ]
    return found or [Candidate(None, Credential(0), None, HASH)]
