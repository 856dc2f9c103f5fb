"""Whether a SIP password resists whoever guesses at an account that an engine keeps, without this server being asked.

FreeSWITCH tells nobody of wrong passwords with which somebody subscribes or sends messages, and takes 1,000 requests a
second: 2^38 guesses in ten years. What is asked for is 2^22 times that, since people do not choose at random.
"""

import math
import string
from typing import Final

_ENOUGH: Final = 60  # bits
_FEWEST: Final = 6  # different characters
_KINDS: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
_OTHERS: Final = 100  # characters that are none of these, as many as somebody would try


def resists(password: str) -> bool:
    """Tell whether a password has so many characters, of such kinds, that it is not found by trying."""
    size = sum(len(kind) for kind in _KINDS if not set(kind).isdisjoint(password))
    if not set("".join(_KINDS)).issuperset(password):
        size += _OTHERS
    return len(set(password)) >= _FEWEST and len(password) * math.log2(max(size, 1)) >= _ENOUGH
