"""The kinds of value that the PBX keeps, each with its rule, its default and its reading from text.

A kind checks one value and says in a sentence what a good one looks like; it never repeats the value it refused,
which may be a password in the wrong field.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portsip_api.pbx.errors import Invalid
from portsip_api.setting_kinds import zone_names

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ZONE_LIKE = re.compile(r"localtime|Factory|[A-Z][A-Za-z]{1,31}(/[A-Za-z0-9_+-]{1,32}){1,2}")
UNKNOWN_ZONE = "Must be the name of an IANA time zone, such as Europe/Berlin, or empty."
_TYPED_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_WHOLE = re.compile(r"-?[0-9]{1,30}")


class Kind(ABC):
    """A rule for one value."""

    default: Any

    @abstractmethod
    def check(self, value: object) -> Any:
        """Return `value` as it is kept. Raises ValueError, with the rule as its sentence, when it breaks the rule."""

    def from_text(self, text: str) -> object:
        """Return what `text` (a CSV cell, a query parameter) stands for, to be checked next."""
        return text


@dataclass(frozen=True)
class Text(Kind):
    """Text of `shortest` to `longest` characters without control characters; `pattern` must match all of it."""

    longest: int
    shortest: int = 0
    default: str = ""
    lines: bool = False
    pattern: str = ""
    meaning: str = ""

    def check(self, value: object) -> str:
        """Return `value`."""
        if not isinstance(value, str):
            raise ValueError("Must be a string.")
        if not self.shortest <= len(value) <= self.longest:
            raise ValueError(f"Must have {self.shortest} to {self.longest} characters.")
        if (_CONTROL_BUT_LINES if self.lines else _CONTROL).search(value):
            raise ValueError("Must not contain control characters.")
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise ValueError(f"Must be {self.meaning}.")
        return value


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    default: bool

    def check(self, value: object) -> bool:
        """Return `value`."""
        if not isinstance(value, bool):
            raise ValueError("Must be true or false.")
        return value

    def from_text(self, text: str) -> object:
        """Read `true` and `false`, in any case."""
        return {"true": True, "false": False}.get(text.strip().lower(), text)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `least` to `most`."""

    least: int
    most: int
    default: int

    def check(self, value: object) -> int:
        """Return `value` as an int: JSON does not tell 20 from 20.0."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("Must be a whole number.")
        if not self.least <= value <= self.most:
            raise ValueError(f"Must be {self.least} to {self.most}.")
        return value

    def from_text(self, text: str) -> object:
        """Read digits."""
        return int(text) if _WHOLE.fullmatch(text.strip()) else text


@dataclass(frozen=True)
class Choice(Kind):
    """One of `options`, spelled as they are."""

    options: tuple[str, ...]
    default: str

    def check(self, value: object) -> str:
        """Return `value`."""
        if not isinstance(value, str) or value not in self.options:
            raise ValueError(f"Must be one of {', '.join(self.options)}.")
        return value


@dataclass(frozen=True)
class TimeOfDay(Kind):
    """A time as HH:MM, from 00:00 to 23:59; as an `end` also 24:00."""

    default: str
    end: bool = False

    def from_text(self, text: str) -> object:
        """Read a time also as spreadsheets write it: `9:00` and `09:00:00`."""
        found = _TYPED_TIME.fullmatch(text.strip())
        return f"{found[1]:0>2}:{found[2]}" if found else text

    def check(self, value: object) -> str:
        """Return `value`."""
        if isinstance(value, str) and (_TIME.fullmatch(value) or (self.end and value == "24:00")):
            return value
        raise ValueError("Must be a time of day as HH:MM.")


@dataclass(frozen=True)
class Zone(Kind):
    """The name of an IANA time zone, or empty for the one of whatever is above.

    Where `may_stay`, what looks like one passes too, since it may be what is stored, from a machine that knew it:
    whoever writes it asks `hours.zones.require_known`.
    """

    default: str = ""
    may_stay: bool = False

    def check(self, value: object) -> str:
        """Return `value`."""
        if isinstance(value, str) and (
            not value or value in zone_names() or (self.may_stay and _ZONE_LIKE.fullmatch(value))
        ):
            return value
        raise ValueError(UNKNOWN_ZONE)


Rules = dict[str, "Kind | Rules"]


class Checked(dict[str, Any]):
    """Values that have been checked already, where they were read: `rules` says by which rule each of them was."""

    def __init__(self, values: Mapping[str, Any], rules: Mapping[str, "Kind | Rules"]) -> None:
        """Keep both."""
        super().__init__(values)
        self.rules = rules


def defaults(rules: Rules) -> dict[str, Any]:
    """Return the default of every value."""
    return {name: defaults(rule) if isinstance(rule, Mapping) else rule.default for name, rule in rules.items()}


def merge(current: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return `current` with what `change` names put in its place, object by object; the rest stays."""
    merged = dict(current)
    for name, value in change.items():
        before = merged.get(name)
        merged[name] = merge(before, value) if isinstance(before, dict) else value
    return merged


def checked(rules: Rules, values: Mapping[str, object], path: str = "") -> dict[str, Any]:
    """Return those of `values` that have a rule, checked; values without a rule are dropped.

    What was `Checked` by the very rule that stands here is not checked again.
    Raises Invalid naming every value that breaks its rule by its dotted path below `path`.
    """
    errors: dict[str, list[str]] = {}
    good = _checked(rules, values, path, errors)
    if errors:
        raise Invalid(errors)
    return good


def _checked(rules: Rules, values: Mapping[str, object], path: str, errors: dict[str, list[str]]) -> dict[str, Any]:
    good: dict[str, Any] = {}
    before = values.rules if isinstance(values, Checked) else {}
    for name, value in values.items():
        rule = rules.get(name)
        if rule is None:
            continue
        if rule is before.get(name):
            good[name] = value
            continue
        try:
            if isinstance(rule, dict):  # asking for a Mapping costs an import a tenth of its speed
                if isinstance(value, dict):
                    good[name] = _checked(rule, value, f"{path}{name}.", errors)
                else:
                    errors[f"{path}{name}"] = ["Must be an object."]
            else:
                good[name] = rule.check(value)
        except ValueError as error:
            errors[f"{path}{name}"] = [str(error)]
    return good


def leaves(rules: Rules, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Kind]]:
    """Yield every value's path and kind, in order."""
    for name, rule in rules.items():
        if isinstance(rule, Mapping):
            yield from leaves(rule, (*path, name))
        else:
            yield (*path, name), rule
