"""The fields of a look-up: each is decoded when somebody asks for it.

The engine sends some 185 for a call, of which twenty are asked for, so that reading them all cost 120 of the 1,600 µs
that a look-up takes (`bench/rows/look_ups.py`); splitting alone takes 20.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus


class Fields(Mapping[str, str]):
    """The fields of a form in `application/x-www-form-urlencoded`; of those with one name the first counts."""

    def __init__(self, content: bytes) -> None:
        """Take the body of a request; what is not UTF-8 in it stands as U+FFFD, which no number and no name has."""
        self._encoded: dict[str, str] = {}
        for field in content.decode(errors="replace").split("&"):
            if field:
                name, _, value = field.partition("=")
                self._encoded.setdefault(_decoded(name), value)

    def __getitem__(self, name: str) -> str:
        return _decoded(self._encoded[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


def _decoded(encoded: str) -> str:
    return unquote_plus(encoded) if "%" in encoded or "+" in encoded else encoded
