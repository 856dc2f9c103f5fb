"""The name that a client gives to a file: a label to show and to find it by, never a path."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.values import Kind

LONGEST: Final = 255
# Control characters, halves of surrogate pairs, separators of lines, and marks that reverse the text around them.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class FileName(Kind):
    """The last part of a name as a client spells it, in NFC, of 1 to 255 characters, without control characters."""

    default: str = ""

    def check(self, value: object) -> str:
        """Return the label that `value` comes to; of a label, itself."""
        if not isinstance(value, str):
            raise ValueError("Must be a string.")
        last = re.split(r"[/\\]", _UNFIT.sub("", value))[-1]
        label = unicodedata.normalize("NFC", last).strip()[:LONGEST].strip()
        if not label.strip("."):
            raise ValueError("Must be the name of a file.")
        return label
