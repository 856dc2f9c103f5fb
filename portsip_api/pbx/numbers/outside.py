"""Numbers outside the PBX: what one looks like, and whether somebody may call it. Pure.

Source: contract, section 4 (`allowed_prefixes`); `sipxcom-users-rules.md`, section 2.1 (patterns); the rest is ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from portsip_api.pbx.hours.periods import Period, is_active

SOS: Final = "sos"  # what phones dial for an emergency without knowing the number (RFC 5031)
_NUMBER: Final = re.compile(rf"\+?[0-9*#]{{1,32}}|{SOS}")
_TEL: Final = re.compile(r"tel:", re.IGNORECASE)
_IN_WRITING: Final = str.maketrans("", "", " \u00a0()[]{}./-")
EMERGENCY: Final = "EMERGENCY"
# The permission that each kind of dialling rule asks of who calls; the other kinds ask none.
PERMISSIONS: Final = {
    "INTERNATIONAL": "InternationalDialing",
    "LOCAL": "LocalDialing",
    "LONG_DISTANCE": "LongDistanceDialing",
    "RESTRICTED": "900Dialing",
    "TOLL_FREE": "TollFree",
}


def is_number(text: str) -> bool:
    """Tell whether `text` can be dialled outside: digits, `*` and `#`, at most 32, perhaps behind a `+`; or `sos`.

    ASCII only.
    """
    return _NUMBER.fullmatch(text) is not None


def cleaned(text: str) -> str:
    """Return the number that people write as `text`: `tel:+49 (30) 123-4` is `+49301234`. What is none stays."""
    number = without_punctuation(_TEL.sub("", text, count=1) if _TEL.match(text) else text)
    return number if is_number(number) else text


def without_punctuation(text: str) -> str:
    """Return a number as it is compared with others."""
    return text.translate(_IN_WRITING)


class Moment(NamedTuple):
    """An instant, and the zone whose clock schedules mean."""

    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Pattern:
    """Numbers that a dialling rule is for: `prefix`, and as many more `digits`; below 0 any number of them.

    `periods` are those of the rule's schedule, if it has one; `permissions` what the rule itself asks of who calls.
    """

    prefix: str
    digits: int
    kind: str
    is_enabled: bool
    rule: str
    periods: Sequence[Period] | None = None
    permissions: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The permissions of which who calls needs each."""
        return self.permissions or ((PERMISSIONS[self.kind],) if self.kind in PERMISSIONS else ())

    def is_in_force(self, now: Moment | None) -> bool:
        """Tell whether the rule's schedule lets it hold; without a moment, and without a schedule, it does."""
        return self.periods is None or now is None or is_active(self.periods, now.at, now.zone)

    def fits(self, number: str) -> bool:
        """Tell whether a number is one of them."""
        more = len(number) - len(self.prefix)
        return number.startswith(self.prefix) and (self.digits < 0 or more == self.digits)


@dataclass(frozen=True)
class Outside:
    """What a tenant lets be dialled: beginnings of numbers that are allowed and denied, and the rules' patterns."""

    allowed: Sequence[str] = ()
    denied: Sequence[str] = ()
    patterns: Sequence[Pattern] = ()

    def has_prefix(self, number: str) -> bool:
        """Tell whether the longest beginning that fits is an allowed one; of two equal ones the denial decides."""
        allowed, denied = (
            max((len(prefix) for prefix in prefixes if number.startswith(prefix)), default=-1)
            for prefixes in (self.allowed, self.denied)
        )
        return allowed > denied

    def pattern_of(self, number: str, now: Moment | None = None) -> Pattern | None:
        """Return the pattern that decides about a number: the longest, of equal ones that of a disabled rule, else the
        first in the dial plan. Rules whose schedule lets them hold come before all others.

        A rule for emergencies that holds comes before all of them; one that does not stands for nothing.
        """
        fitting = [pattern for pattern in self.patterns if pattern.fits(number)]
        for pattern in fitting:
            if pattern.kind == EMERGENCY and pattern.is_enabled and pattern.is_in_force(now):
                return pattern
        others = [pattern for pattern in fitting if pattern.kind != EMERGENCY]
        held = [pattern for pattern in others if pattern.is_in_force(now)]
        return max(held or others, key=lambda pattern: (len(pattern.prefix), not pattern.is_enabled), default=None)


@dataclass(frozen=True)
class Caller:
    """Who calls: whether one of the groups lets it call outside, and its value of each permission that rules ask."""

    may_call_outside: bool = True
    permissions: Mapping[str, bool] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a number may not be called, as a clause."""

    NO_NUMBER = "that is no number to dial"
    NO_GROUP = "no group of {who} allows external calls"
    NO_PREFIX = "the tenant does not allow that number to be dialled"
    RULE_DISABLED = "the dialling rule {detail}, which it belongs to, is disabled"
    RULE_NOT_NOW = "the dialling rule {detail}, which it belongs to, does not hold at this time"
    NO_PERMISSION = "{who} lacks the permission {detail}"


@dataclass(frozen=True)
class Refusal:
    """Why a number may not be called; `detail` is the name of the rule or of the permission."""

    reason: Reason
    detail: str = ""

    def clause(self, who: str) -> str:
        """Return it in words, of whoever wants to call."""
        return self.reason.format(who=who, detail=self.detail)


def refusal(number: str, outside: Outside, caller: Caller | None, now: Moment | None = None) -> Refusal | None:
    """Return why `caller` may not call a number outside the PBX, or None when it may.

    Without a caller, as where a hunt group falls back, only the tenant is asked; without a moment, as where a forward
    is written that is to serve later, schedules are not. Emergency numbers are for everybody.
    """
    pattern = outside.pattern_of(number, now)
    is_emergency = pattern is not None and pattern.kind == EMERGENCY
    if not is_number(number) or (number == SOS and not is_emergency):
        return Refusal(Reason.NO_NUMBER)
    if is_emergency:
        return None
    if caller is not None and not caller.may_call_outside:
        return Refusal(Reason.NO_GROUP)
    if not outside.has_prefix(number):
        return Refusal(Reason.NO_PREFIX)
    return None if pattern is None else _refusal_by(pattern, caller, now)


def _refusal_by(pattern: Pattern, caller: Caller | None, now: Moment | None) -> Refusal | None:
    if not pattern.is_enabled:
        return Refusal(Reason.RULE_DISABLED, pattern.rule)
    if not pattern.is_in_force(now):
        return Refusal(Reason.RULE_NOT_NOW, pattern.rule)
    lacking = (name for name in pattern.asked if caller is not None and not caller.permissions.get(name, False))
    first = next(lacking, None)
    return None if first is None else Refusal(Reason.NO_PERMISSION, first)
