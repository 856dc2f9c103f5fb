"""Access tokens: 32 upper-case hexadecimal characters that live 30 seconds.

They are kept with what may be lost (`store/volatile.py`), as a SHA-256 of each, so that all workers share them and a
stolen file yields none. A token is worth something as long as its account has the credential numbers that it had at the
log-in (`credentials.py`). Source: PortSIP REST API ("32-byte string with validity of 30 seconds"); contract, section 2.
"""

import hashlib
import secrets

import peewee

from portsip_api import settings
from portsip_api.pbx.access import credentials, tokens_sql
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.store.sqlite_file import StoreUnavailable, is_unavailable

_RENEWAL_LAG = 1.0  # seconds: a sliding token is written at most this often


class TokenRefused(PbxError):
    """The token is missing, unknown or expired."""


def issue(identity: Identity, credential: Credential) -> str:
    """Return a new token for an account that has logged in, when it had that credential, in a transaction of its own or
    the caller's over `volatile`.
    """
    token = secrets.token_hex(16).upper()
    with volatile.writing():
        tokens_sql.insert(_digest(token), identity, credential, _new_expiry())
    return token


def identify(token: str) -> Identity:
    """Return whose token it is, in a statement for it and one for the account. Raises TokenRefused."""
    row = tokens_sql.find(_digest(token))
    if row is not None:
        role, account_id, own, tenant, expires = row
        remaining = expires - clock.boot()
        account = credentials.read(Role(role), account_id)
        if remaining > 0 and account is not None and account[1] == Credential(own, tenant):
            if settings.current().token_renewal == "sliding":
                _renew(token, remaining)
            return account[0]
    raise TokenRefused("The access token is missing, unknown or expired.")


def lives(token: str) -> bool:
    """Tell whether a token is good now, without restarting its life."""
    row = tokens_sql.find(_digest(token))
    return row is not None and row[-1] > clock.boot()


def refresh(token: str) -> int:
    """Restart the life of `token` and return it in seconds. Raises TokenRefused when it has died meanwhile."""
    with volatile.writing():
        identify(token)
        tokens_sql.restart(_digest(token), _new_expiry())
    return settings.current().token_ttl


def sign_out(token: str) -> None:
    """End `token` at once, for all workers."""
    with volatile.writing():
        tokens_sql.delete(_digest(token))


def delete_expired() -> int:
    """Delete the rows of expired tokens and return how many there were. Nothing depends on its having run."""
    with volatile.writing():
        return tokens_sql.delete_expired(clock.boot())


def _new_expiry() -> float:
    return clock.boot() + settings.current().token_ttl


def _renew(token: str, remaining: float) -> None:
    """Restart a sliding token's life unless it was done a moment ago, or the file cannot be written: the next call
    will.
    """
    if remaining >= settings.current().token_ttl - _RENEWAL_LAG:
        return
    try:
        with volatile.writing():
            tokens_sql.restart(_digest(token), _new_expiry())
    except (peewee.OperationalError, StoreUnavailable) as error:
        if not is_unavailable(error):
            raise


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
