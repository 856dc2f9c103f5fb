"""`/api/rules`: the dial plan.

Source: contract `sipxcom-users-rules.md`, section 2; `sipxcom.md`, decision 5 (statuses are honest).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate
from portsip_api.pbx.features import attendants
from portsip_api.pbx.hours.schedules import read_periods
from portsip_api.pbx.trunks import dial_plan, dialling_rules, rule_kinds
from portsip_api.pbx.trunks.attendant_rules import DID, EXTENSION
from portsip_api.pbx.trunks.dial_plan import Rule
from portsip_api.sipxcom.admin.rule_records import ATTENDANTS, BLANK, MEMBERS, NAMES, RULE, RULES
from portsip_api.sipxcom.admin.schedules import period_of, shown_period
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

rules = Resources("rules", __name__, API, "Rules of the dial plan")

_RAW: Final = (
    *("internalRule", "defaultCustomRule", "longDistanceRule", "localRule"),
    *("emergencyRule", "internationalRule", "attendantRule", "siteToSiteRule"),
)
_NAMES: Final = Record("Names", (Many("names", Leaf("name", xml="Name"), bare=True),), "RuleNames")
_WITHIN: Final = {rule_kinds.INTERNAL, rule_kinds.ATTENDANT}
_NOTE: Final = (
    "Whether a call outside is let through is decided by the patterns of the rules: those of Custom and Site_To_Site"
    " are `dialPatterns`, those of Long_Distance and Emergency follow from their members. The longest beginning that"
    " fits decides; a rule that is disabled, or outside its schedule, denies its numbers, and one asks of who calls the"
    " permission of its kind, or a Custom one those that it names. What is done to a number that is let through"
    " (`callPattern`), and what answers at an Attendant or Internal rule, is for a SIP engine, and none is attached"
    " yet: it is kept and shown. A name or number that is taken is 409."
)


@rules.route("/api/rules")
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(RULES, note=_NOTE)
def list_rules() -> dict[str, Any]:
    """List the rules in the order of the dial plan."""
    return {"rules": [_shown(rule) for rule in dial_plan.page(current_tenant())]}


@rules.route("/api/rules", methods=["POST"])
@rules.reads(RULE)
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(
    BARE_ID,
    errors=(409,),
    note=f"{_NOTE} Restricted and Toll_free are Long_Distance rules that ask for the permissions 900Dialing and"
    " TollFree; International and Local ones are those that are there from the beginning. Gateways join rules one by"
    " one.",
)
def create_rule(given: dict[str, Any]) -> int:
    """Make a rule, which comes last in the dial plan."""
    with _system_words("creation"):
        return dial_plan.create(current_tenant(), _fields(given), attendants.named)


@rules.route("/api/rules/raw")
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(_NAMES)
def list_raw_rules() -> dict[str, Any]:
    """List what the system calls the kinds of rules."""
    return {"names": _RAW}


@rules.route("/api/rules/<number:id>")
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(RULE, errors=(404,))
def show_rule(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a rule."""
    return _shown(dial_plan.show(current_tenant(), id))


@rules.route("/api/rules/<number:id>", methods=["PUT"])
@rules.reads(RULE)
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(
    BARE_ID,
    errors=(404, 409),
    note="Every member of its kind gets a new value, but for permissions, where none are named. Without a type the"
    " members of its kind stay. Its place in the dial plan stays. Numbers that were given to it on the command line"
    " stay until its members are others.",
)
def replace_rule(given: dict[str, Any], id: int) -> int:  # noqa: A002 — the wire's word
    """Replace a rule; its type stays."""
    with _system_words("update"):
        return dial_plan.replace(current_tenant(), id, _fields(given), attendants.named)


@rules.route("/api/rules/<number:id>", methods=["DELETE"])
@rules.allowed(Access.ADMINISTRATION)
@rules.answers(NOTHING, errors=(404,), note="Its numbers are those of no rule then, and its gateways leave it.")
def destroy_rule(id: int) -> None:  # noqa: A002 — the wire's word
    """Remove a rule."""
    dialling_rules.destroy(current_tenant(), id)


@contextmanager
def _system_words(doing: str) -> Iterator[None]:
    """Say what is taken as the system did, and what is wrong in the wire's names."""
    try:
        with wire_names(NAMES):
            yield
    except Duplicate as error:
        what = "Name" if error.field == "name" else "Extension"
        raise PageStatus(409, f"User exception during {doing} {what}InUseException: {error}") from error


def _shown(rule: Rule) -> dict[str, Any]:
    members = {name: rule.members[own] for name, own in MEMBERS.get(rule.kind, {}).items()}
    has_patterns = bool(rule.patterns) or rule.kind in rule_kinds.BY_PATTERNS
    return {
        **BLANK,
        "id": rule.id,
        "name": rule.name,
        "enabled": rule.enabled,
        "type": rule.kind,
        "description": rule.description,
        "scheduleId": rule.schedule_id,
        "permissions": {"names": rule.permissions},
        "gatewayAware": rule.kind not in _WITHIN,
        "authorizationChecked": rule.kind != rule_kinds.SITE_TO_SITE,
        "internal": rule.kind in _WITHIN or (rule.kind in rule_kinds.BY_PATTERNS and not rule.has_gateways),
        **{name: None if value == "" else value for name, value in members.items()},
        "dialPatterns": {"patterns": list(map(vars, rule.patterns))}
        if has_patterns and rule.kind not in _COMPUTED
        else None,
        **(_shown_call(rule) if rule.kind in rule_kinds.BY_PATTERNS else {}),
        **(_shown_attendants(rule) if rule.kind == rule_kinds.ATTENDANT else {}),
    }


_COMPUTED: Final = {*rule_kinds.LONG_DISTANCES, rule_kinds.EMERGENCY}


def _shown_call(rule: Rule) -> dict[str, Any]:
    return {"callPattern": {"prefix": rule.members["call_prefix"], "callDigits": rule.members["call_digits"]}}


def _shown_attendants(rule: Rule) -> dict[str, Any]:
    aliases = [number for position, number in rule.numbers.items() if position > EXTENSION]
    holidays = [{"startDate": start, "endDate": end} for start, end in rule.members["holidays"]]
    hours = [shown_period(period) for period in read_periods(rule.members["working_time"])]
    return {
        **{name: rule.attendants.get(place) for name, place in ATTENDANTS.items()},
        "holidayAttendantPeriods": {"holidayPeriods": holidays} if holidays else None,
        "workingTimeAttendantPeriods": {"workingHours": hours},
        "extension": rule.numbers[EXTENSION],
        "attendantAliases": " ".join(aliases) or None,
        "did": rule.numbers.get(DID),
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    patterns, call = given.get("dialPatterns"), given.get("callPattern", {})
    holidays = given.get("holidayAttendantPeriods", {}).get("holidayPeriods", [])
    working_time = given.get("workingTimeAttendantPeriods")
    return {
        **{name: given.get(name) for name in ("name", "enabled", "description", "extension", "did")},
        "kind": given.get("type"),
        "schedule_id": given.get("scheduleId"),
        "permissions": given.get("permissions", {}).get("names"),
        "patterns": None if patterns is None else [_pattern(one) for one in patterns.get("patterns", [])],
        "call_prefix": call.get("prefix"),
        "call_digits": call.get("callDigits"),
        **{own: given.get(name) for members in MEMBERS.values() for name, own in members.items()},
        "external_len": max(given.get("externalLen", 0), 0),
        **{place: given.get(name) for name, place in ATTENDANTS.items()},
        "aliases": given.get("attendantAliases", "").split(),
        "holidays": [(one.get("startDate"), one.get("endDate")) for one in holidays],
        "periods": None if working_time is None else [period_of(one) for one in working_time.get("workingHours", [])],
    }


def _pattern(given: dict[str, Any]) -> dict[str, Any]:
    digits = given.get("digits")
    return {"prefix": given.get("prefix"), "digits": None if digits is None else max(digits, -1)}
