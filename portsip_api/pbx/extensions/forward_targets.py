"""Forward rules: where a call goes that an extension does not answer, and the check of a target when it is written.

Source: PortSIP REST API, `forward_rules`; contract, section 4 ("Actions").
"""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx import extension_keys_sql
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import dialling_rights, forward_references
from portsip_api.pbx.extensions.forward_references import KINDS, Rules
from portsip_api.pbx.numbers import numbers_sql, outside_rows, references
from portsip_api.pbx.numbers.outside import refusal
from portsip_api.pbx.numbers.references import ANY, fits

MOST_HOPS: Final = 8  # times that a call is forwarded

_A_TARGET = {
    "EXTENSION": "an extension",
    "RING_GROUP": "a ring group or a hunt group",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
    "CALL_QUEUE": "a call queue",
    "CONFERENCE_ROOM": "a conference",
}

_CIRCLE = "Must not send the call in a circle."


def require_targets(tenant_id: int, number: str, before: Rules, after: Rules) -> None:
    """Raise Invalid when a target that `after` writes anew does not exist or is the extension `number` itself.

    A target that stands in `before` as well is left alone, even if it is gone by now.
    """
    known = set(_targets(before))
    anew = [item for item in _targets(after) if item not in known]
    errors = {
        field: [problem] for field, action, target in anew if (problem := _problem(tenant_id, number, action, target))
    }
    if not errors:
        errors = {field: [_CIRCLE] for field, _, _ in anew if _goes_in_a_circle(tenant_id, number, after, field)}
    if errors:
        raise Invalid(errors)


def _targets(rules: Rules) -> Iterator[tuple[str, str, str]]:
    for state, values in rules.items():
        for name, value in values.items():
            if name.endswith("_action") and value in KINDS:
                yield f"forward_rules.{state}.{name}_value", value, values[f"{name}_value"]


def _problem(tenant_id: int, number: str, action: str, target: str) -> str:
    kind = KINDS[action]
    if kind == ANY:
        return _problem_of_number(tenant_id, number, target)
    if target == number and kind == "EXTENSION":
        return "Must not be the extension itself."
    found = numbers_sql.find(tenant_id, target)
    return "" if found is not None and fits(kind, found[1]) else f"Must name {_A_TARGET[kind]} of this tenant."


def _problem_of_number(tenant_id: int, number: str, target: str) -> str:
    found = references.named(tenant_id, target)
    extension_id = extension_keys_sql.find_id(tenant_id, "number", number)
    if found.target_id is not None:
        return ""
    if extension_id is None:  # a dry run of an import has written nobody
        why_not = refusal(found.number, outside_rows.load(tenant_id), None)
    else:
        why_not = dialling_rights.why_not(tenant_id, extension_id, found.number)
    return "" if why_not is None else f"Must be a number that may be dialled: {why_not.clause('the extension')}."


def _goes_in_a_circle(tenant_id: int, number: str, rules: Rules, field: str) -> bool:
    """Tell whether a call that is forwarded whatever the hour comes back to `number` while all are in one state."""
    state = field.split(".")[1]
    following = _unconditional(rules, state)
    for _ in range(MOST_HOPS):
        if following is None or following == number:
            break
        following = _unconditional(forward_references.read(tenant_id, [following]).get(following, {}), state)
    return following == number


def _unconditional(rules: Rules, state: str) -> str | None:
    """Return the extension to which `state` sends every call; the state available always rings first."""
    if state not in rules:
        return None
    targets = {
        (rules[state].get(f"{name}_action"), rules[state].get(f"{name}_action_value"))
        for name in ("office_hours", "outside_office_hours")
    }
    action, target = next(iter(targets))
    return str(target) if len(targets) == 1 and action == "CONNECT_TO_ANOTHER_EXTENSION" else None
