"""What a call can meet on its way, in a number of statements that does not depend on how far that is.

SQL, since a route is asked for at every call, and since models cannot say how far the rules lead: what follows next
is what was found last. Lists of numbers are passed as one JSON array, so that a statement stays the same text,
which is kept prepared.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import orjson

from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.hours.calendars_sql import CALENDAR
from portsip_api.pbx.numbers.numbers_sql import OUTSIDE, of_forward_rules
from portsip_api.store import database
from portsip_api.store.dialect import json_list, json_row, listed

# An address in the tenant's own domain is the number before the @; no address has a blank in it.
_PLAIN: Final = (
    "rtrim(replace(replace({0} || ' ', 'sip:', ''), '@' || (SELECT domain FROM tenant WHERE id = :tenant) || ' ', ''))"
)

# An extension forwards by the rules of the state that it is in, a hunt group to where its calls fall back, a queue and
# a ring group to what nobody's answer leads to. A state has two rules, so that the numbers at most double with each
# forward: they are never more than 1,023.
# In every state at once a number is met once for each distance, however many ways lead there.
# LEFT JOIN keeps the order of the joins: left to itself, SQLite goes through all extensions of the tenant.
_PLACES: Final = (
    "CASE WHEN e.id IS NULL THEN '%' ELSE CASE coalesce(r.state, e.status) WHEN 'OFFLINE' THEN 'offline.%'"
    " WHEN 'DND' THEN 'dnd.%' WHEN 'AWAY' THEN 'away.%' WHEN 'EVERY' THEN '%' ELSE 'available.%' END END"
)
_REACHED: Final = f"""
WITH RECURSIVE reached (number, hops, state) AS (
    SELECT coalesce(:number, (SELECT number FROM extension WHERE tenant_id = :tenant AND id = :id)), 0, :state
    UNION
    SELECT n.number, r.hops + 1, CASE r.state WHEN 'EVERY' THEN r.state END
    FROM reached AS r
    LEFT JOIN extension AS e ON e.tenant_id = :tenant AND e.number = r.number
    LEFT JOIN hunt_group AS h ON h.tenant_id = :tenant AND (h.extension = r.number OR h.did = r.number)
    LEFT JOIN call_queue AS q ON q.tenant_id = :tenant AND q.number = r.number
    LEFT JOIN ring_group AS g ON g.tenant_id = :tenant AND g.number = r.number
    LEFT JOIN reference AS f ON f.owner_id = coalesce(e.id, q.id, g.id, h.id) AND f.owner = CASE
        WHEN e.id IS NOT NULL THEN 'forward_rules' WHEN q.id IS NOT NULL THEN 'call_queue'
        WHEN g.id IS NOT NULL THEN 'ring_group' ELSE 'hunt_group' END
        AND f.place LIKE {_PLACES}
    LEFT JOIN dialled_number AS n ON n.id = f.target_id
    WHERE n.number IS NOT NULL AND r.hops <= {MOST_HOPS}
)
SELECT r.number, r.hops, d.kind, coalesce(g.name, a.name, c.name, r.number), g.ring_time, c.enabled,
    g.no_answer_action, CASE WHEN f.place IS NULL THEN g.no_answer_target ELSE coalesce(n.number, f.awaited, '') END,
    n.former
FROM reached AS r
LEFT JOIN dialled_number AS d ON d.tenant_id = :tenant AND d.number = r.number
LEFT JOIN ring_group AS g ON g.tenant_id = :tenant AND g.number = r.number
LEFT JOIN attendant AS a ON a.tenant_id = :tenant AND a.number = r.number
LEFT JOIN conference AS c ON c.tenant_id = :tenant AND c.number = r.number
LEFT JOIN reference AS f ON f.owner = 'ring_group' AND f.owner_id = g.id
LEFT JOIN dialled_number AS n ON n.id = f.target_id
WHERE r.number <> ''
"""

_HUNT_GROUPS: Final = f"""
SELECT h.extension, h.did, h.name, h.enabled,
    CASE WHEN f.place IS NULL THEN {_PLAIN.format("h.fallback_destination")} ELSE coalesce(n.number, f.awaited, '') END,
    n.former, h.voicemail_fallback, h.user_forward, h.use_fwd_timers, e.number, x.expiration, x.together
FROM hunt_group AS h
LEFT JOIN reference AS f ON f.owner = 'hunt_group' AND f.owner_id = h.id
LEFT JOIN dialled_number AS n ON n.id = f.target_id
LEFT JOIN hunt_group_ring AS x ON x.hunt_group_id = h.id AND x.enabled = 1
LEFT JOIN extension AS e ON e.id = x.extension_id
WHERE h.tenant_id = :tenant AND h.id IN (
    SELECT id FROM hunt_group WHERE tenant_id = :tenant AND extension IN {listed(":numbers")}
    UNION SELECT id FROM hunt_group WHERE tenant_id = :tenant AND did IN {listed(":numbers")})
ORDER BY h.id, x.position
"""

_CALL_QUEUES: Final = f"""
SELECT q.number, q.name, q.strategy, q.ring_time, q.max_wait, q.max_callers, q.no_answer_action,
    CASE WHEN f.place IS NULL THEN q.no_answer_target ELSE coalesce(n.number, f.awaited, '') END,
    (SELECT count(*) FROM call_queue_member WHERE call_queue_id = q.id), coalesce(n.former, '')
FROM call_queue AS q
LEFT JOIN reference AS f ON f.owner = 'call_queue' AND f.owner_id = q.id
LEFT JOIN dialled_number AS n ON n.id = f.target_id
WHERE q.tenant_id = :tenant AND q.number IN {listed(":numbers")}
"""

_PRESSED: Final = (
    f"CASE WHEN f.place IS NULL THEN {_PLAIN.format('k.number')} ELSE coalesce(n.number, f.awaited, '') END"
)
_RUNG: Final = f"CASE WHEN f.place IS NULL THEN {_PLAIN.format('x.number')} ELSE coalesce(n.number, f.awaited, '') END"
_RING: Final = json_row(
    *("x.position", _RUNG, "x.expiration", "x.together", "p.periods", "n.number IS NOT NULL", "n.former")
)
# As `permission_values.has`, of a permission whose default is that everybody has it.
_HAS_VOICEMAIL: Final = """coalesce(
        (SELECT x.value FROM extension_permission AS x WHERE x.extension_id = e.id AND x.permission = 'Voicemail'),
        (SELECT x.value FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
         JOIN group_permission AS x ON x.group_id = g.id AND x.permission = 'Voicemail'
         WHERE m.extension_id = e.id ORDER BY g.weight, g.id LIMIT 1), 1)"""
_EXTENSIONS: Final = f"""
SELECT e.number, e.id, e.status, s.forward_rules, s.office_hours, s.voice_mail,
    (SELECT g.filename FROM greeting AS g WHERE g.extension_id = e.id AND g.active = 1),
    e.group_count = 0 OR EXISTS (
        SELECT 1 FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
        WHERE m.extension_id = e.id AND g.enable_external_call = 1),
    {of_forward_rules("e.id")},
    (SELECT {json_list(json_row("k.key", _PRESSED, "n.kind", "n.former"))}
     FROM personal_attendant_key AS k
     LEFT JOIN reference AS f ON f.owner = 'personal_attendant' AND f.owner_id = k.extension_id AND f.place = k.key
     LEFT JOIN dialled_number AS n ON n.id = f.target_id WHERE k.extension_id = e.id),
    {_HAS_VOICEMAIL},
    (SELECT {json_list(_RING)}
     FROM call_sequence_ring AS x
     LEFT JOIN schedule AS p ON p.tenant_id = :tenant AND p.id = x.schedule_id
     LEFT JOIN reference AS f ON f.owner = 'call_sequence' AND f.owner_id = x.extension_id
         AND f.place = CAST(x.position AS TEXT)
     LEFT JOIN dialled_number AS n ON n.id = f.target_id
     WHERE x.extension_id = e.id AND x.enabled = 1), coalesce(p.attendant, '{{}}')
FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id
LEFT JOIN user_preferences AS p ON p.extension_id = e.id
WHERE e.tenant_id = :tenant AND e.number IN {listed(":numbers")}
"""

_TENANT: Final = f"""
SELECT {CALENDAR}, {OUTSIDE},
    (SELECT a.name FROM special_attendant AS s JOIN attendant AS a ON a.id = s.attendant_id
     WHERE s.tenant_id = t.id AND s.is_on = 1)
FROM tenant AS t WHERE t.id = :tenant
"""


EVERY: Final = "EVERY"  # state, beside those of `State`


class Reached(NamedTuple):
    """A number that a call comes to after `hops` forwards; without a `kind` nothing in the tenant answers there.

    `name`, `seconds` (which a ring group rings), what follows then, to where, and the number of a target that is gone,
    are those of a ring group, `name` also that of an attendant and of a conference, which is `enabled` or not.
    """

    number: str
    hops: int
    kind: str | None
    name: str
    seconds: int | None
    enabled: int | None
    action: str | None
    target: str | None
    former: str | None


class SequenceRing(NamedTuple):
    """A number that rings in a call sequence; `periods` are its schedule's, as they are stored, if it has one.

    `internal` tells that something in the tenant answers there; without a number that is gone, and `former` was its
    number.
    """

    position: int
    number: str
    seconds: int
    together: int
    periods: str | None
    internal: int
    former: str | None


def reached(tenant_id: int, column: str, value: object, state: str | None) -> list[Reached]:
    """Return the numbers that a call can come to from the `number` or the extension's `id` that `column` says.

    Who is called is in `state`, or without it in the live one, as are all others. In EVERY state are all of them at
    once: that are the numbers which the call can come to whatever becomes of it.
    """
    values = {"tenant": tenant_id, "number": None, "id": None, "state": state, column: value}
    return [Reached(*row) for row in database.fetch_all(_REACHED, values)]


def hunt_groups(tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    """Return the hunt groups with those extensions or DIDs, each as often as it has enabled rings, in their order.

    A row: extension, DID, name, enabled, fallback, the number that a fallback had which is gone, voicemail_fallback,
    user_forward, use_fwd_timers, and of the ring the user's number, seconds, together; None where there is no ring.
    """
    return _of_numbers(_HUNT_GROUPS, tenant_id, numbers)


def call_queues(tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    """Return the call queues with those numbers.

    A row: number, name, strategy, ring time, longest wait, most callers, what follows then, to where, how many members
    there are, and the number that a target had which is gone, or an empty text.
    """
    return _of_numbers(_CALL_QUEUES, tenant_id, numbers)


def extensions(tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    """Return of each extension number, id, status, the JSON of forward_rules, office_hours and voice_mail, the file
    name of the active greeting or None, whether its groups let it call outside, the JSON of where its rules point, and
    that of its attendant's keys (key, number, the kind of what answers there, the number of what is gone), whether it
    has the permission `Voicemail`, the JSON of its call sequence's enabled rings (`SequenceRing`), in no order, and
    that of what its user has set of the attendant.
    """
    return _of_numbers(_EXTENSIONS, tenant_id, numbers)


def tenant(tenant_id: int) -> Any:
    """Return what is a tenant's own: its calendar as `calendars_sql.CALENDAR`, what may be dialled outside as
    `numbers_sql.OUTSIDE`, and who answers for all attendants or None. None for a tenant that is gone.
    """
    return database.fetch_row(_TENANT, {"tenant": tenant_id})


def _of_numbers(statement: str, tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    values = {"tenant": tenant_id, "numbers": orjson.dumps(list(numbers)).decode()}
    return database.fetch_all(statement, values)
