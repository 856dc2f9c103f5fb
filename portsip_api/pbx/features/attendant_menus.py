"""What an attendant does with a call: what each key leads to, silence, and a key that leads nowhere.

A step is an action and, where the action needs one, its target: what the target is stands beside the menu, as a
reference by id, so that it follows a new number; one that is gone leaves its place empty.
Source: contract `portsip-more.md`, section 3, `virtual_receptionist`; what the vendor's pages do not say is ours.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.features import action_targets
from portsip_api.pbx.features.action_targets import ACTIONS, DISCONNECT, VOICE_MAIL
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.references import ATTENDANT, Place
from portsip_api.pbx.values import Choice, Rules, Text, Whole

DIAL_BY_NAME: Final = "DIAL_BY_NAME"  # ours: the caller spells whom it calls
_ACTIONS: Final = (*ACTIONS, DIAL_BY_NAME)
KEYS: Final = tuple(f"key{digit}" for digit in range(10))
_TARGET: Final = Text(64)
_OF_A_KEY: Final[Rules] = {"action": Choice(("", *_ACTIONS), ""), "action_value": _TARGET}  # without an action: none
_OTHERWISE: Final[Rules] = {"action": Choice(_ACTIONS, DISCONNECT), "action_value": _TARGET}
MENU: Final[Rules] = {
    **dict.fromkeys(KEYS, _OF_A_KEY),
    "timeout": {"seconds": Whole(1, 60, 10), **_OTHERWISE},  # when nothing is pressed for so long
    "failure": _OTHERWISE,  # when what was pressed leads nowhere
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
    if action == VOICE_MAIL and not target:  # callers hear their own messages there
        return ""
    return action_targets.problem(tenant_id, action, target, "the receptionist")


def _point(tenant_id: int, attendant_id: int, name: str, step: Step, *, is_pointing: bool) -> str:
    """Let a place point where a step says, and return the target that is kept as text."""
    place = Place(ATTENDANT, attendant_id, _place(name))
    return action_targets.point(tenant_id, place, step["action"], step["action_value"], is_pointing=is_pointing)


def numbers_in(document: str) -> Iterator[tuple[str, str]]:
    """Yield the places of a menu, as it is stored, that keep a number outside the PBX as text, and these numbers."""
    for name, step in orjson.loads(document).items():
        if step["action"] == "CONNECT_TO_NUMBER" and step["action_value"]:
            yield _place(name), step["action_value"]
