"""The route of a call to an extension or a hunt group: what the store knows, gathered for the pure `routing.decide`.

At most two statements, however far the call is forwarded: one for the tenant and every extension and hunt group that
the rules can reach, and one for what else they point at, if they do.
Source: contract, section 4 (`extensions/route`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.hours.calendars import Calendar
from portsip_api.pbx.hours.calendars_sql import CALENDAR
from portsip_api.pbx.hours.office_hours import Hours, stretch
from portsip_api.pbx.hours.schedules import read_periods
from portsip_api.pbx.media.greeting_rows import DEFAULT
from portsip_api.pbx.routing.decide import Outcome, Step, decide
from portsip_api.pbx.routing.destinations import Destination, HuntGroup, RingGroup, State, Surroundings
from portsip_api.pbx.routing.ring_steps import Ring
from portsip_api.store import database

_MOST_REACHED: Final = 2_000  # rows; what a call can meet in eight forwards is far less

# An address in the tenant's own domain is the number before the @; no address has a blank in it.
_PLAIN: Final = (
    "rtrim(replace(replace({0} || ' ', 'sip:', ''), '@' || (SELECT domain FROM tenant WHERE id = :tenant) || ' ', ''))"
)

# The tenant, then every extension and hunt group that the rules of any state can reach, the nearest first, each with
# those who ring there.
# CROSS JOIN keeps the order of the joins: left to itself, SQLite goes through all extensions of the tenant.
_REACHED: Final = f"""
WITH RECURSIVE action (name) AS (
    VALUES ('available.no_answer'), ('available.busy'),
           ('offline.office_hours'), ('offline.outside_office_hours'), ('dnd.office_hours'),
           ('dnd.outside_office_hours'), ('away.office_hours'), ('away.outside_office_hours')
), reached (number, hops) AS (
    SELECT number, 0 FROM extension WHERE tenant_id = :tenant AND number = :number
    UNION SELECT number, 0 FROM extension WHERE tenant_id = :tenant AND id = :id
    UNION SELECT extension, 0 FROM hunt_group
    WHERE tenant_id = :tenant AND enabled AND (extension = :number OR did = :number)
    UNION
    SELECT s.forward_rules ->> ('$.' || a.name || '_action_value'), r.hops + 1
    FROM reached AS r CROSS JOIN extension AS e ON e.tenant_id = :tenant AND e.number = r.number
    CROSS JOIN extension_settings AS s ON s.extension_id = e.id CROSS JOIN action AS a
    WHERE r.hops < {MOST_HOPS} + 1 AND s.forward_rules ->> ('$.' || a.name || '_action')
          IN ('CONNECT_TO_ANOTHER_EXTENSION', 'CONNECT_TO_RING_GROUP', 'CONNECT_TO_NUMBER')
    UNION
    SELECT {_PLAIN.format("h.fallback_destination")}, r.hops + 1
    FROM reached AS r
    CROSS JOIN hunt_group AS h ON h.tenant_id = :tenant AND (h.extension = r.number OR h.did = r.number)
    WHERE r.hops < {MOST_HOPS} + 1
    LIMIT {_MOST_REACHED}
), hunt (id, hops) AS (
    SELECT h.id, min(r.hops)
    FROM reached AS r
    CROSS JOIN hunt_group AS h ON h.tenant_id = :tenant AND (h.extension = r.number OR h.did = r.number)
    GROUP BY h.id
), met (id, hops) AS (
    SELECT id, min(hops) FROM (
        SELECT e.id, r.hops FROM reached AS r
        CROSS JOIN extension AS e ON e.tenant_id = :tenant AND e.number = r.number
        UNION ALL SELECT x.extension_id, h.hops + 1 FROM hunt AS h
        CROSS JOIN hunt_group_ring AS x ON x.hunt_group_id = h.id WHERE x.enabled
    ) GROUP BY id
)
SELECT 'TENANT', -1, json_array(
    {CALENDAR}, json(t.allowed_prefixes),
    (SELECT b.name FROM special_attendant AS s JOIN attendant AS b ON b.id = s.attendant_id
     WHERE s.tenant_id = t.id AND s.is_on))
FROM tenant AS t WHERE t.id = :tenant
UNION ALL
SELECT 'EXTENSION', m.hops, json_array(
    e.number, e.status, json(s.forward_rules), json(s.office_hours), s.voice_mail ->> 'enable_voicemail',
    e.group_count = 0 OR EXISTS (SELECT 1 FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
                                 WHERE m.extension_id = e.id AND g.enable_external_call),
    (SELECT filename FROM greeting WHERE extension_id = e.id AND active),
    (SELECT json_group_array(json(ring)) FROM (
        SELECT json_array({_PLAIN.format("x.number")}, x.expiration, x.together, p.periods) AS ring
        FROM call_sequence_ring AS x LEFT JOIN schedule AS p ON p.id = x.schedule_id
        WHERE x.extension_id = e.id AND x.enabled ORDER BY x.position)))
FROM met AS m CROSS JOIN extension AS e ON e.id = m.id CROSS JOIN extension_settings AS s ON s.extension_id = e.id
UNION ALL
SELECT 'HUNT_GROUP', m.hops, json_array(
    h.extension, h.did, h.name, h.enabled, {_PLAIN.format("h.fallback_destination")}, h.voicemail_fallback,
    h.user_forward, h.use_fwd_timers, (SELECT json_group_array(json(ring)) FROM (
        SELECT json_array(e.number, x.expiration, x.together) AS ring FROM hunt_group_ring AS x
        JOIN extension AS e ON e.id = x.extension_id
        WHERE x.hunt_group_id = h.id AND x.enabled ORDER BY x.position)))
FROM hunt AS m CROSS JOIN hunt_group AS h ON h.id = m.id
ORDER BY 2, 1
"""

_TARGETS: Final = """
SELECT d.number, d.kind, coalesce(g.name, a.name, d.number), g.ring_time
FROM json_each(:numbers) AS j CROSS JOIN dialled_number AS d ON d.tenant_id = :tenant AND d.number = j.value
LEFT JOIN ring_group AS g ON g.tenant_id = :tenant AND g.number = d.number AND d.kind = 'RING_GROUP'
LEFT JOIN attendant AS a ON a.tenant_id = :tenant AND a.number = d.number AND d.kind = 'VIRTUAL_RECEPTIONIST'
"""


@dataclass(frozen=True)
class Route:
    """What would happen to a call. A hunt group has the hours of its tenant, and is always available."""

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
    """Return the route of a call at `at`; without an offset that is a time of the called one's zone.

    The number of `key` may also be the extension or the DID of a hunt group, for which `state` and `outcome` mean
    nothing. Raises NotFound.
    """
    reached = _reach(tenant_id, key)
    calendar = calendars.read(*reached.tenant[:3])
    destinations = {number: _destination(calendar, row) for number, row in reached.extensions.items()}
    called = reached.called if isinstance(reached.called, HuntGroup) else destinations[reached.called]
    hours = called.hours if isinstance(called, Destination) else Hours(calendar.zone, calendar.week, calendar.holidays)
    at = at if at.tzinfo else at.replace(tzinfo=hours.zone)
    world = _surroundings(tenant_id, calendar, destinations, reached)
    steps = decide(called, at, world, state=state, outcome=outcome)
    now = stretch(hours, at)
    return Route(
        called.number,
        at.astimezone(hours.zone),
        hours.zone.key,
        now.is_open,
        now.until,
        (state or called.state) if isinstance(called, Destination) else State.AVAILABLE,
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
    now = stretch(hours, at)
    return OfficeHours(row[0], hours, at, now.is_open, now.until)


@dataclass(frozen=True)
class _Reached:
    """What a call can meet: rows of extensions by number, hunt groups by each number, and which one is called.

    `tenant` is its calendar, the prefixes that it allows and the name of the attendant that answers for all, or None.
    """

    tenant: Any
    extensions: Mapping[str, Any]
    hunt_groups: Mapping[str, HuntGroup]
    called: str | HuntGroup


def _reach(tenant_id: int, key: ExtensionKey) -> _Reached:
    column, value = key.where()
    found = database.fetch_all(_REACHED, {"tenant": tenant_id, "id": None, "number": None, column: value})
    if not found:
        raise NotFound("There is no such tenant.")
    (_, tenant), *rows = [(kind, orjson.loads(document)) for kind, _, document in found]
    if not rows:
        raise NotFound("There is no such extension.")
    groups = [(row, _hunt_group(row)) for kind, row in rows if kind == "HUNT_GROUP"]
    kind, first = rows[0]
    return _Reached(
        tenant,
        {row[0]: row for kind, row in rows if kind == "EXTENSION"},
        {number: group for row, group in groups for number in row[:2] if number is not None},
        first[0] if kind == "EXTENSION" else _hunt_group(first),
    )


def _destination(calendar: Calendar, row: Any) -> Destination:
    number, status, rules, hours, voicemail, may_call_outside, greeting, rings = row
    state = State.AVAILABLE if status == "ONLINE" else State(status)
    return Destination(
        number,
        state,
        calendar.hours(hours),
        rules,
        bool(voicemail),
        greeting or DEFAULT,
        bool(may_call_outside),
        [
            Ring(other, seconds, bool(together), None if periods is None else read_periods(periods))
            for other, seconds, together, periods in rings
        ],
    )


def _hunt_group(row: Any) -> HuntGroup:
    number, _, name, enabled, fallback, to_voicemail, user_forward, own_times, rings = row
    return HuntGroup(
        number,
        name,
        bool(enabled),
        [Ring(user, seconds, bool(together)) for user, seconds, together in rings],
        fallback,
        bool(to_voicemail),
        bool(user_forward),
        bool(own_times),
    )


def _surroundings(
    tenant_id: int, calendar: Calendar, destinations: Mapping[str, Destination], reached: _Reached
) -> Surroundings:
    numbers = {
        target
        for destination in destinations.values()
        for section in destination.rules.values()
        for name, target in section.items()
        if target and name.endswith("_value")
    }
    numbers |= {ring.number for destination in destinations.values() for ring in destination.rings}
    numbers |= {group.fallback for group in reached.hunt_groups.values()}
    given = {"tenant": tenant_id, "numbers": orjson.dumps(list(numbers)).decode()}
    found = database.fetch_all(_TARGETS, given) if numbers else []
    *_, prefixes, special = reached.tenant
    return Surroundings(
        destinations.get,
        {number: RingGroup(number, name, seconds) for number, kind, name, seconds in found if kind == "RING_GROUP"},
        {number: name for number, kind, name, _ in found if kind == "VIRTUAL_RECEPTIONIST"},
        frozenset(number for number, *_ in found),
        prefixes,
        reached.hunt_groups,
        special or "",
        calendar.zone,
    )
