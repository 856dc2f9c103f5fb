"""Secrets at rest: AES-256-GCM under a key that lives in a file outside the database and outside its backups.

The key file holds one key a line, `<key id> <key in base64>`, the current one first. A stored secret names the id of
its key, so that a rotation can leave the previous key in place until everything is written under the new one, and
running workers can read either.
"""

import base64
import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portsip_api.store.files import locked, write_atomically

_ID_BYTES = 4
_NONCE_BYTES = 12


class KeyMissing(Exception):
    """The key file is not there, cannot be read, or does not hold the key that a secret needs."""


class Keyring:
    """The keys of one file; the file is read again when it has changed."""

    def __init__(self) -> None:
        """Start without keys; `open` names the file."""
        self._path = Path()
        self._name = ""
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[bytes, AESGCM] = {}
        self._bytes: list[bytes] = []
        self._current = b""
        self._decoys: dict[str, bytes] = {}
        self._guard = threading.Lock()

    def open(self, path: Path, *, create: bool) -> None:
        """Read the keys of `path`; make the file, mode 0600, when it is not there and `create` allows it.

        Raises KeyMissing.
        """
        if create and not path.exists():
            with locked(path.with_name(path.name + ".lock")):
                if not path.exists():
                    write_atomically(path, _line(*_new_key()))
        self._path, self._name = path, str(path)
        self._stamp = None
        self._refresh()

    def encrypt(self, secret: str, purpose: str) -> bytes:
        """Return `secret` under the current key. It can be read only with the same `purpose`."""
        return self.encrypt_all({purpose: secret})[purpose]

    def encrypt_all(self, clear: Mapping[str, str]) -> dict[str, bytes]:
        """Return the secrets of one object, by purpose, under the current key; the file is looked at only once."""
        self._refresh()
        current = self._current
        key = self._keys[current]
        sealed = {}
        for purpose, secret in clear.items():
            nonce = os.urandom(_NONCE_BYTES)
            sealed[purpose] = current + nonce + key.encrypt(nonce, secret.encode(), purpose.encode())
        return sealed

    def decrypt(self, blob: bytes, purpose: str) -> str:
        """Return the secret in `blob`. Raises KeyMissing when its key is not in the file or it was tampered with."""
        key = self._keys.get(blob[:_ID_BYTES])
        if key is None:
            self._refresh()
            key = self._keys.get(blob[:_ID_BYTES])
        if key is None:
            raise KeyMissing(f"The key file has no key {blob[:_ID_BYTES].hex()}, which a stored secret needs.")
        nonce, sealed = blob[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], blob[_ID_BYTES + _NONCE_BYTES :]
        try:
            return key.decrypt(nonce, sealed, purpose.encode()).decode()
        except InvalidTag as error:
            raise KeyMissing("A stored secret does not fit its key: it was altered, or the key file was.") from error

    def decoy(self, purpose: str) -> bytes:
        """Return a stored secret that is nobody's, to be decrypted where there is none, so that it costs the same."""
        if purpose not in self._decoys:
            self._decoys[purpose] = self.encrypt(secrets.token_hex(16), purpose)
        return self._decoys[purpose]

    def rotate(self) -> None:
        """Put a new key first in the file and keep the one that was current; older ones go."""
        with locked(self._path.with_name(self._path.name + ".lock")):
            lines = self._path.read_bytes().splitlines(keepends=True)
            write_atomically(self._path, _line(*_new_key()) + lines[0])
        self._refresh()

    def key_ids(self) -> list[str]:
        """Return the ids of the keys in the file, the current one first."""
        self._refresh()
        return [key_id.hex() for key_id in self._keys]

    def derived(self, purpose: str) -> list[bytes]:
        """Return a key of 32 bytes for another use, `purpose`, from each key in the file, the current one first."""
        self._refresh()
        return [HKDF(SHA256(), 32, None, purpose.encode()).derive(key) for key in self._bytes]

    def _refresh(self) -> None:
        try:
            status = os.stat(self._name)  # noqa: PTH116 — for every row of an import, at half the price of a Path's
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp == self._stamp:
                return
            content = self._path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no key stands in it"
            raise KeyMissing(
                f"The secret key file {self._path} cannot be read ({reason}): put the copy of it there, for this user "
                "to read, or name the place where it is in PBX_SECRET_KEY_FILE."
            ) from error
        keys = _parse(content, self._path)
        with self._guard:
            self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
            self._bytes = list(keys.values())
            self._current, self._stamp = next(iter(keys)), stamp
            self._decoys = {}


def _new_key() -> tuple[bytes, bytes]:
    return secrets.token_bytes(_ID_BYTES), AESGCM.generate_key(256)


def _line(key_id: bytes, key: bytes) -> bytes:
    return key_id.hex().encode() + b" " + base64.b64encode(key) + b"\n"


def _parse(content: str, path: Path) -> dict[bytes, bytes]:
    try:
        pairs = [line.split() for line in content.splitlines() if line.strip()]
        keys = {bytes.fromhex(key_id): base64.b64decode(key, validate=True) for key_id, key in pairs}
        for key in keys.values():
            AESGCM(key)  # refuses one of another length
    except ValueError as error:
        raise KeyMissing(
            f"The secret key file {path} is damaged, since a line is not a key id and a key: put the copy of it there."
        ) from error
    if not keys:
        raise KeyMissing(f"The secret key file {path} is empty: put the copy of it there.")
    return keys


keyring = Keyring()
