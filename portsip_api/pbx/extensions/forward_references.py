"""Where forward rules point: their targets stand beside them, as references, and are filled in when they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from portsip_api.pbx.extensions import extensions_sql
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.references import ANY, FORWARD_RULES, Place

# The kind of object that each action needs; the other actions need none.
KINDS: Final = {
    "CONNECT_TO_ANOTHER_EXTENSION": "EXTENSION",
    "CONNECT_TO_RING_GROUP": "RING_GROUP",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST": "VIRTUAL_RECEPTIONIST",
    "CONNECT_TO_CALL_QUEUE": "CALL_QUEUE",
    "CONNECT_TO_CONFERENCE_ROOM": "CONFERENCE_ROOM",
    "CONNECT_TO_NUMBER": ANY,
}

Rules = Mapping[str, Mapping[str, Any]]


def fill(rules: dict[str, dict[str, Any]], pointed: Iterable[Sequence[Any]]) -> None:
    """Put the numbers into rules as they are stored; `pointed` is what `numbers_sql.of_forward_rules` says of them."""
    for place, number, _ in pointed:
        state, _, name = place.partition(".")
        rules[state][name] = number


def read(tenant_id: int, numbers: Iterable[str]) -> dict[str, Rules]:
    """Return the forward rules by each of `numbers` that an extension has, in one statement."""
    found: dict[str, Rules] = {}
    for number, document, pointed in extensions_sql.forward_rules(tenant_id, numbers):
        rules = orjson.loads(document)
        fill(rules, orjson.loads(pointed))
        found[number] = rules
    return found


def write(tenant_id: int, extension_id: int, before: Rules, after: Rules, pointing: frozenset[str]) -> Rules:
    """Let the places of rules point where `after` says, in the caller's transaction; return the rules to be stored.

    Places that say what they said before stay as they are, be their target gone; `pointing` are those that point
    somewhere now.
    """
    stored: dict[str, dict[str, Any]] = {}
    for state, name in ((state, name) for state, values in after.items() for name in values):
        at = f"{state}.{name}_value"
        if not name.endswith("_action") or not (at in pointing or after[state][name] in KINDS):
            continue
        place = Place(FORWARD_RULES, extension_id, at)
        action, text = after[state][name], after[state].get(f"{name}_value", "")
        old = before.get(state, {})
        if (old.get(name), old.get(f"{name}_value")) != (action, text):
            if at in pointing:
                references.release(tenant_id, place)
            if action in KINDS and text:
                text = references.point(tenant_id, place, text, KINDS[action])
        elif at in pointing:
            text = ""
        stored.setdefault(state, dict(after[state]))[f"{name}_value"] = text
    return {**after, **stored}
