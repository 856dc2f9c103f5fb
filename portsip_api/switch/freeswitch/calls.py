"""The calls that FreeSWITCH connects, as its legs tell of them; and what is done with one.

A call is its first leg, the one that no other leg brought about, and the id of its session is the lower 53 bits of that
leg's uuid. Which extension a leg is of, is known from what FreeSWITCH authenticated or from whom we let ring.
Source: FreeSWITCH 1.10, mod_commands (`uuid_dump`, `uuid_kill`, `uuid_transfer`), as it was seen to work for legs.
"""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.records import MOST_SESSION, Party
from portsip_api.switch.freeswitch.event_socket import Event
from portsip_api.switch.freeswitch.live import owner

_ORIGIN: Final = "variable_originating_leg_uuid"  # on a leg that another one brought about, that one's uuid
_ALONE: Final = frozenset({"voicemail", "conference", "page"})  # what answers without another leg
_PLACED_BY: Final = "variable_pbx_caller"  # on a leg that a client's call begins with, who calls


def leg_of(session_id: int) -> str:
    """Return a uuid for the first leg of a call, which tells the id of its session."""
    return str(uuid.UUID(int=secrets.randbits(128 - 53) << 53 | session_id))


def session_of(leg: str) -> int:
    """Return the id of the session of a call that begins with that leg."""
    try:
        return (uuid.UUID(leg).int & MOST_SESSION) or 1
    except ValueError:  # another name, which somebody has given it at the engine itself
        return 1


def active(legs: Sequence[Event], domain: str) -> list[ActiveCall]:
    """Return the calls of a SIP domain of which there are legs."""
    return [
        _call(leg, _answered_by(leg, legs), domain)
        for leg in legs
        if not leg.get(_ORIGIN) and _caller(leg).rpartition("@")[2] == domain
    ]


def _call(leg: Event, other: Event | None, domain: str) -> ActiveCall:
    first = _text(leg, "Unique-ID")
    number, _, _ = _caller(leg).rpartition("@")
    is_placed = bool(leg.get(_PLACED_BY))
    callee = _text(leg, "Caller-Caller-ID-Number" if is_placed else "Caller-Destination-Number")
    answerer = leg if other is None and leg.get("variable_pbx_result") in _ALONE else other
    answered = None if answerer is None else _milliseconds(answerer, "Caller-Channel-Answered-Time")
    recipient = "" if other is None else owner(other).partition("@")[0] or _text(other, "Caller-Destination-Number")
    return ActiveCall(
        first,
        session_of(first),
        Party(number, "" if is_placed else _text(leg, "Caller-Caller-ID-Name"), domain),
        Party(callee),
        recipient,
        _milliseconds(leg, "Caller-Channel-Created-Time") or 0,
        answered,
    )


def _answered_by(leg: Event, legs: Iterable[Event]) -> Event | None:
    """Return the answered leg that a first leg has brought about, the newest one."""
    first = leg.get("Unique-ID")
    found = [one for one in legs if one.get(_ORIGIN) == first and one.get("Answer-State") == "answered"]
    return max(found, key=lambda one: _milliseconds(one, "Caller-Channel-Answered-Time") or 0, default=None)


def _caller(leg: Event) -> str:
    """Return the address that a call comes from; of one from outside, its number and the domain that it came into."""
    own = _text(leg, _PLACED_BY) or owner(leg)
    domain = _text(leg, "variable_pbx_domain") or _text(leg, "Caller-Context")
    return own or f"{_text(leg, 'Caller-Caller-ID-Number')}@{domain}"


def _milliseconds(leg: Event, name: str) -> int | None:
    """Return a time, which FreeSWITCH writes in microseconds and as 0 when it has not come."""
    text = _text(leg, name)
    return int(text) // 1000 or None if text.isascii() and text.isdigit() else None


def _text(leg: Event, name: str) -> str:
    return str(leg.get(name) or "")
