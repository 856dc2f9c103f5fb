"""Sound that is encrypted, as phones do it whose SDP names the key. Source: RFC 3711, RFC 4568."""

import base64
import hashlib
import hmac
import os
import re
import struct
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITE = "AES_CM_128_HMAC_SHA1_80"
_TAG = 10  # bytes
_HEAD = 12  # bytes of an RTP packet before its sound


class Secret:
    """The key of what one side sends, for as long as its packets' numbers do not begin anew."""

    def __init__(self, material: bytes) -> None:
        """Take the master key and its salt, 30 bytes."""
        self._material = material
        key, salt = material[:16], material[16:]
        self._key, self._proof, self._salt = (_derived(key, salt, *what) for what in ((0, 16), (1, 20), (2, 14)))

    @classmethod
    def new(cls) -> Self:
        """Return one that nobody knows."""
        return cls(os.urandom(30))

    @classmethod
    def named_in(cls, sdp: str) -> Self | None:
        """Return the one that an SDP names, if it does."""
        found = re.search(rf"a=crypto:\d+ {SUITE} inline:([A-Za-z0-9+/=]+)", sdp)
        return cls(base64.b64decode(found[1])) if found else None

    @property
    def line(self) -> str:
        """The line of an SDP that names it."""
        return f"a=crypto:1 {SUITE} inline:{base64.b64encode(self._material).decode()}\r\n"

    def seal(self, packet: bytes) -> bytes:
        """Return a packet encrypted."""
        sealed = packet[:_HEAD] + self._turned(packet)
        return sealed + self._tag(sealed)

    def open(self, sealed: bytes) -> bytes:
        """Return a packet in clear; nothing where it is not whole or not with this key."""
        packet, tag = sealed[:-_TAG], sealed[-_TAG:]
        return packet[:_HEAD] + self._turned(packet) if hmac.compare_digest(tag, self._tag(packet)) else b""

    def _turned(self, packet: bytes) -> bytes:
        number, source = struct.unpack("!2xH4xI", packet[:_HEAD])
        mask = (source << 64) ^ (number << 16)
        start = int.from_bytes(self._salt + b"\0\0", "big") ^ mask
        return _stream(self._key, start.to_bytes(16, "big"), packet[_HEAD:])

    def _tag(self, packet: bytes) -> bytes:
        return hmac.digest(self._proof, packet + bytes(4), hashlib.sha1)[:_TAG]


def _derived(key: bytes, salt: bytes, label: int, length: int) -> bytes:
    start = (int.from_bytes(salt, "big") ^ (label << 48)) << 16
    return _stream(key, start.to_bytes(16, "big"), bytes(length))


def _stream(key: bytes, start: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(start)).encryptor().update(data)
