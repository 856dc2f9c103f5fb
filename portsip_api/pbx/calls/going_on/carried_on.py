"""Calls that go on after their caller has transferred whom it had called: they stay one call, to whoever talks then."""

from typing import NamedTuple

from portsip_api.pbx.calls.records import INTERNAL, MOST_TIME, OUTBOUND, OUTSIDE, TRANSFERRED, label
from portsip_api.pbx.calls.tables import Call
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.store import database


class Partner(NamedTuple):
    """Whom somebody talks to: the number, whether that is outside, and the id of that one's own call, if any."""

    number: str = ""
    is_outside: bool = False
    call_id: str = ""


def carry_on(tenant_id: int, call_id: str, partner: Partner, ended: int) -> None:
    """Write with whom a call went on, and until when, in milliseconds since 1970.

    An inside call that went on to the outside is one to there. Where its later end is known, nothing is written. Raises
    NotFound.
    """
    with database.writing():
        row = Call.get(tenant_id, Call.ended.is_null(False), call_id=call_id)
        if ended <= (row.ended or 0):
            return
        extension = Extension.find(tenant_id, number=partner.number)
        values: dict[str, object] = {
            "recipient": label(partner.number),
            "recipient_extension": None if extension is None else extension.id,
            "related_call_id": partner.call_id or row.related_call_id,
            "ended": min(ended, MOST_TIME),
            "end_reason": TRANSFERRED,  # also where a client has asked for it, and no phone
        }
        if partner.is_outside:
            values |= {"route": OUTSIDE, "direction": OUTBOUND if row.direction == INTERNAL else row.direction}
        Call.update(tenant_id, values, id=row.id)
