"""Which of the vendor's generations a request speaks, where both have one operation and answer it with other words.

Source: contract `portsip-more.md`, section 1.3.
"""

from enum import Enum

from portsip_api.portsip.core import wire


class Dialect(Enum):
    """The older generation, with the token in the query or the body, and the later one, with it in a header."""

    V9 = "v9"
    V12 = "v12"


def current() -> Dialect:
    """Return the dialect of this request; whatever depends on it is no reply that is kept (`until_changed`)."""
    return Dialect.V12 if wire.header_tokens() else Dialect.V9
