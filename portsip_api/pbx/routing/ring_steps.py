"""Numbers that ring one after the other or together: what hunt groups and call sequences are made of. Pure.

Source: contract, section 6.9; sipxcom-user.md, `/my/forward` and `/my/callfwd`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from portsip_api.pbx.hours.periods import Period, is_active
from portsip_api.pbx.values import Choice, Kind

AFTER: Final = "If no response"
TOGETHER: Final = "At the same time"
NOT_AN_ADDRESS: Final = "Must be a number of this tenant, an address of its domain, or a number to dial outside."
KIND: Final = Choice((AFTER, TOGETHER), AFTER)


@dataclass(frozen=True)
class Address(Kind):
    """A number to dial or a SIP address."""

    default: str = ""
    empty: bool = False

    def check(self, value: object) -> str:
        """Return `value`."""
        if value == "" and self.empty:
            return ""
        if not isinstance(value, str) or not 1 <= len(value) <= 255 or any(_is_bad(char) for char in value):
            raise ValueError(NOT_AN_ADDRESS)
        return value


def _is_bad(char: str) -> bool:
    return char.isspace() or not char.isprintable() or char in '<>"'


@dataclass(frozen=True)
class Ring:
    """One number that rings for `seconds`, after the one before it or `together` with it.

    With `periods` it rings only while one of them holds. An empty number is that of something that is gone, whose
    number was `former`, as far as that is known.
    """

    number: str
    seconds: int
    together: bool
    periods: Sequence[Period] | None = None
    former: str = ""

    def rings_at(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Tell whether it rings at `instant`."""
        return self.periods is None or is_active(self.periods, instant, zone)


def kind_of(position: int, together: Any) -> str | None:
    """Return the kind of the ring at `position`, as it is written: the first one has none."""
    return None if position == 0 else TOGETHER if together else AFTER
