"""Names as they are spelled on the keys of a telephone. Source: ITU-T E.161, the letters of the keys 2 to 9."""

import unicodedata
from typing import Final

from portsip_api.store.search import fold

_LETTERS: Final = ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz")  # of the keys from 2 on
_KEYS: Final = {letter: str(key) for key, letters in enumerate(_LETTERS, 2) for letter in letters}
# Letters that are no others with a mark.
_LIKE: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def spelled(text: str) -> str:
    """Return the keys that spell a text: letters without their marks, and digits; what no key has is left out."""
    plain = unicodedata.normalize("NFKD", fold(text).translate(_LIKE))
    return "".join(_KEYS.get(char, char if char.isascii() and char.isdigit() else "") for char in plain)
