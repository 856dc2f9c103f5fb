"""Call sequences: the numbers that ring besides or after a user's own phones, each perhaps by a schedule.

For how long the phones ring is `no_answer_timeval` of the extension's forward rules, which both APIs write.
Source: contract, decision 3; sipxcom-user.md, `/my/forward`, `/my/callfwd`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.routing.ring_steps import AFTER, KIND, TOGETHER, Address
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.values import Flag, Rules, Whole
from portsip_api.store import database

MOST_RINGS: Final = 50
DEFAULT_EXPIRATION: Final = 20  # seconds
SEQUENCE: Rules = {"expiration": Whole(1, 600, DEFAULT_EXPIRATION)}
RING: Rules = {
    "number": Address(),
    "kind": KIND,
    "expiration": Whole(0, 3600, 30),  # seconds
    "enabled": Flag(False),
    "schedule_id": Whole(0, 2**63 - 1, 0),  # 0: at any time
}


@dataclass(frozen=True)
class Ring:
    """A number that rings for `expiration` seconds; with a `schedule_id` only while that schedule is in force.

    `kind` is `If no response` or `At the same time`, seen from the ring before or the user's own phones.
    """

    number: str
    kind: str
    expiration: int
    enabled: bool
    schedule_id: int | None


@dataclass(frozen=True)
class CallSequence:
    """What rings for a user: the own phones for `expiration` seconds, and `rings` in order."""

    expiration: int
    rings: Sequence[Ring]


def read(tenant_id: int, user_id: int) -> CallSequence:
    """Return the call sequence of a user (an extension's id), in one statement; a fresh one has no rings.

    Raises NotFound.
    """
    row = database.fetch_row(
        "SELECT s.forward_rules ->> '$.available.no_answer_timeval', (SELECT json_group_array(json(ring)) FROM ("
        "   SELECT json_array(number, together, expiration, enabled, schedule_id) AS ring FROM call_sequence_ring"
        "   WHERE extension_id = e.id ORDER BY position))"
        " FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id"
        " WHERE e.tenant_id = ? AND e.id = ?",
        (tenant_id, row_id(user_id)),
    )
    if row is None:
        raise NotFound("User not found")
    return CallSequence(row[0], [_ring(*ring) for ring in json.loads(row[1])])


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Replace the call sequence of a user.

    `fields`: expiration (seconds, 1 to 600; 20 when absent) and rings, a list of mappings of `RING`'s fields (number
    is required). A schedule must be general, or the user's own, or of one of the user's groups. Raises NotFound and
    Invalid.
    """
    values = complete(SEQUENCE, fields)
    rings = objects(fields, "rings", MOST_RINGS, RING, ("number",))
    with database.writing():
        usable = {schedule.id for schedule in schedules.list_user(tenant_id, user_id)}
        if any(ring["schedule_id"] for ring in rings):
            usable |= {schedule.id for schedule in schedules.list_general(tenant_id)}
        _require_usable(rings, usable)
        database.execute(
            "UPDATE extension_settings SET forward_rules ="
            " json_set(forward_rules, '$.available.no_answer_timeval', ?) WHERE extension_id = ?",
            (values["expiration"], user_id),
        )
        _set_rings(user_id, rings)


def _ring(number: str, together: int, expiration: int, enabled: int, schedule_id: int | None) -> Ring:
    return Ring(number, TOGETHER if together else AFTER, expiration, bool(enabled), schedule_id)


def _require_usable(rings: Sequence[Mapping[str, Any]], usable: set[int]) -> None:
    errors = {
        f"rings.{index}.schedule_id": ["Names a schedule that the user does not have."]
        for index, ring in enumerate(rings)
        if ring["schedule_id"] and ring["schedule_id"] not in usable
    }
    if errors:
        raise Invalid(errors)


def _set_rings(user_id: int, rings: Sequence[Mapping[str, Any]]) -> None:
    database.execute("DELETE FROM call_sequence_ring WHERE extension_id = ?", (user_id,))
    document = [
        [ring["number"], ring["kind"] == TOGETHER, ring["expiration"], ring["enabled"], ring["schedule_id"] or None]
        for ring in rings
    ]
    database.execute(
        "INSERT INTO call_sequence_ring"
        " (extension_id, position, number, together, expiration, enabled, schedule_id)"
        " SELECT ?, j.key, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4"
        " FROM json_each(?) AS j",
        (user_id, json.dumps(document)),
    )
