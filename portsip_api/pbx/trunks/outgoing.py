"""How a call to a number outside leaves: over which gateways, one after the other, as what number, showing whose.

Whether it may leave is not asked here (`extensions.dialling_rights`). The rule of the dial plan whose pattern decides
about the number says what is dialled and which gateways carry it; a number that no pattern is for is carried by the
gateways that have joined no rule. Source: contract `sipxcom-users-rules.md`, section 2.1, `sipxcom-admin.md`, sections
6.2 and 7; what a caller shows where gateway and extension differ, and the order of gateways (their ids'), is ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.numbers import outside_rows
from portsip_api.pbx.numbers.outside import EMERGENCY, SOS, Moment, Outside, Pattern, without_punctuation
from portsip_api.pbx.trunks import outgoing_sql
from portsip_api.pbx.trunks.rule_kinds import BY_PATTERNS, LONG_DISTANCES, MEMBERS
from portsip_api.pbx.values import defaults

_DIALLED: Final = re.compile(r"\+?[0-9*#]{1,64}", re.ASCII)
_SHOWN: Final = re.compile(r"[A-Za-z0-9+._-]{1,64}", re.ASCII)
_KINDS_OF_ELIN: Final = ("phone", "phonegroup", "user", "group")  # the nearest first


@dataclass(frozen=True)
class Way:
    """One gateway for a call: the number that it is given, and what it shows; nothing shown is a withheld number."""

    gateway_id: int
    number: str
    shown: str
    name: str = ""


class Causer(NamedTuple):
    """An extension that causes a call; `caller_id_key` is the number that it shows, without punctuation."""

    id: int
    number: str
    enabled: bool
    branch_id: int | None
    caller_id_key: str | None


@dataclass(frozen=True)
class Outgoing:
    """A call to the outside. An emergency is tried over each way, whatever becomes of it, and shows the ELIN of the
    place that the caller is at, nothing where none is known.
    """

    ways: tuple[Way, ...]
    is_emergency: bool
    elin: str = ""


@dataclass(frozen=True)
class _Gateway:
    id: int
    prefix: str | None
    alias: str | None
    anonymous: int
    ignores_user: int
    transforms: int
    add_prefix: str | None
    keep_digits: int
    display_name: str | None

    def shown(self, caller: Causer | None) -> str:
        """Return what number a caller shows over it, nothing for a withheld one."""
        if self.anonymous:
            return ""
        own = without_punctuation(caller.caller_id_key or "") if caller is not None else ""
        extension = caller.number if caller is not None else ""
        if self.transforms and extension:
            extension = f"{self.add_prefix or ''}{extension[-self.keep_digits :] if self.keep_digits else extension}"
            default = extension
        else:
            default = self.alias or extension
        wanted = [self.alias or default] if self.ignores_user else [own, default, extension]
        return next((text for text in map(without_punctuation, wanted) if _SHOWN.fullmatch(text)), "")


def find_causer(tenant_id: int, key: ExtensionKey) -> Causer | None:
    """Return the extension that causes a call, or None."""
    row = outgoing_sql.causer(tenant_id, *key.where())
    return None if row is None else Causer(*row)


def of(tenant_id: int, number: str, caller: Causer | None, now: Moment, shown: str = "") -> Outgoing:
    """Return how a call to `number` leaves for `caller`, or, without one, for what is nobody's, such as a hunt group.

    `shown` is a caller id that was asked for and allowed, in place of the caller's own. Without a way it cannot leave.
    """
    outside = outside_rows.load(tenant_id)
    pattern = outside.pattern_of(number, now)
    branch_id = None if caller is None else caller.branch_id
    if pattern is None:
        rows, dialled = outgoing_sql.gateways_without_rules(tenant_id, branch_id), number
    else:
        rows, members = _carried(tenant_id, pattern.rule, branch_id)
        dialled = _dialled(number, pattern, members)
    is_emergency = pattern is not None and pattern.kind == EMERGENCY
    elin = elin_of(tenant_id, caller.id) if is_emergency and caller is not None else ""
    return Outgoing(tuple(_ways(rows, dialled, caller, elin or shown)), is_emergency, elin)


def is_emergency(outside: Outside, number: str, now: Moment) -> bool:
    """Tell whether a number is one that everybody may call."""
    pattern = outside.pattern_of(number, now)
    return pattern is not None and pattern.kind == EMERGENCY


def emergencies(tenant_id: int, extension_id: int) -> dict[str, tuple[Way, ...]]:
    """Return the ways by which calls of an extension to each emergency number leave, whenever they are made.

    Schedules are not asked, but rules without one come first. Numbers of which a rule knows only the beginning are left
    out.
    """
    patterns: dict[str, Pattern] = {}
    for pattern in sorted(outside_rows.load(tenant_id).patterns, key=lambda pattern: pattern.periods is not None):
        if pattern.kind == EMERGENCY and pattern.is_enabled and pattern.prefix and pattern.digits == 0:
            patterns.setdefault(pattern.prefix, pattern)
    caller = find_causer(tenant_id, ExtensionKey(id=extension_id)) if patterns else None
    if caller is None:
        return {}
    elin = elin_of(tenant_id, extension_id)
    carried = {name: _carried(tenant_id, name, caller.branch_id) for name in {one.rule for one in patterns.values()}}
    found = {}
    for number, pattern in patterns.items():
        rows, members = carried[pattern.rule]
        found[number] = tuple(_ways(rows, _dialled(number, pattern, members), caller, elin))
    return {number: ways for number, ways in found.items() if ways}


def elin_of(tenant_id: int, extension_id: int) -> str:
    """Return the ELIN of the place that an extension calls from, nothing where none is assigned.

    That of its phone comes first, then its phone's groups, its own, its groups; of several phones in several places
    none is known to be the one that calls.
    """
    found: dict[str, list[str]] = {}
    for kind, elin in outgoing_sql.elins(tenant_id, extension_id):
        found.setdefault(kind, []).append(elin)
    alone = next((found[kind][0] for kind in _KINDS_OF_ELIN if len(found.get(kind, ())) == 1), "")
    return alone or next((found[kind][0] for kind in _KINDS_OF_ELIN if kind in found), "")


def _carried(tenant_id: int, rule: str, branch_id: int | None) -> tuple[list[Any], Mapping[str, Any]]:
    """Return the gateways that carry the calls of a rule for who is at a branch, and what the rule is made of."""
    rule_id, kind, members = outgoing_sql.rule(tenant_id, rule)
    rows = outgoing_sql.gateways_of_rule(tenant_id, rule_id, branch_id)
    return rows, defaults(MEMBERS.get(kind, {})) | orjson.loads(members)


def _ways(rows: Sequence[Any], dialled: str, caller: Causer | None, shown: str) -> list[Way]:
    gateways = [_Gateway(*row) for row in rows]
    ways = [
        Way(gateway.id, f"{gateway.prefix or ''}{dialled}", shown or gateway.shown(caller), gateway.display_name or "")
        for gateway in gateways
    ]
    return [way for way in ways if dialled and _DIALLED.fullmatch(way.number)]


def _dialled(number: str, pattern: Pattern, members: Mapping[str, Any]) -> str:
    """Return what a rule makes of a number that was dialled."""
    if pattern.kind == EMERGENCY:
        return str(members.get("emergency_number") or ("" if number == SOS else number))
    if pattern.kind in BY_PATTERNS:
        digits = {"nodigits": "", "vdigits": number[len(pattern.prefix) :]}.get(members["call_digits"], number)
        return f"{members['call_prefix']}{digits}"
    if pattern.kind in LONG_DISTANCES:
        rest = number.removeprefix(members["pstn_prefix"])
        return f"{members['long_distance_prefix']}{rest.removeprefix(members['long_distance_prefix'])}"
    return number
