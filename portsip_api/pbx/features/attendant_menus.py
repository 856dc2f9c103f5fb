"""What an attendant does with a call: what each key leads to, silence, and a key that leads nowhere.

A step is an action and, where the action needs one, its target: what the target is stands beside the menu, as a
reference by id, so that it follows a new number; one that is gone leaves its place empty.
Source: contract `portsip-more.md`, section 3, `virtual_receptionist`; what the vendor's pages do not say is ours.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.numbers import numbers_sql, outside_rows, references
from portsip_api.pbx.numbers.outside import refusal
from portsip_api.pbx.numbers.references import ANY, ATTENDANT, Place, fits
from portsip_api.pbx.values import Choice, Rules, Text, Whole

DISCONNECT: Final = "DISCONNECT"
VOICE_MAIL: Final = "CONNECT_TO_VOICE_MAIL"  # without a target: where callers hear their own messages
# The kind of object that each action leads to; the other actions lead to none.
KINDS: Final = {
    "CONNECT_TO_ANOTHER_EXTENSION": "EXTENSION",
    "CONNECT_TO_RING_GROUP": "RING_GROUP",
    "CONNECT_TO_CALL_QUEUE": "CALL_QUEUE",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST": "VIRTUAL_RECEPTIONIST",
    VOICE_MAIL: "EXTENSION",
    "CONNECT_TO_NUMBER": ANY,
}
ACTIONS: Final = (DISCONNECT, *KINDS, "REPEAT")
KEYS: Final = tuple(f"key{digit}" for digit in range(10))
_TARGET: Final = Text(64)
_OF_A_KEY: Final[Rules] = {"action": Choice(("", *ACTIONS), ""), "action_value": _TARGET}  # without an action: none
_OTHERWISE: Final[Rules] = {"action": Choice(ACTIONS, DISCONNECT), "action_value": _TARGET}
MENU: Final[Rules] = {
    **dict.fromkeys(KEYS, _OF_A_KEY),
    "timeout": {"seconds": Whole(1, 60, 10), **_OTHERWISE},  # when nothing is pressed for so long
    "failure": _OTHERWISE,  # when what was pressed leads nowhere
}
_A_TARGET: Final = {
    "EXTENSION": "an extension",
    "RING_GROUP": "a ring group or a hunt group",
    "CALL_QUEUE": "a call queue",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}

Step = dict[str, Any]
Menu = dict[str, Step]


def read(document: str, pointed: Mapping[str, str]) -> Menu:
    """Return a whole menu from its JSON and from where its places point, as `references.texts` says it."""
    stored: Menu = orjson.loads(document)
    menu: Menu = {}
    for name, rules in MENU.items():
        assert isinstance(rules, dict)  # noqa: S101 — each is a step
        step: Step = {part: rule.default for part, rule in rules.items() if not isinstance(rule, dict)}
        menu[name] = step | stored.get(name, {})
        if (place := _place(name)) in pointed:
            menu[name]["action_value"] = pointed[place]
    return menu


def pointing(tenant_id: int, attendant_id: int) -> dict[str, str]:
    """Return the places of an attendant that point at something, with what they show."""
    return {place: text for (_, place), text in references.texts(tenant_id, ATTENDANT, [attendant_id]).items()}


def write(tenant_id: int, attendant_id: int, document: str, changes: Mapping[str, Mapping[str, Any]]) -> str:
    """Let the steps of `changes` take the place of those in a menu, part by part; return the JSON to be stored.

    Runs in the caller's transaction. A step with another action and no target has none; one that stays as it is, is
    left alone, be its target gone. Raises Invalid, naming the parts of steps by their dotted paths.
    """
    pointed = pointing(tenant_id, attendant_id)
    before, stored = read(document, pointed), orjson.loads(document)
    errors: dict[str, list[str]] = {}
    for name, change in changes.items():
        after = _changed(before[name], change)
        if (before[name]["action"], before[name]["action_value"]) != (after["action"], after["action_value"]):
            if problem := _problem(tenant_id, after["action"], after["action_value"]):
                errors[_place(name)] = [problem]
                continue
            text = _point(tenant_id, attendant_id, name, after, is_pointing=_place(name) in pointed)
            stored[name] = after | {"action_value": text}
        elif after != before[name]:  # its seconds
            stored[name] = after | {"action_value": stored.get(name, {}).get("action_value", "")}
    if errors:
        raise Invalid(errors)
    return orjson.dumps(stored).decode()


def _place(name: str) -> str:
    return f"{name}.action_value"


def _changed(before: Step, change: Mapping[str, Any]) -> Step:
    has_another = change.get("action", before["action"]) != before["action"]
    return before | ({"action_value": ""} if has_another else {}) | dict(change)


def _problem(tenant_id: int, action: str, target: str) -> str:
    kind = KINDS.get(action)
    if kind is None or (action == VOICE_MAIL and not target):
        return ""
    if kind == ANY:
        found = references.named(tenant_id, target)
        if found.target_id is not None:
            return ""
        why_not = refusal(found.number, outside_rows.load(tenant_id), None)
        return "" if why_not is None else f"Must be a number that may be dialled: {why_not.clause('the receptionist')}."
    there = numbers_sql.find(tenant_id, target)
    return "" if there is not None and fits(kind, there[1]) else f"Must name {_A_TARGET[kind]} of this tenant."


def _point(tenant_id: int, attendant_id: int, name: str, step: Step, *, is_pointing: bool) -> str:
    """Let a place point where a step says, and return the target that is kept as text."""
    place = Place(ATTENDANT, attendant_id, _place(name))
    if is_pointing:
        references.release(tenant_id, place)
    text: str = step["action_value"]
    kind = KINDS.get(step["action"])
    return text if kind is None or not text else references.point(tenant_id, place, text, kind)


def numbers_in(document: str) -> Iterator[tuple[str, str]]:
    """Yield the places of a menu, as it is stored, that keep a number outside the PBX as text, and these numbers."""
    for name, step in orjson.loads(document).items():
        if step["action"] == "CONNECT_TO_NUMBER" and step["action_value"]:
            yield _place(name), step["action_value"]
