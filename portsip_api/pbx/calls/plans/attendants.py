"""What callers meet at an attendant, which PortSIP calls a virtual receptionist: a prompt, and keys to choose by.

One digit is a key of the menu, where that has an action; digits that are the number of an extension, a group, a queue,
a receptionist or a conference of the tenant lead there. Numbers outside are dialled by keys only, which the tenant has
set. Source: contract `portsip-more.md`, section 3; how often a menu is repeated, and live mode, are ours: the person
who answers in the place of an attendant is the one at its key 0, and after `MOST_REPEATS` the call ends.
"""

from typing import Any, Final, NamedTuple

from portsip_api.pbx.calls.plans import leaving, mailboxes, spelling
from portsip_api.pbx.calls.plans.asking import Ask, End, Say, Sounds, Topic
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Call, Plan
from portsip_api.pbx.calls.plans.spelling import Spelling
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.features import answering_attendants
from portsip_api.pbx.features.action_targets import DISCONNECT, REPEAT, VOICE_MAIL
from portsip_api.pbx.features.answering_attendants import Answering
from portsip_api.pbx.features.attendant_menus import DIAL_BY_NAME
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.trunks import attendants_in_force

TOPIC: Final = "attendant"
TOPICS: Final = (TOPIC, spelling.NAME, spelling.CHOICE)
MOST_REPEATS: Final = 3
MOST_KEYS: Final = 20  # of a number
_DIALLED: Final = {
    *("EXTENSION", "RING_GROUP", "HUNT_GROUP", "CALL_QUEUE", "VIRTUAL_RECEPTIONIST", "DIALLING_RULE"),
    "CONFERENCE_ROOM",
}
_OPERATOR: Final = "key0"
_NOBODY: Final = {"", DISCONNECT, REPEAT, DIAL_BY_NAME}  # actions that lead to nobody in person


def plan(call: Call, number: str) -> Plan:
    """Return what happens at the number of an attendant."""
    attendant = answering_attendants.in_place_of(call.tenant_id, number=number)
    return _answer(call, _Menu(attendant, number, 0), may_be_live=True)


def by_rule(call: Call, number: str) -> Plan:
    """Return what happens at a number of an attendant rule."""
    found = attendants_in_force.at_number(call.tenant_id, number, call.at, calendars.load(call.tenant_id).zone)
    if found is None:
        return NO_SUCH_NUMBER
    which = {"system_id": found.built_in} if found.attendant_id is None else {"id": found.attendant_id}
    attendant = answering_attendants.in_place_of(call.tenant_id, **which)
    return _answer(call, _Menu(attendant, number, 0), may_be_live=found.may_be_live)


class _Menu(NamedTuple):
    """An attendant that answers at a number, and how often its prompt was repeated."""

    attendant: Answering
    number: str
    repeats: int


def _answer(call: Call, menu: _Menu, *, may_be_live: bool) -> Plan:
    operator = menu.attendant.menu[_OPERATOR]
    if menu.attendant.is_live and may_be_live and operator["action"] not in _NOBODY:
        return _follow(call, menu, operator)
    return _ask(call, menu)


def go_on(call: Call, topic: Topic, keys: str) -> Plan:
    """Return what follows the keys that were pressed, if any were, in the menu that the topic tells of."""
    what, key, repeats, number, *_ = topic
    try:
        attendant = answering_attendants.keyed(call.tenant_id, key)
    except NotFound:
        return NO_SUCH_NUMBER
    if what != TOPIC:
        return spelling.go_on(call, attendant, topic, keys) or _ask(call, _Menu(attendant, number, 0))
    menu = _Menu(attendant, number, int(repeats))
    if not keys:
        return _follow(call, menu, attendant.menu["timeout"])
    step = attendant.menu.get(f"key{keys}", {"action": ""})
    if step["action"]:
        return _follow(call, menu, step)
    if call.kind_of(call.tenant_id, keys)[1] in _DIALLED:
        return call.onto(keys)
    return _follow(call, menu, attendant.menu["failure"], "invalid")


def _ask(call: Call, menu: _Menu, *said: str) -> Ask:
    attendant = menu.attendant
    sounds = Sounds(call.tenant_id, attendant.language, (*said, attendant.prompt or "enter-extension"))
    topic = (TOPIC, attendant.key, str(menu.repeats), menu.number)
    return Ask(sounds, topic, MOST_KEYS, attendant.menu["timeout"]["seconds"], attendant.gap_time)


def _follow(call: Call, menu: _Menu, step: dict[str, Any], *said: str) -> Plan:
    action, target = step["action"], step["action_value"]
    if action == REPEAT and menu.repeats < MOST_REPEATS:
        return _ask(call, menu._replace(repeats=menu.repeats + 1), *said)
    if action == DIAL_BY_NAME:
        return spelling.ask(call, Spelling(menu.attendant, menu.number), *said)
    if action == VOICE_MAIL:
        return leaving.leave(call, target) if target else mailboxes.enter(call)
    if action in {DISCONNECT, REPEAT} or not target:
        return Say(Sounds(call.tenant_id, menu.attendant.language, (*said, "goodbye")), End())
    # What a key leads to, the tenant has set: it is called as whatever answers numbers of its own calls.
    return call.onto(target, menu.number, causer=menu.number)
