"""How many values a JSON text holds, told from its bytes: parsed, a value of two bytes takes up to 70 of memory."""

import re
from itertools import islice
from typing import Final

from portsip_api.pbx.errors import TooLarge

MOST: Final = 20_000
# Up to the next comma, or the next bracket of an array or object that is not empty. Nothing is tried twice (`++` and
# `*+`), and an end within a string is an end as well, so that the time is linear in the bytes whatever they are.
_NEXT: Final = re.compile(
    rb'(?:[^",\[{]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|\[(?=\s*\])|\{(?=\s*\}))*+(?:[,\[{]|(\Z))', re.DOTALL
)


def require_few(text: bytes, most: int = MOST) -> None:
    """Raise TooLarge when the JSON `text` holds more than `most` values: texts, numbers, flags, nulls, arrays, objects.

    What is no JSON may be refused or not; whoever parses it says what is wrong.
    """
    # A value is the first of what holds it, or stands behind a comma. Most texts are short of the limit even if every
    # comma and bracket in their strings counts.
    if 1 + text.count(b",") + text.count(b"[") + text.count(b"{") <= most:
        return
    marks = sum(found.lastindex is None for found in islice(_NEXT.finditer(text), most))
    if 1 + marks > most:
        raise TooLarge(f"The JSON holds more than {most} values.")
