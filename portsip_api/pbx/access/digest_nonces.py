"""The nonces of HTTP Digest: signed, short-lived, and each of their counts good for one request.

A nonce is kept nowhere until it has served a log-in, so that whoever knocks without a password writes nothing. From
then on a file (`store/volatile.py`) holds the highest count seen, for all workers: this is the one write that a GET may
cause, since without it a request could be sent again by whoever overheard it. Each nonce is signed over that file's id:
none is good any more once the file has been made anew. Source: RFC 7616, sections 3.3, 3.4 and 5.4.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from typing import Final

from portsip_api.pbx.access import digest_nonces_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock
from portsip_api.store.secrets import keyring

LIFE: Final = 300  # seconds
_PURPOSE: Final = "digest.nonce"
_RANDOM: Final = 16


def issue() -> str:
    """Return a new nonce."""
    body = struct.pack(">d", clock.boot() + LIFE) + secrets.token_bytes(_RANDOM)
    return base64.urlsafe_b64encode(body + _sign(body, keyring.derived(_PURPOSE)[0])).decode()


def is_fresh(nonce: str) -> bool:
    """Tell whether this server issued `nonce` at most `LIFE` seconds ago."""
    body = _verified(nonce)
    return body is not None and 0 <= _expires(body) - clock.boot() <= LIFE


def spend(nonce: str, count: int) -> bool:
    """Take note that a fresh `nonce` served a log-in with `count`; False when it did so with that or a higher one."""
    body = _verified(nonce)
    if body is None:
        return False
    with volatile.writing():
        return digest_nonces_sql.spend(hashlib.sha256(body).digest(), count, _expires(body))


def delete_past() -> int:
    """Delete the nonces that nobody can use any more and return how many there were."""
    with volatile.writing():
        return digest_nonces_sql.delete_outside(clock.boot(), clock.boot() + LIFE)


def _verified(nonce: str) -> bytes | None:
    try:
        content = base64.b64decode(nonce.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    body, signature = content[:-32], content[-32:]
    if len(body) != 8 + _RANDOM:
        return None
    return body if any(hmac.compare_digest(signature, _sign(body, key)) for key in keyring.derived(_PURPOSE)) else None


def _expires(body: bytes) -> float:
    expires: float = struct.unpack(">d", body[:8])[0]
    return expires


def _sign(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body + volatile.id_(), "sha256")
