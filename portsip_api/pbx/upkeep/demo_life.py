"""What happens in a demonstration, where there are no phones: they come and go, ring, and hang up.

It writes what an engine would: `line`, and the phone that an extension has. Nobody else's data is touched, since only a
server whose PBX_SWITCH is `demo` asks for it.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.upkeep import demo_calls
from portsip_api.pbx.upkeep.demo_calls import ON_CALL, ONLINE
from portsip_api.store import database

OFFLINE: Final = "OFFLINE"
SECONDS: Final = 3  # between two steps
_MOST: Final = 500  # extensions that take part
_BUSY: Final = 0.3  # of them are on a call: then no other call begins
_PHONES: Final = (("Yealink T46S", "Yealink SIP-T46S 66.86.0.15"), ("Polycom VVX 411", "PolycomVVX-VVX_411-UA/6.4.3"))
_PRESENCES: Final = ("AVAILABLE", "AVAILABLE", "AVAILABLE", "AWAY", "DND")

_random: Final = secrets.SystemRandom()


def step() -> None:
    """Let about every tenth extension do something else than before; the first time most phones come."""
    people = taking_part(DEFAULT_TENANT_ID)
    lines = {line: _shuffled(people, line) for line in (OFFLINE, ONLINE, ON_CALL)}
    turns = 1 + _random.randrange(1 + len(people) // 5)
    if not lines[ONLINE] and not lines[ON_CALL]:
        _set(lines[OFFLINE][: len(people) * 4 // 5], ONLINE)
        return
    _end_calls(lines[ON_CALL], turns // 2)
    is_busy = len(lines[ON_CALL]) > len(people) * _BUSY
    callers = 0 if is_busy else min(turns * 2, len(lines[ONLINE]) // 2) // 2 * 2
    for caller, callee in zip(lines[ONLINE][:callers:2], lines[ONLINE][1:callers:2], strict=True):
        demo_calls.begin(DEFAULT_TENANT_ID, caller.number, callee.number)
    with database.writing():
        _set(lines[OFFLINE][: turns // 2], ONLINE)
        _set(lines[ONLINE][callers : callers + turns // 2], OFFLINE)
        for one in lines[ONLINE][-1:]:
            Extension.update(DEFAULT_TENANT_ID, {"presence": _random.choice(_PRESENCES)}, id=one.id)


def _end_calls(talking: Sequence[Extension], number: int) -> None:
    """Let so many calls end, and let nobody be on a call that is none."""
    calls = list(demo_calls.under_way(DEFAULT_TENANT_ID))
    _random.shuffle(calls)
    busy = {party for call in calls for party in (call.caller, call.callee)}
    for call in calls[:number]:
        demo_calls.end(DEFAULT_TENANT_ID, call)
    _set([one for one in talking if one.number not in busy], ONLINE)


def equip(tenant_id: int) -> None:
    """Give each extension that has none a phone, as its registration would tell of it."""
    bare = [one for one in taking_part(tenant_id) if not one.phone_mac_address]
    with database.writing():
        for place, one in enumerate(bare):
            model, agent = _PHONES[place % len(_PHONES)]
            phone = {"phone_mac_address": f"020000{one.id:06X}", "phone_model": model, "user_agent": agent}
            Extension.update(tenant_id, phone, id=one.id)


def taking_part(tenant_id: int) -> list[Extension]:
    """Return the extensions of the tenant that take part, by id."""
    return Extension.page(tenant_id, order=(Extension.id,), limit=_MOST)


def leave(domain: str, number: str) -> None:
    """Let the phone of an extension go."""
    tenant_id = tenants.id_of_domain(domain)
    if tenant_id is not None:
        Extension.update(tenant_id, {"line": OFFLINE}, number=number)


def _shuffled(people: Iterable[Extension], line: str) -> list[Extension]:
    found = [one for one in people if one.line == line]
    _random.shuffle(found)
    return found


def _set(people: Sequence[Extension], line: str) -> None:
    if people:
        Extension.update(DEFAULT_TENANT_ID, {"line": line}, Extension.id.in_([one.id for one in people]))
