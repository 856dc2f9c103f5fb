"""What a password may be, hashes of those of administrators and tenants, and the policies for new ones.

argon2id with the parameters that OWASP recommends (19 MiB, two passes, one lane). One hash is computed at a time in a
worker, so that a burst of log-ins costs neither the memory nor the processors of the whole machine.
"""

import base64
import hmac
import importlib
import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portsip_api import settings
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.values import Text

PASSWORD: Final = Text(128, 1)
WEB_ACCESS_PASSWORD: Final = Text(128)  # empty: nobody logs in by it until one is set
ACCOUNT_PASSWORD: Final = Text(128, 10)  # of an administrator or a tenant, when it is set

_JUDGED: Final = 72  # characters: all that the library looks at
_TOO_FEW_GUESSES: Final = 10**6

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_one_at_a_time = threading.Lock()


def _zeros(length: int) -> str:
    return base64.b64encode(bytes(length)).decode().rstrip("=")


# A hash that no password has, to be tried where an account does not exist, so that the answer takes as long.
_NOBODYS_HASH = f"$argon2id$v=19$m={19 * 1024},t=2,p=1${_zeros(16)}${_zeros(32)}"


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its parameters and salt."""
    with _one_at_a_time:
        return _hasher.hash(password)


def is_password(password: str, stored_hash: str | None) -> bool:
    """Tell whether `password` has that hash; without a hash the same work is done for nothing."""
    try:
        with _one_at_a_time:
            return _hasher.verify(stored_hash or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False


def forms(password: str) -> list[str]:
    """Return the spellings in which a password of the web is tried: as it is, in NFC and in NFD; each one once.

    Keyboards of one system send `é` as one character, those of another as two, and nobody sees which.
    """
    if password.isascii():
        return [password]
    return list(dict.fromkeys([password, *(unicodedata.normalize(form, password) for form in ("NFC", "NFD"))]))


def is_secret(given: str, stored: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), stored.encode())


def check_policy(errors: dict[str, list[str]], field: str, password: str, number: str) -> None:
    """Add to `errors` what the strict policy, when it is on, finds wrong with a new password of `number`."""
    if settings.current().password_policy == "strict" and (len(password) < 8 or password == number):
        errors[field] = ["Must have at least 8 characters and not be the extension number."]


def require_policy(field: str, password: str, number: str) -> None:
    """Raise Invalid when the strict policy is on and `password` does not meet it."""
    errors: dict[str, list[str]] = {}
    check_policy(errors, field, password, number)
    if errors:
        raise Invalid(errors)


def require_account_policy(password: str, *known: str) -> None:
    """Raise Invalid when `password` is none to give to an administrator or a tenant, whatever the policy of extensions.

    It must have 10 characters and not be common, nor made of common words, patterns or what is `known` of the account,
    so that a million guesses would find it. It is asked when a password is set, never at a log-in.
    """
    # Its lists take 14 MiB, which a worker spends only once it has set such a password.
    zxcvbn = importlib.import_module("zxcvbn").zxcvbn
    try:
        ACCOUNT_PASSWORD.check(password)
    except ValueError as error:
        raise Invalid({"password": [str(error)]}) from error
    if zxcvbn(password[:_JUDGED], user_inputs=known)["guesses"] < _TOO_FEW_GUESSES:
        raise Invalid({"password": ["Must not be a common password, nor one that is easily guessed."]})
