"""The route of a call to an extension: what the store knows, gathered for the pure `routing.decide`.

A constant number of statements, however far the call is forwarded: one for the calendar, one for every extension that
the rules can reach, one for what else they can point at, one for the greetings.
Source: contract, section 4 (`extensions/route`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from portsip_api.pbx import calendars, greetings
from portsip_api.pbx.calendars import Calendar
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import ExtensionKey
from portsip_api.pbx.office_hours import Hours, is_open, next_change
from portsip_api.pbx.routing import MOST_HOPS, Outcome, Party, RingGroup, State, Step, Surroundings, decide
from portsip_api.store import database

_MOST_REACHED: Final = 2_000  # rows; what a call can meet in eight forwards is far less

# Every extension that can be reached from one by the rules of any state, the nearest first.
_REACHED: Final = f"""
WITH RECURSIVE action (name) AS (
    VALUES ('available.no_answer'), ('available.busy'),
           ('offline.office_hours'), ('offline.outside_office_hours'), ('dnd.office_hours'),
           ('dnd.outside_office_hours'), ('away.office_hours'), ('away.outside_office_hours')
), reached (number, hops) AS (
    SELECT number, 0 FROM extension WHERE tenant_id = :tenant AND (id = :id OR number = :number)
    UNION
    SELECT s.forward_rules ->> ('$.' || a.name || '_action_value'), r.hops + 1
    FROM reached AS r JOIN extension AS e ON e.tenant_id = :tenant AND e.number = r.number
    JOIN extension_settings AS s ON s.extension_id = e.id JOIN action AS a
    WHERE r.hops < {MOST_HOPS} + 1
      AND s.forward_rules ->> ('$.' || a.name || '_action') = 'CONNECT_TO_ANOTHER_EXTENSION'
    LIMIT {_MOST_REACHED}
)
SELECT e.id, e.number, e.status, s.forward_rules, s.office_hours, s.voice_mail ->> 'enable_voicemail',
       e.group_count = 0 OR EXISTS (SELECT 1 FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
                                    WHERE m.extension_id = e.id AND g.enable_external_call),
       min(r.hops) AS hops
FROM reached AS r JOIN extension AS e ON e.tenant_id = :tenant AND e.number = r.number
JOIN extension_settings AS s ON s.extension_id = e.id
GROUP BY e.id ORDER BY hops
"""

_TARGETS: Final = """
SELECT d.number, d.kind, g.name, g.ring_time, t.allowed_prefixes
FROM tenant AS t LEFT JOIN json_each(:numbers) AS j
LEFT JOIN dialled_number AS d ON d.tenant_id = t.id AND d.number = j.value
LEFT JOIN ring_group AS g ON g.tenant_id = t.id AND g.number = d.number AND d.kind = 'RING_GROUP'
WHERE t.id = :tenant
"""


@dataclass(frozen=True)
class Route:
    """What would happen to a call."""

    number: str
    at: datetime
    zone: str
    is_open: bool
    next_change: datetime | None
    state: State
    steps: list[Step]


@dataclass(frozen=True)
class OfficeHours:
    """Whether an extension's office is open at an instant, and when that changes next."""

    number: str
    hours: Hours
    at: datetime
    is_open: bool
    next_change: datetime | None


def find(
    tenant_id: int, key: ExtensionKey, at: datetime, *, state: State | None = None, outcome: Outcome | None = None
) -> Route:
    """Return the route of a call to an extension at `at`; without an offset that is a time of the extension's zone.

    Raises NotFound.
    """
    calendar, rows = calendars.load(tenant_id), _reach(tenant_id, key)
    names = greetings.active_names([row[0] for row in rows.values()])
    party = _party(calendar, names, next(iter(rows.values())))
    at = at if at.tzinfo else at.replace(tzinfo=party.hours.zone)

    def other(number: str) -> Party | None:
        return _party(calendar, names, rows[number]) if number in rows else None

    world = _surroundings(tenant_id, rows, other)
    steps = decide(party, at, world, state=state, outcome=outcome)
    return Route(
        party.number,
        at.astimezone(party.hours.zone),
        party.hours.zone.key,
        is_open(party.hours, at),
        next_change(party.hours, at),
        state or party.state,
        steps,
    )


def office_hours(tenant_id: int, key: ExtensionKey, at: datetime) -> OfficeHours:
    """Return whether the office of an extension is open at `at`. Raises NotFound."""
    column, value = key.where()
    row = database.fetch_row(
        "SELECT e.number, s.office_hours FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id"
        f" WHERE e.tenant_id = ? AND e.{column} = ?",
        (tenant_id, value),
    )
    if row is None:
        raise NotFound("There is no such extension.")
    hours = calendars.load(tenant_id).hours(orjson.loads(row[1]))
    at = (at if at.tzinfo else at.replace(tzinfo=hours.zone)).astimezone(hours.zone)
    return OfficeHours(row[0], hours, at, is_open(hours, at), next_change(hours, at))


def _reach(tenant_id: int, key: ExtensionKey) -> dict[str, Any]:
    column, value = key.where()
    found = database.fetch_all(_REACHED, {"tenant": tenant_id, "id": None, "number": None, column: value})
    rows = {row[1]: row for row in found}
    if not rows:
        raise NotFound("There is no such extension.")
    return rows


def _party(calendar: Calendar, names: Mapping[int, str], row: Any) -> Party:
    extension_id, number, status, rules, hours, voicemail, may_call_outside, _ = row
    state = State.AVAILABLE if status == "ONLINE" else State(status)
    return Party(
        number,
        state,
        calendar.hours(orjson.loads(hours)),
        orjson.loads(rules),
        bool(voicemail),
        names[extension_id],
        bool(may_call_outside),
    )


def _surroundings(tenant_id: int, rows: Mapping[str, Any], party: Callable[[str], Party | None]) -> Surroundings:
    numbers = {
        target
        for row in rows.values()
        for section in orjson.loads(row[3]).values()
        for name, target in section.items()
        if name.endswith("_value") and target
    }
    found = database.fetch_all(_TARGETS, {"tenant": tenant_id, "numbers": orjson.dumps(list(numbers)).decode()})
    return Surroundings(
        party,
        {number: RingGroup(number, name, seconds) for number, kind, name, seconds, _ in found if kind == "RING_GROUP"},
        frozenset(number for number, kind, *_ in found if kind == "VIRTUAL_RECEPTIONIST"),
        frozenset(number for number, *_ in found if number is not None),
        orjson.loads(found[0][4]),
    )
