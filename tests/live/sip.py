"""SIP messages as the phone of the tests writes and reads them: as little of RFC 3261 and 2617 as it takes."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Self


@dataclass
class SipMessage:
    """A request or a response; names of headers are in lower case, and those that stand twice are in order."""

    first: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the message in a datagram."""
        head, _, body = data.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(first, [(name.strip().lower(), value.strip()) for name, _, value in pairs], body)

    def bytes(self) -> bytes:
        """Return the datagram."""
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", self.body]).encode()

    def get(self, name: str) -> str:
        """Return the first header of that name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all headers of that name."""
        return [value for key, value in self.headers if key == name]

    @property
    def status(self) -> int:
        """The status of a response; 0 of a request."""
        return int(self.first.split(" ")[1]) if self.first.startswith("SIP/") else 0

    @property
    def method(self) -> str:
        """What a request asks for, or a response answers."""
        return self.get("cseq").split(" ")[1] if self.status else self.first.split(" ")[0]

    @property
    def uri(self) -> str:
        """What a request asks."""
        return self.first.split(" ")[1]


def authorization(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """Return the header that answers a challenge by Digest with MD5."""
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
    ha1 = _md5(f"{user}:{given['realm']}:{password}")
    ha2 = _md5(f"{method}:{uri}")
    cnonce, count = "0a4f113b", "00000001"
    response = _md5(f"{ha1}:{given['nonce']}:{count}:{cnonce}:auth:{ha2}")
    return (
        f'Digest username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", algorithm=MD5,'
        f' response="{response}", qop=auth, nc={count}, cnonce="{cnonce}"'
    )


def address_in(header: str) -> str:
    """Return the URI in a header such as Contact or To."""
    found = re.search(r"<([^>]+)>", header)
    return found[1] if found else header.split(";", maxsplit=1)[0]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
