"""Which attendant answers at a number of an attendant rule: that of working time, of after hours, or of holidays.

Holidays are whole days of the tenant's calendar, and come before all else. Source: contract `sipxcom-users-rules.md`,
section 2.1; that the built-in attendants answer where a rule names none is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from portsip_api.pbx.hours import schedules
from portsip_api.pbx.hours.periods import is_active
from portsip_api.pbx.hours.tables import Schedule
from portsip_api.pbx.trunks.tables import DiallingRule, DiallingRuleAttendant, DiallingRuleNumber

WORKING, AFTER_HOURS, HOLIDAY = "working_time", "after_hours", "holiday"
_BUILT_IN: Final = {WORKING: "operator", AFTER_HOURS: "afterhour", HOLIDAY: "afterhour"}


@dataclass(frozen=True)
class InForce:
    """Who answers: an attendant by its id, or without one the built-in one; `may_be_live` lets a person do so."""

    attendant_id: int | None
    built_in: str
    may_be_live: bool


def at_number(tenant_id: int, number: str, at: datetime, zone: ZoneInfo) -> InForce | None:
    """Return who answers at a number of a rule, or None where the rule is off or its schedule is not in force."""
    dialled = DiallingRuleNumber.find(tenant_id, number=number)
    rule = DiallingRule.find(tenant_id, id=dialled.rule_id) if dialled is not None else None
    if rule is None or not rule.enabled or not _holds(tenant_id, rule, at, zone):
        return None
    members = orjson.loads(rule.members)
    place = _place(members, at, zone)
    found = DiallingRuleAttendant.find(tenant_id, rule_id=rule.id, place=place)
    return InForce(None if found is None else found.attendant_id, _BUILT_IN[place], bool(members.get("enable_live")))


def _holds(tenant_id: int, rule: DiallingRule, at: datetime, zone: ZoneInfo) -> bool:
    schedule = None if rule.schedule_id is None else Schedule.find(tenant_id, id=rule.schedule_id)
    return schedule is None or is_active(schedules.read_periods(schedule.periods), at, zone)


def _place(members: Mapping[str, Any], at: datetime, zone: ZoneInfo) -> str:
    day = at.astimezone(zone).date()
    for start, end in members.get("holidays", ()):
        first, last = (datetime.fromtimestamp(instant / 1000, UTC).astimezone(zone).date() for instant in (start, end))
        if first <= day <= last:
            return HOLIDAY
    if not members.get("after_hours_enabled") or is_active(schedules.read_periods(members["working_time"]), at, zone):
        return WORKING
    return AFTER_HOURS
