"""Ids that come from outside, where any number or text may stand."""

import re
from typing import Final

MOST: Final = 2**63 - 1  # the greatest whole number that SQLite takes
_DIGITS: Final = re.compile(r"[0-9]{1,30}")


def row_id(key: int | str) -> int | None:
    """Return the id that `key`, an int or a text of digits, stands for; None, which no row's id equals, for others."""
    if isinstance(key, str):
        if not _DIGITS.fullmatch(key):
            return None
        key = int(key)
    return key if 0 < key <= MOST else None
