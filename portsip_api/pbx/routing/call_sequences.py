"""Call sequences: the numbers that ring besides or after a user's own phones, each perhaps by a schedule.

For how long the phones ring is `no_answer_timeval` of the extension's forward rules, which both APIs write.
Source: contract, decision 3; sipxcom-user.md, `/my/forward`, `/my/callfwd`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions.tables import Extension, ExtensionSettings
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.numbers import references
from portsip_api.pbx.replacements import complete, objects
from portsip_api.pbx.routing.ring_steps import AFTER, KIND, NOT_AN_ADDRESS, TOGETHER, Address
from portsip_api.pbx.routing.tables import CallSequenceRing
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.values import Flag, Rules, Whole, merge
from portsip_api.store import database

MOST_RINGS: Final = 50
DEFAULT_EXPIRATION: Final = 20  # seconds
SEQUENCE: Rules = {"expiration": Whole(1, 600, DEFAULT_EXPIRATION)}
RING: Rules = {
    "number": Address(empty=True),
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
    """Return the call sequence of a user (an extension's id); a fresh one has no rings. Raises NotFound."""
    rules = _forward_rules(tenant_id, user_id)
    rows = (
        Extension.select(tenant_id, CallSequenceRing)
        .join(CallSequenceRing, on=CallSequenceRing.extension_id == Extension.id)
        .where(Extension.id == user_id)
        .order_by(CallSequenceRing.position)
    )
    pointed = references.texts(tenant_id, references.CALL_SEQUENCE, [user_id])
    rings = [_ring(row, pointed.get((user_id, str(row.position)), row.number)) for row in rows.objects()]
    return CallSequence(rules["available"]["no_answer_timeval"], rings)


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Replace the call sequence of a user.

    `fields`: expiration (seconds, 1 to 600; 20 when absent) and rings, a list of mappings of `RING`'s fields (number
    is required). A schedule must be general, or the user's own, or of one of the user's groups. A number is one of the
    tenant, an address of its domain, or one to dial outside; what is stored already and none of these, as the empty
    number of what is gone, may be sent back. Raises NotFound and Invalid.
    """
    values = complete(SEQUENCE, fields)
    rings = objects(fields, "rings", MOST_RINGS, RING, ("number",))
    with database.writing():
        usable = {schedule.id for schedule in schedules.list_user(tenant_id, user_id)}
        if any(ring["schedule_id"] for ring in rings):
            usable |= {schedule.id for schedule in schedules.list_general(tenant_id)}
        _require_usable(rings, usable)
        _require_numbers(tenant_id, user_id, rings)
        change = {"available": {"no_answer_timeval": values["expiration"]}}
        rules = orjson.dumps(merge(_forward_rules(tenant_id, user_id), change)).decode()
        ExtensionSettings.update(tenant_id, {"forward_rules": rules}, extension_id=user_id)
        _set_rings(tenant_id, user_id, rings)


def _forward_rules(tenant_id: int, user_id: int) -> dict[str, Any]:
    row = (
        Extension.select(tenant_id, ExtensionSettings.forward_rules)
        .join(ExtensionSettings, on=ExtensionSettings.extension_id == Extension.id)
        .where(Extension.id == row_id(user_id))
        .tuples()
        .first()
    )
    if row is None:
        raise NotFound("User not found")
    rules: dict[str, Any] = orjson.loads(row[0])
    return rules


def _ring(row: Any, number: str) -> Ring:
    return Ring(number, TOGETHER if row.together else AFTER, row.expiration, row.enabled, row.schedule_id)


def _require_usable(rings: Sequence[Mapping[str, Any]], usable: set[int]) -> None:
    errors = {
        f"rings.{index}.schedule_id": ["Names a schedule that the user does not have."]
        for index, ring in enumerate(rings)
        if ring["schedule_id"] and ring["schedule_id"] not in usable
    }
    if errors:
        raise Invalid(errors)


def _require_numbers(tenant_id: int, user_id: int, rings: Sequence[Mapping[str, Any]]) -> None:
    """Refuse numbers that cannot be dialled, but as often as each is shown now."""
    left = Counter(ring.number for ring in read(tenant_id, user_id).rings)
    left.subtract(ring["number"] for ring in rings)
    errors = {
        f"rings.{index}.number": [NOT_AN_ADDRESS]
        for index, ring in enumerate(rings)
        if left[ring["number"]] < 0 and not references.can_be_dialled(tenant_id, ring["number"])
    }
    if errors:
        raise Invalid(errors)


def _set_rings(tenant_id: int, user_id: int, rings: Sequence[Mapping[str, Any]]) -> None:
    CallSequenceRing.delete(tenant_id, extension_id=user_id)
    references.release_all(tenant_id, references.CALL_SEQUENCE, user_id)
    places = [references.Place(references.CALL_SEQUENCE, user_id, str(position)) for position in range(len(rings))]
    CallSequenceRing.insert_all(
        tenant_id,
        [
            {
                "extension_id": user_id,
                "position": position,
                "number": ring["number"] and references.point(tenant_id, places[position], ring["number"]),
                "together": ring["kind"] == TOGETHER,
                "expiration": ring["expiration"],
                "enabled": ring["enabled"],
                "schedule_id": ring["schedule_id"] or None,
            }
            for position, ring in enumerate(rings)
        ],
    )
