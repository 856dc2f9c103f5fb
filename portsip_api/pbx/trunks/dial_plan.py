"""The dial plan: the rules of a tenant in order, each with all that it is made of.

The numbers that a rule is for are its patterns, which decide whether a call outside is let through; those of most kinds
follow from the kind's members. Source: contract `sipxcom-users-rules.md`, section 2.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import permissions
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.trunks import attendant_rules, dialling_rules, tables
from portsip_api.pbx.trunks.attendant_rules import Attended
from portsip_api.pbx.trunks.dialling_rules import DIALLING_RULE, REFUSALS, Pattern
from portsip_api.pbx.trunks.rule_kinds import (
    ATTENDANT,
    BY_PATTERNS,
    CUSTOM,
    INTERNAL,
    LONG_DISTANCES,
    MEMBERS,
    MOST_PATTERNS,
    PATTERN,
    patterns_of,
)
from portsip_api.pbx.trunks.tables import DiallingRuleGateway, DiallingRulePermission
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked, defaults
from portsip_api.store import database
from portsip_api.store.search import fold

# Returns the id of the tenant's attendant of that name, and makes it when there is none.
Attendants = Callable[[int, str], int]
_WITHOUT_MEMBERS: Final = ("INTERNATIONAL", "LOCAL")
CREATABLE: Final = (*MEMBERS,)  # the others, those without members, were in the dial plan from the beginning


@dataclass(frozen=True)
class Rule:
    """A rule of the dial plan. `members` are those of its kind (`rule_kinds.MEMBERS`), with their defaults.

    Of an attendant rule, `numbers` are those at which it is dialled, by position (see `attendant_rules`), `attendants`
    the names of those that answer, by place; its members are also `attendant_rules.Attended.document`.
    """

    id: int
    name: str
    description: str | None
    kind: str
    enabled: bool
    schedule_id: int | None
    has_gateways: bool
    members: Mapping[str, Any]
    patterns: Sequence[Pattern] = ()
    permissions: Sequence[str] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)
    attendants: Mapping[str, str] = field(default_factory=dict)


def page(tenant_id: int) -> Sequence[Rule]:
    """Return the rules in the order of the dial plan, which is that in which they were made; six statements."""
    return _assembled(tenant_id)


def show(tenant_id: int, rule_id: int) -> Rule:
    """Return one rule. Raises NotFound."""
    found = _assembled(tenant_id, tables.DiallingRule.id == row_id(rule_id))
    if not found:
        raise NotFound(tables.DiallingRule.missing)
    trail.about(found[0].id)
    return found[0]


def create(tenant_id: int, fields: Mapping[str, object], attendants: Attendants) -> int:
    """Make a rule, the last of the dial plan, and return its id.

    `fields`: name, kind, and optionally description, enabled (false when absent), schedule_id, and what its kind has:
    the members of `rule_kinds.MEMBERS`, `patterns`, which a CUSTOM and a SITE_TO_SITE one need, `permissions`, names or
    labels, of a CUSTOM one; and of an ATTENDANT one what `attendant_rules.checked` says. Raises Invalid, Duplicate (a
    name or number is taken, or a second INTERNAL one) and Conflict (a limit on attendants).
    """
    values, kind = _common(tenant_id, fields), fields.get("kind")
    if kind not in CREATABLE:
        raise Invalid({"kind": [f"Must be one of {', '.join(CREATABLE)}."]})
    own = _own(str(kind), fields, None)
    with database.writing():
        if kind == INTERNAL and tables.DiallingRule.has(tenant_id, kind=INTERNAL):
            raise Duplicate("There is an internal rule, which has the extension of the voicemail.", "extension")
        rule_id = dialling_rules.insert(tenant_id, {**values, "kind": kind})
        tables.DiallingRule.update(tenant_id, {"schedule_id": values["schedule_id"]}, id=rule_id)
        _write(tenant_id, rule_id, own, attendants)
    return rule_id


def replace(tenant_id: int, rule_id: int, fields: Mapping[str, object], attendants: Attendants) -> int:
    """Give a rule the values of `fields`, named as for `create`; what is absent takes its default. Returns its id.

    Without a kind what its kind has stays. Any of LONG_DISTANCES may be told as LONG_DISTANCE, and becomes the one that
    is named otherwise. Patterns that follow from members stay where these do; permissions stay without any. Raises
    NotFound, Invalid (also for another kind), Duplicate and Conflict.
    """
    values = _common(tenant_id, fields)
    with database.writing():
        before = show(tenant_id, rule_id)
        kind = _kind_after(before.kind, fields.get("kind"))
        columns = {**values, "name_key": fold(values["name"]), "kind": kind}
        own = _own(kind, fields, before) if fields.get("kind") is not None else None
        with refusing(REFUSALS):
            tables.DiallingRule.update(tenant_id, columns, id=before.id)
        if own is not None:
            _write(tenant_id, before.id, own, attendants)
    return before.id


@dataclass(frozen=True)
class _Own:
    """What a rule's kind has, checked; patterns that are None stay, as do permissions when there are none."""

    members: dict[str, Any]
    patterns: Sequence[Mapping[str, Any]] | None
    permissions: Sequence[str]
    attended: Attended | None


def _common(tenant_id: int, fields: Mapping[str, object]) -> dict[str, Any]:
    """Return what rules of all kinds have. Raises Invalid, and Duplicate without a name, as the system had it."""
    given = {name: fields[name] for name in ("name", "description", "enabled") if fields.get(name) is not None}
    if "name" not in given:
        raise Duplicate("A dialling rule has a name.", "name")
    schedule_id = fields.get("schedule_id")
    if schedule_id is not None:
        try:
            schedules.show(tenant_id, schedule_id)  # type: ignore[arg-type]
        except NotFound:
            raise Invalid({"schedule_id": ["Names a schedule that does not exist."]}) from None
    return {"description": None, "enabled": False, **checked(DIALLING_RULE, given), "schedule_id": schedule_id}


def _kind_after(before: str, wanted: object) -> str:
    if wanted is None or wanted == before:
        return before
    if before in LONG_DISTANCES and wanted in LONG_DISTANCES:
        return before if wanted == LONG_DISTANCES[0] else str(wanted)
    raise Invalid({"kind": ["Must be that of the rule, which cannot become one of another kind."]})


def _own(kind: str, fields: Mapping[str, object], before: Rule | None) -> _Own:
    rules = MEMBERS.get(kind, {})
    required = ("call_digits",) if kind in BY_PATTERNS else ()
    members = complete(rules, {name: fields.get(name) for name in rules}, required)
    permissions = fields.get("permissions") or []
    if not isinstance(permissions, list):
        raise Invalid({"permissions": ["Must be a list of names."]})
    return _Own(
        members,
        _patterns(kind, fields, members, before),
        permissions if kind == CUSTOM else [],
        attendant_rules.checked(fields) if kind == ATTENDANT else None,
    )


def _patterns(
    kind: str, fields: Mapping[str, object], members: Mapping[str, Any], before: Rule | None
) -> Sequence[Mapping[str, Any]] | None:
    if kind in BY_PATTERNS and fields.get("patterns") is None:
        raise Invalid({"patterns": ["Missing."]})
    if kind in {*BY_PATTERNS, *_WITHOUT_MEMBERS}:
        is_given = fields.get("patterns") is not None
        return objects(fields, "patterns", MOST_PATTERNS, PATTERN, ("digits",)) if is_given else None
    return None if before is not None and members == before.members else patterns_of(kind, members)


def _write(tenant_id: int, rule_id: int, own: _Own, attendants: Attendants) -> None:
    document = own.members | (own.attended.document() if own.attended else {})
    tables.DiallingRule.update(tenant_id, {"members": orjson.dumps(document).decode()}, id=rule_id)
    if own.patterns is not None:
        dialling_rules.set_patterns(tenant_id, rule_id, own.patterns)
    if own.permissions:
        names = permissions.names_of(tenant_id, own.permissions)
        DiallingRulePermission.delete(tenant_id, rule_id=rule_id)
        DiallingRulePermission.insert_all(tenant_id, [{"rule_id": rule_id, "permission": name} for name in names])
    if own.attended is not None:
        attendant_rules.write(tenant_id, rule_id, own.attended, lambda name: attendants(tenant_id, name))


def _assembled(tenant_id: int, *where: Any) -> list[Rule]:
    rows = tables.DiallingRule.page(tenant_id, *where, order=[tables.DiallingRule.id])
    patterns, gateways = dialling_rules.patterns_of(tenant_id), DiallingRuleGateway
    joined = {rule_id for (rule_id,) in gateways.select(tenant_id, gateways.rule_id).distinct().tuples()}
    asked: dict[int, list[str]] = defaultdict(list)
    for row in DiallingRulePermission.select(tenant_id).order_by(DiallingRulePermission.permission):
        asked[row.rule_id].append(row.permission)
    numbers, names = attendant_rules.numbers_of(tenant_id), attendant_rules.names_of(tenant_id)
    return [
        Rule(
            id=row.id,
            name=row.name,
            description=row.description,
            kind=row.kind,
            enabled=row.enabled,
            schedule_id=row.schedule_id,
            has_gateways=row.id in joined,
            members=defaults(MEMBERS.get(row.kind, {})) | orjson.loads(row.members),
            patterns=patterns[row.id],
            permissions=asked[row.id],
            numbers=numbers[row.id],
            attendants=names[row.id],
        )
        for row in rows
    ]
