"""What callers meet at an attendant, which PortSIP calls a virtual receptionist: a prompt, and keys to choose by.

One digit is a key of the menu, where that has an action; digits that are the number of an extension, a group, a queue,
a receptionist or a conference of the tenant lead there. Numbers outside are dialled by keys only, which the tenant has
set. Source: contract `portsip-more.md`, section 3; how often a menu is repeated, and live mode, are ours: the person
who answers in the place of an attendant is the one at its key 0, and after `MOST_REPEATS` the call ends.
"""

from typing import Any, Final

from portsip_api.pbx.calls.plans import leaving, mailboxes
from portsip_api.pbx.calls.plans.asking import Ask, End, Say, Sounds, Topic
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Call, Plan
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.features import answering_attendants
from portsip_api.pbx.features.action_targets import DISCONNECT, REPEAT, VOICE_MAIL
from portsip_api.pbx.features.answering_attendants import Answering
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.trunks import attendants_in_force

TOPIC: Final = "attendant"
MOST_REPEATS: Final = 3
MOST_KEYS: Final = 20  # of a number
_DIALLED: Final = {
    *("EXTENSION", "RING_GROUP", "HUNT_GROUP", "CALL_QUEUE", "VIRTUAL_RECEPTIONIST", "DIALLING_RULE"),
    "CONFERENCE_ROOM",
}
_OPERATOR: Final = "key0"


def plan(call: Call, number: str) -> Plan:
    """Return what happens at the number of an attendant."""
    return _answer(call, answering_attendants.in_place_of(call.tenant_id, number=number), may_be_live=True)


def by_rule(call: Call, number: str) -> Plan:
    """Return what happens at a number of an attendant rule."""
    found = attendants_in_force.at_number(call.tenant_id, number, call.at, calendars.load(call.tenant_id).zone)
    if found is None:
        return NO_SUCH_NUMBER
    which = {"system_id": found.built_in} if found.attendant_id is None else {"id": found.attendant_id}
    attendant = answering_attendants.in_place_of(call.tenant_id, **which)
    return _answer(call, attendant, may_be_live=found.may_be_live)


def _answer(call: Call, attendant: Answering, *, may_be_live: bool) -> Plan:
    operator = attendant.menu[_OPERATOR]
    if attendant.is_live and may_be_live and operator["action"] not in {"", DISCONNECT, REPEAT}:
        return _follow(call, attendant, operator, 0)
    return _ask(call, attendant, 0)


def go_on(call: Call, topic: Topic, keys: str) -> Plan:
    """Return what follows the keys that were pressed, if any were, in the menu that the topic tells of."""
    _, key, repeats = topic
    try:
        attendant = answering_attendants.keyed(call.tenant_id, key)
    except NotFound:
        return NO_SUCH_NUMBER
    if not keys:
        return _follow(call, attendant, attendant.menu["timeout"], int(repeats))
    step = attendant.menu.get(f"key{keys}", {"action": ""})
    if step["action"]:
        return _follow(call, attendant, step, int(repeats))
    if call.kind_of(call.tenant_id, keys)[1] in _DIALLED:
        return call.onto(keys)
    return _follow(call, attendant, attendant.menu["failure"], int(repeats), "invalid")


def _ask(call: Call, attendant: Answering, repeats: int, *said: str) -> Ask:
    parts = (*said, attendant.prompt or "enter-extension")
    seconds = attendant.menu["timeout"]["seconds"]
    topic = (TOPIC, attendant.key, str(repeats))
    sounds = Sounds(call.tenant_id, attendant.language, parts)
    return Ask(sounds, topic, MOST_KEYS, seconds, attendant.gap_time)


def _follow(call: Call, attendant: Answering, step: dict[str, Any], repeats: int, *said: str) -> Plan:
    action, target = step["action"], step["action_value"]
    if action == REPEAT and repeats < MOST_REPEATS:
        return _ask(call, attendant, repeats + 1, *said)
    if action == VOICE_MAIL:
        return leaving.leave(call, target) if target else mailboxes.enter(call)
    if action in {DISCONNECT, REPEAT} or not target:
        return Say(Sounds(call.tenant_id, attendant.language, (*said, "goodbye")), End())
    return call.onto(target, attendant.number, causer=attendant.number)
