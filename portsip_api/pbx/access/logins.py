"""Log-in: from a name and a password to a token.

An unknown name and a wrong password give the same answer for the same work: where a name could be an administrator's
or a tenant's, a failure costs one argon2id hash, whether there is one to compare with or not; where it can only be an
extension's, it costs one decryption. Source: contract, section 2.
"""

from dataclasses import dataclass
from typing import Any

from portsip_api.pbx.access import logins_sql, tokens
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.passwords import is_password, is_secret
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.errors import LoginRefused
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store import volatile
from portsip_api.store.search import fold
from portsip_api.store.secrets import keyring

_REFUSED = "The account does not exist or the password is wrong."


@dataclass(frozen=True)
class Login:
    """A log-in that succeeded."""

    token: str
    identity: Identity


@dataclass(frozen=True)
class _Account:
    """An account that a name means, and what its password is compared with: a hash, or an encrypted secret."""

    identity: Identity
    credential: Credential  # as it was read together with the password
    stored: str | bytes


def by_credentials(name: str, password: str, domain: str, address: str) -> Login:
    """Log in an administrator, a tenant, or an extension as `number@domain` or as `number` with its `domain`.

    Raises LoginRefused (also when the name means more than one account) and TooManyFailures.
    """
    number, at, host = name.rpartition("@")
    attempt = Attempt(f"{name}@{domain}" if domain and not at else name, address)
    if at:
        accounts = _by_number(number, host, WEB_PASSWORD)
    else:
        accounts = _hashed(name, domain) + (_by_number(name, domain, WEB_PASSWORD) if domain else [])
    return _log_in(attempt, accounts, password, WEB_PASSWORD, hashed=not at)


def by_email(email: str, password: str, address: str) -> Login:
    """Log in an extension by its e-mail address and web access password. Raises LoginRefused and TooManyFailures."""
    attempt = Attempt(email, address)
    accounts = _extensions(logins_sql.by_email(fold(email)), WEB_PASSWORD)
    return _log_in(attempt, accounts, password, WEB_PASSWORD)


def by_sip(domain: str, number: str, sip_password: str, address: str) -> Login:
    """Log in an extension by its SIP account. Raises LoginRefused and TooManyFailures."""
    attempt = Attempt(f"{number}@{domain}", address)
    return _log_in(attempt, _by_number(number, domain, SIP_PASSWORD), sip_password, SIP_PASSWORD)


def check_extension(domain: str, number: str, password: str, address: str) -> Identity:
    """Return the extension whose web access password this is, without a token; a wrong one counts as a failure.

    Raises LoginRefused and TooManyFailures.
    """
    attempt = Attempt(f"{number}@{domain}", address)
    return _verify(attempt, _by_number(number, domain, WEB_PASSWORD), password, WEB_PASSWORD).identity


def _log_in(attempt: Attempt, accounts: list[_Account], password: str, purpose: str, *, hashed: bool = False) -> Login:
    account = _verify(attempt, accounts, password, purpose, hashed=hashed)
    with volatile.writing():
        attempt.succeeded()
        # Worth nothing if the account was changed or deleted while the password was being compared.
        return Login(tokens.issue(account.identity, account.credential), account.identity)


def _verify(
    attempt: Attempt, accounts: list[_Account], password: str, purpose: str, *, hashed: bool = False
) -> _Account:
    attempt.check()
    account = accounts[0] if len(accounts) == 1 else None
    if not _fits(account, password, purpose, hashed=hashed) or account is None:
        attempt.failed()
        raise LoginRefused(_REFUSED)
    return account


def _fits(account: _Account | None, password: str, purpose: str, *, hashed: bool) -> bool:
    """Compare; when that fails, `hashed` tells that a hash has to have been computed, whatever the account was."""
    if account is not None and isinstance(account.stored, str):
        return is_password(password, account.stored)
    blob = account.stored if account is not None else keyring.decoy(purpose)
    fits = is_secret(password, keyring.decrypt(blob, purpose)) and account is not None  # type: ignore[arg-type]
    if not fits and hashed:
        is_password(password, None)
    return fits


def _hashed(name: str, domain: str) -> list[_Account]:
    return [
        _Account(Identity(Role(role), *identity), Credential(credential), password_hash)
        for role, *identity, credential, password_hash in logins_sql.hashed(name, domain.lower())
    ]


def _by_number(number: str, domain: str, purpose: str) -> list[_Account]:
    return _extensions(logins_sql.by_number(domain.lower(), number), purpose)


def _extensions(rows: list[Any], purpose: str) -> list[_Account]:
    """Return the accounts that were found; a decoy is made into one as well, which takes as long, and dropped."""
    accounts = [
        (
            is_found,
            _Account(
                Identity(Role.EXTENSION, extension_id, tenant_id, name),
                Credential(own, of_tenant),
                sip if purpose == SIP_PASSWORD else web,
            ),
        )
        for is_found, extension_id, tenant_id, name, own, of_tenant, web, sip in rows
    ]
    return [account for is_found, account in accounts if is_found]
