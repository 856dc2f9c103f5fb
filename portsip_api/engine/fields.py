"""The fields of a look-up: each is decoded when somebody asks for it.

The engine sends some 185 for a call, of which twenty are asked for: decoding them all took 140 of the 700 µs of a
look-up (`bench/rows/look_ups.py`), telling them apart takes 22.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus


class Fields(Mapping[str, str]):
    """The fields of a form in `application/x-www-form-urlencoded`, by names as the engine's, which need no escape.

    Of those with one name the first counts.
    """

    def __init__(self, content: bytes) -> None:
        """Take the body of a request; what is not UTF-8 in it stands as U+FFFD, which no number and no name has."""
        fields = content.decode(errors="replace").split("&")
        self._encoded = {name: value for name, _, value in [field.partition("=") for field in reversed(fields)]}

    def __getitem__(self, name: str) -> str:
        return _decoded(self._encoded[name])

    def get(self, name: str, default: Any = None) -> Any:
        """Return what Mapping's does, at a third of the price where there is no such field, as mostly."""
        value = self._encoded.get(name)
        return default if value is None else _decoded(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


def _decoded(value: str) -> str:
    return unquote_plus(value) if "%" in value or "+" in value else value
