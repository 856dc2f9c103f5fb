"""What rules of each kind are made of, and the numbers that this means. Pure.

Source: contract `sipxcom-users-rules.md`, section 2.1.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.numbers.outside import SOS
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole

INTERNAL: Final = "INTERNAL"
ATTENDANT: Final = "ATTENDANT"
CUSTOM: Final = "CUSTOM"
SITE_TO_SITE: Final = "SITE_TO_SITE"
EMERGENCY: Final = "EMERGENCY"
LONG_DISTANCES: Final = ("LONG_DISTANCE", "RESTRICTED", "TOLL_FREE")
BY_PATTERNS: Final = (CUSTOM, SITE_TO_SITE)  # their patterns are given, not computed
# Kinds of calls to the outside; the two above are for what answers within.
OUTSIDE_KINDS: Final = (CUSTOM, EMERGENCY, "INTERNATIONAL", "LOCAL", *LONG_DISTANCES, SITE_TO_SITE)
KINDS: Final = (*OUTSIDE_KINDS, ATTENDANT, INTERNAL)
MOST_PATTERNS: Final = 100
LONGEST_PREFIX: Final = 32
PATTERN: Rules = {
    "prefix": Text(LONGEST_PREFIX, pattern=r"\+?[0-9*#]*", meaning="the beginning of a number to dial"),
    "digits": Whole(-1, LONGEST_PREFIX, -1),
}
CALL_DIGITS: Final = ("nodigits", "vdigits", "digits")
_PREFIX: Final = Text(LONGEST_PREFIX, pattern=r"\+?[0-9*#]*", meaning="made of digits, * and #, perhaps behind a +")
_CODE: Final = re.compile("[0-9]+")
_SEPARATORS: Final = re.compile(r"[,\s]+")
_CALL: Rules = {"call_prefix": _PREFIX, "call_digits": Choice(CALL_DIGITS, "digits")}
_LONG_DISTANCE: Rules = {
    "pstn_prefix": _PREFIX,
    "pstn_prefix_optional": Flag(False),
    "long_distance_prefix": _PREFIX,
    "long_distance_prefix_optional": Flag(False),
    "area_codes": Text(
        2_000, pattern=r"[0-9,\s]*", meaning="codes of digits, with commas or blanks between", lines=True
    ),
    "external_len": Whole(0, LONGEST_PREFIX, 0),  # digits, the area code among them; 0: any number of them
}
# The members of each kind, each with its rule and its default.
MEMBERS: Final[Mapping[str, Rules]] = {
    INTERNAL: {
        "media_server_type": Choice(("freeswitchMediaServer", "exchangeUmMediaServer"), "freeswitchMediaServer"),
        "media_server_hostname": Text(253),
    },
    ATTENDANT: {"after_hours_enabled": Flag(False), "enable_live": Flag(False)},
    CUSTOM: _CALL,
    SITE_TO_SITE: _CALL,
    EMERGENCY: {"optional_prefix": _PREFIX, "emergency_number": _PREFIX},
    **dict.fromkeys(LONG_DISTANCES, _LONG_DISTANCE),
}


def patterns_of(kind: str, members: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the patterns, as PATTERN, that the members of a rule mean, for kinds whose patterns are computed.

    A rule without members is for no number. Raises Invalid.
    """
    if kind == EMERGENCY:
        numbers = {members["emergency_number"]: None, members["optional_prefix"] + members["emergency_number"]: None}
        if not members["emergency_number"]:
            return []
        return [*map(_exactly, _few(numbers, "emergency_number")), _exactly(SOS)]
    if kind in LONG_DISTANCES:
        return _long_distance(members)
    return []


def _long_distance(members: Mapping[str, Any]) -> list[dict[str, Any]]:
    codes = [code for code in _SEPARATORS.split(members["area_codes"]) if _CODE.fullmatch(code)]
    length = members["external_len"]
    if not (codes or length or members["pstn_prefix"] or members["long_distance_prefix"]):
        return []
    if len(codes) > MOST_PATTERNS:
        raise Invalid({"area_codes": [f"Must be at most {MOST_PATTERNS} codes."]})
    if length and any(len(code) > length for code in codes):
        raise Invalid({"external_len": ["Must count the digits of the area code too."]})
    pstn, long_distance = (
        [members[name], *([""] if members[f"{name}_optional"] else [])]
        for name in ("pstn_prefix", "long_distance_prefix")
    )
    found = {
        "".join(parts): length - len(parts[2]) if length else -1
        for parts in product(pstn, long_distance, codes or [""])
    }
    return [{"prefix": prefix, "digits": found[prefix]} for prefix in _few(found, "area_codes")]


def _few(prefixes: Iterable[str], field: str) -> Sequence[str]:
    found = list(prefixes)
    if any(len(prefix) > LONGEST_PREFIX for prefix in found):
        raise Invalid({field: [f"Makes numbers that begin with more than {LONGEST_PREFIX} characters."]})
    return found


def _exactly(number: str) -> dict[str, Any]:
    return {"prefix": number, "digits": 0}
