"""What an engine is to do with a call, decided once: a tree that says what follows each outcome, in no engine's words.

Each kind of number has a module that makes the plan of a call to it. A step that nothing can be done for yet is a
refusal.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from portsip_api.pbx.calls import registrations_sql
from portsip_api.pbx.calls.plans import (
    attendants,
    codes,
    conferences,
    leaving,
    mailbox_parts,
    mailboxes,
    outside,
    paging,
    parking,
    ringing,
)
from portsip_api.pbx.calls.plans.asking import Topic, read
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Builder, Call, Plan, Refuse
from portsip_api.pbx.numbers import references
from portsip_api.store.clock import clock


def call_of(  # noqa: PLR0913 — what the call is
    tenant_id: int,
    turn: int = 0,
    at: datetime | None = None,
    *,
    caller: str = "",
    causer: str | None = None,
    shown: str = "",
    recorded: Path | None = None,
    is_transferred: bool = False,
    visited: tuple[str, ...] = (),
) -> Call:
    """Return a call in a tenant, `at` an instant, by default now.

    `turn` is a number that differs from call to call: groups that take turns begin with another member each time.
    `caller` is the number of the extension that calls, nothing for a call from outside; `causer` the one by whose
    rights it goes on, by default the caller; `shown` a caller id that it asked for and may show outside; `recorded` is
    where a sound is that was recorded in the call; `is_transferred`: it was put through by the causer's phone;
    `visited` are numbers at which it has been, and does not come again.
    """
    at = at or datetime.fromtimestamp(clock.wall(), UTC)
    return Call(
        tenant_id,
        caller,
        caller if causer is None else causer,
        turn,
        at,
        _builder_of,
        _kind_of,
        visited,
        shown=shown,
        recorded=recorded,
        is_transferred=is_transferred,
    )


def plan(tenant_id: int, number: str, turn: int = 0, at: datetime | None = None, **whose: Any) -> Plan:
    """Return what becomes of a call, as `call_of` makes it, to a number as it was dialled in the tenant."""
    return dial(call_of(tenant_id, turn, at, **whose), number)


def dial(call: Call, number: str) -> Plan:
    """Return what becomes of a call to a number, or to a code and a number, as it was dialled in the tenant."""
    return codes.plan(call, number) or call.onto(number)


def go_on(call: Call, topic: str, keys: str) -> Plan:
    """Return what becomes of a call of which was asked what a topic tells, after those keys were pressed."""
    asked = read(topic)
    return NO_SUCH_NUMBER if asked is None else _TOPICS[asked[0]](call, asked, keys)


def _kind_of(tenant_id: int, text: str) -> tuple[str, str]:
    """Return the number that a text names, and the kind of what answers it; no kind for a number outside."""
    found = references.named(tenant_id, text)
    if found.kind == "ALIAS":
        return registrations_sql.number_of(tenant_id, found.number) or "", "EXTENSION"
    return found.number, found.kind


def _nothing(_: Call, number: str) -> Plan:
    return Refuse(501, f"nothing answers {number} yet")


# By the kind of what answers a number, and by nothing for numbers outside.
_BUILDERS: Final[Mapping[str, Builder]] = {
    "EXTENSION": ringing.plan,
    "HUNT_GROUP": ringing.plan,
    "RING_GROUP": ringing.plan,
    "VIRTUAL_RECEPTIONIST": attendants.plan,
    "DIALLING_RULE": attendants.by_rule,
    "VOICE_MAIL": mailboxes.plan,
    "CALL_QUEUE": ringing.plan,
    "CONFERENCE_ROOM": conferences.plan,
    "PAGE_GROUP": paging.plan,
    "PARK_ORBIT": parking.plan,
    "": outside.plan,
}
_TOPICS: Final[Mapping[str, Callable[[Call, Topic, str], Plan]]] = {
    **dict.fromkeys(attendants.TOPICS, attendants.go_on),
    leaving.TOPIC: leaving.go_on,
    mailbox_parts.TOPIC: mailboxes.go_on,
}


def _builder_of(kind: str) -> Builder:
    return _BUILDERS.get(kind, _nothing)
